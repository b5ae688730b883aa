"""A partner's own place: agreements, what was promised and what came of it.

Whoever may not do something is told that there is nothing (404), and so is whoever asks for
something of another partner. Records are sent outside ``ATOMIC_REQUESTS``: a service begins its own
transaction, and a lost race is run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from fairgate import clock
from fairgate.clock import utc_day

from . import api, conf, permissions, wording, wording_place
from .data import (
    ContributionSummary,
    ObligationSummary,
    OutcomeSummary,
    Promises,
    VersionSummary,
)
from .exceptions import (
    EvidenceRefused,
    PartnershipsError,
)
from .forms_place import ActualForm, DeliveryForm, FulfilmentForm, RecordForm, WithFile
from .models import CONTRIBUTION_LABELS, SIDE_LABELS
from .place_parts import (
    KeepsTexts,
    is_signed,
    keeps_texts,
    may_consent_now,
    seconds_to_wait,
    seen_version,
    user_id,
)

T = TypeVar("T")

_KINDS = {str(kind): label for kind, label in CONTRIBUTION_LABELS.items()}
#: Controls that the page does not draw in a row of their own.
_APART = ("key", "replaces", "is_met")
_SIDES = {str(side): label for side, label in SIDE_LABELS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recording:
    """What a page about one record shows, and how the record is written."""

    version: VersionSummary
    heading: str
    about: list[tuple[str, str]]
    form: RecordForm
    record: Callable[[], object]
    said: str


# --- An agreement ---------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def agreement(request: HttpRequest, code: str, version: UUID) -> HttpResponse:
    """One version: where it stands, what was promised, and what came of it."""
    at = clock.now()
    found = seen_version(request, code, version)
    promises = api.promises(version, at=at)
    context = {
        "version": found,
        "partner": api.partner(code, at=at),
        "standing": wording.standing(found.standing),
        "tone": wording.TONES[found.standing],
        "obstacles": [wording.obstacle(one) for one in found.obstacles],
        "late": wording.late(promises) if is_signed(found) else [],
        "signatures": [(wording.side(one.side), one) for one in found.signatures],
        "obligations": _obligations(request, found, promises),
        "contributions": _contributions(request, found, promises),
        "outcomes": [
            {
                "outcome": one.outcome,
                "actual": one.actual,
                **_state(one.state),
                "may_record": is_signed(found)
                and permissions.may_record_actual(request.user, code),
            }
            for one in promises.outcomes
        ],
        "may_consent": may_consent_now(request, found),
    }
    return render(request, "partnerships/place/agreement.html", context)


def _obligations(
    request: HttpRequest, version: VersionSummary, promises: Promises
) -> list[dict[str, Any]]:
    return [
        {
            "obligation": one.obligation,
            "side": _SIDES[one.obligation.side],
            "due": due,
            **_state(due.state),
            "may_record": is_signed(version)
            and permissions.may_record_fulfilment(
                request.user, version.partner, side=one.obligation.side
            ),
        }
        for one in promises.obligations
        for due in one.due_dates
    ]


def _contributions(
    request: HttpRequest, version: VersionSummary, promises: Promises
) -> list[dict[str, Any]]:
    return [
        {
            "contribution": one.contribution,
            "kind": _KINDS[one.contribution.kind],
            "party": api.party(one.contribution.party).name,
            "delivered": one.delivered,
            **_state(one.state),
            "deliveries": [
                {
                    "delivery": delivery,
                    **dict(
                        zip(("state", "tone"), wording_place.delivery_state(delivery), strict=True)
                    ),
                }
                for delivery in one.deliveries
            ],
            "may_record": is_signed(version)
            and permissions.may_record_delivery(
                request.user, version.partner, party=one.contribution.party
            ),
        }
        for one in promises.contributions
    ]


def _state(state: Any) -> dict[str, str]:
    return {"state": str(wording_place.STATES[state]), "tone": wording_place.STATE_TONES[state]}


# --- Records --------------------------------------------------------------------------------------


# The handler has to stand before the form is read, and the check of the token reads the form.
@csrf_exempt
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def record_fulfilment(
    request: HttpRequest, code: str, version: UUID, promise: str, due: str
) -> HttpResponse:
    """Say that an obligation was met on one of its dates, or correct what was said."""
    return _with_file(
        request, lambda handler: _fulfilment(request, handler, code, version, promise, due)
    )


@csrf_protect
def _fulfilment(
    request: HttpRequest, handler: KeepsTexts, code: str, version: UUID, promise: str, due: str
) -> HttpResponse:
    found = _signed_version(request, code, version)
    one = _obligation(found, promise)
    if not permissions.may_record_fulfilment(request.user, code, side=one.obligation.side):
        raise Http404
    known = next((each for each in one.due_dates if each.due.isoformat() == due), None)
    if known is None:
        raise Http404
    form = _form(request, FulfilmentForm, found, record=known.record)
    return _recorded(
        request,
        handler,
        _Recording(
            version=found,
            heading=_("Correct what was recorded") if known.record else _("Say that it was met"),
            about=[
                (_("Obligation"), f"{one.obligation.code}: {one.obligation.text}"),
                (_("Due (UTC)"), _shown(known.due)),
            ],
            form=form,
            said=_("It is recorded."),
            record=lambda: api.record_fulfilment(
                version,
                promise,
                due=known.due,
                fulfilled_on=form.cleaned_data["day"],
                is_met=form.met(),
                evidence=form.cleaned_data["evidence"],
                file=form.content(),
                replaces=form.cleaned_data["replaces"],
                **_sender(request, form),
            ),
        ),
    )


@csrf_exempt
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def record_delivery(request: HttpRequest, code: str, version: UUID, promise: str) -> HttpResponse:
    """Say that something of a contribution was given."""
    return _with_file(request, lambda handler: _delivery(request, handler, code, version, promise))


@csrf_protect
def _delivery(
    request: HttpRequest, handler: KeepsTexts, code: str, version: UUID, promise: str
) -> HttpResponse:
    found = _signed_version(request, code, version)
    one = _contribution(found, promise)
    agreed = one.contribution
    if not permissions.may_record_delivery(request.user, code, party=agreed.party):
        raise Http404
    label = _("Amount or worth in %(currency)s") % {"currency": agreed.promised.currency}
    form = _form(request, DeliveryForm, found, currency=agreed.promised.currency, label=label)
    about = [
        (_("Contribution"), f"{agreed.code}: {agreed.text}"),
        (_("Promised"), str(agreed.promised)),
        (_("Delivered so far"), str(one.delivered)),
    ]
    if agreed.valuation:
        about.append((_("How its worth is found"), agreed.valuation))
    return _recorded(
        request,
        handler,
        _Recording(
            version=found,
            heading=_("Say what was delivered"),
            about=about,
            form=form,
            said=_("It is recorded, and counts once a second person has accepted it."),
            record=lambda: api.record_delivery(
                version,
                promise,
                amount=form.cleaned_data["amount"],
                delivered_on=form.cleaned_data["day"],
                evidence=form.cleaned_data["evidence"],
                file=form.content(),
                **_sender(request, form),
            ),
        ),
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def record_actual(request: HttpRequest, code: str, version: UUID, promise: str) -> HttpResponse:
    """Report a value of an expected outcome."""
    found = _signed_version(request, code, version)
    one = _outcome(found, promise)
    if not permissions.may_record_actual(request.user, code):
        raise Http404
    form = _form(request, ActualForm, found)
    return _recorded(
        request,
        None,
        _Recording(
            version=found,
            heading=_("Report a value"),
            about=[
                (_("Indicator"), f"{one.outcome.code}: {one.outcome.indicator}"),
                (_("Counted in"), one.outcome.unit),
                (_("Target"), f"{one.outcome.target.normalize():f}"),
            ],
            form=form,
            said=_("It is recorded."),
            record=lambda: api.record_actual(
                version,
                promise,
                on=form.cleaned_data["day"],
                value=form.reported(),
                source=form.cleaned_data["evidence"],
                **_sender(request, form),
            ),
        ),
    )


def _with_file(request: HttpRequest, page: Callable[[KeepsTexts], HttpResponse]) -> HttpResponse:
    return page(keeps_texts(request, limit=conf.evidence_max_bytes()))


def _recorded(request: HttpRequest, handler: KeepsTexts | None, what: _Recording) -> HttpResponse:
    """Write the record and go back to the agreement; or draw the form with all that was typed."""
    form = what.form
    if request.method != "POST":
        return _record_page(request, what)
    if handler is not None and request.FILES:
        wait = seconds_to_wait(request)
        if wait is not None:
            form.add_error(
                None, _("You have sent many files in a short time. Please wait a minute.")
            )
            page = _record_page(request, what, status=429)
            page["Retry-After"] = str(wait)
            return page
    is_valid = form.is_valid()
    if handler is not None and handler.is_over:
        said = _("The file has more than %(kilobytes)s kB.")
        form.blame("file", said % {"kilobytes": conf.evidence_max_bytes() // 1024})
        is_valid = False
    if not is_valid or not _is_written(what):
        return _record_page(request, what, status=400)
    messages.success(request, what.said)
    return redirect("partnerships:agreement", what.version.partner, what.version.uuid)


def _is_written(what: _Recording) -> bool:
    """Whether the record was taken; else the form says why not."""
    try:
        what.record()
    except EvidenceRefused as refused:
        what.form.blame("file", str(refused))
    except PartnershipsError:
        # The form has checked what can be typed wrong: what is left happened since it was drawn.
        said = _("Somebody has recorded something here meanwhile. Please look at the agreement.")
        what.form.add_error(None, said)
    else:
        return True
    return False


def _record_page(request: HttpRequest, what: _Recording, *, status: int = 200) -> HttpResponse:
    form = what.form
    context = {
        "version": what.version,
        "page_heading": what.heading,
        "about": what.about,
        "form": form,
        "fields": [form[name] for name in form.fields if name not in _APART],
        "faults": form.faults() if form.is_bound else [],
        "limit": conf.evidence_max_bytes() if isinstance(form, WithFile) else None,
    }
    return render(request, "partnerships/place/record.html", context, status=status)


def _form(request: HttpRequest, kind: Any, version: VersionSummary, **more: Any) -> Any:
    days = {"first": version.valid_from, "today": utc_day(clock.now())}
    if request.method == "POST":
        return kind(request.POST, request.FILES, **days, **more)
    return kind(**days, **more)


def _sender(request: HttpRequest, form: RecordForm) -> dict[str, Any]:
    by = user_id(request)
    return {"by": by, "at": clock.now(), "key": f"{by}:{form.cleaned_data['key']}"}


# --- What the pages have in common ----------------------------------------------------------------


def _signed_version(request: HttpRequest, code: str, version: UUID) -> VersionSummary:
    """What both sides have signed: before that nobody owes anything, and nothing is recorded."""
    found = seen_version(request, code, version)
    if not is_signed(found):
        raise Http404
    return found


def _obligation(version: VersionSummary, code: str) -> ObligationSummary:
    promises = api.promises(version.uuid, at=clock.now())
    return _named(promises.obligations, lambda one: one.obligation.code, code)


def _contribution(version: VersionSummary, code: str) -> ContributionSummary:
    promises = api.promises(version.uuid, at=clock.now())
    return _named(promises.contributions, lambda one: one.contribution.code, code)


def _outcome(version: VersionSummary, code: str) -> OutcomeSummary:
    promises = api.promises(version.uuid, at=clock.now())
    return _named(promises.outcomes, lambda one: one.outcome.code, code)


def _named(found: Iterable[T], name: Callable[[T], str], code: str) -> T:
    one = next((one for one in found if name(one) == code), None)
    if one is None:
        raise Http404
    return one


def _shown(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
