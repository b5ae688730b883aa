"""Pages on which is recorded what was delivered: told, corrected, taken back.

Of another partner's agreement, who gives something under it records that.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from fairgate import clock

from . import api, permissions
from .data import ContributionSummary, DeliverySummary, VersionSummary
from .exceptions import RecordRefused
from .forms_place import DeliveryForm, TakeBackForm
from .place_parts import KeepsTexts, user_id
from .record_pages import (
    Recording,
    day_shown,
    form_of,
    named,
    recorded,
    sender,
    signed_promises,
    with_file,
)


# The handler has to stand before the form is read, and the check of the token reads the form.
@csrf_exempt
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def record_delivery(request: HttpRequest, code: str, version: UUID, promise: str) -> HttpResponse:
    """Say that something of a contribution was given."""
    return with_file(
        request, lambda handler: _delivery(request, handler, code, version, promise, None)
    )


@csrf_exempt
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def correct_delivery(
    request: HttpRequest, code: str, version: UUID, promise: str, record: UUID
) -> HttpResponse:
    """Record what was delivered in place of a record that a second person has accepted."""
    return with_file(
        request, lambda handler: _delivery(request, handler, code, version, promise, record)
    )


@csrf_protect
def _delivery(
    request: HttpRequest,
    handler: KeepsTexts,
    code: str,
    version: UUID,
    promise: str,
    record: UUID | None,
) -> HttpResponse:
    found, one = _own_contribution(request, code, version, promise)
    replaced = one.delivery(record)
    # Who was sent here before somebody else corrected it is told so when the form is sent.
    if record is not None and (replaced is None or not _is_correctable(request, one, replaced)):
        raise Http404
    agreed = one.contribution
    label = _("Amount or worth in %(currency)s") % {"currency": agreed.promised.currency}
    more = {"currency": agreed.promised.currency, "label": label, "replaced": replaced}
    form = form_of(request, DeliveryForm, found, **more)
    return recorded(
        request,
        handler,
        Recording(
            code=code,
            version=found,
            heading=_("Correct what was delivered") if replaced else _("Say what was delivered"),
            about=_about_delivery(one, replaced),
            form=form,
            said=_said_of_delivery(replaced),
            record=lambda: api.record_delivery(
                version,
                promise,
                amount=form.cleaned_data["amount"],
                delivered_on=form.cleaned_data["day"],
                evidence=form.cleaned_data["evidence"],
                file=form.content(),
                replaces=record,
                **sender(request, form),
            ),
        ),
    )


def _is_correctable(
    request: HttpRequest, one: ContributionSummary, replaced: DeliverySummary
) -> bool:
    if request.method == "POST":
        return replaced.is_accepted
    return one.can_be_corrected(replaced)


def _about_delivery(
    one: ContributionSummary, replaced: DeliverySummary | None
) -> list[tuple[str, str]]:
    agreed = one.contribution
    about = [
        (_("Contribution"), f"{agreed.code}: {agreed.text}"),
        (_("Promised"), str(agreed.promised)),
        (_("Delivered so far"), str(one.delivered)),
    ]
    if agreed.valuation:
        about.append((_("How its worth is found"), agreed.valuation))
    if replaced is not None:
        about += _about_record(replaced)
    return about


def _about_record(record: DeliverySummary) -> list[tuple[str, str]]:
    return [
        (_("Recorded before"), f"{day_shown(record.delivered_on)}: {record.amount}"),
        (_("What that rests on"), record.evidence.reference),
    ]


def _said_of_delivery(replaced: DeliverySummary | None) -> str:
    if replaced is None:
        return _("It is recorded, and counts once a second person has accepted it.")
    return _(
        "The correction is recorded. What was recorded before counts until a second person has "
        "accepted the correction."
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def take_back_delivery(
    request: HttpRequest, code: str, version: UUID, promise: str, record: UUID
) -> HttpResponse:
    """Take back what one has recorded oneself, and nobody has accepted."""
    found, one = _own_contribution(request, code, version, promise)
    waiting = one.delivery(record)
    if waiting is None or waiting.recorded_by != user_id(request):
        raise Http404
    # Who was sent here before somebody decided about it is told so when the form is sent.
    if request.method != "POST" and not waiting.is_waiting:
        raise Http404
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _taken_back(request, code, found, waiting, because=form.cleaned_data["reason"])
    context = {
        "code": code,
        "version": found,
        "about": [
            (_("Contribution"), f"{one.contribution.code}: {one.contribution.text}"),
            *_about_record(waiting),
        ],
        "form": form,
        "faults": form.faults() if form.is_bound else [],
    }
    status = 400 if form.is_bound else 200
    return render(request, "partnerships/place/take_back.html", context, status=status)


def _taken_back(
    request: HttpRequest,
    code: str,
    version: VersionSummary,
    waiting: DeliverySummary,
    *,
    because: str,
) -> HttpResponse:
    try:
        api.refuse_delivery(waiting.record, because=because, by=user_id(request), at=clock.now())
    except RecordRefused:
        said = _("Somebody has decided about this record meanwhile; nothing was changed.")
        messages.warning(request, said)
    else:
        messages.success(request, _("The record is taken back and will not count."))
    return redirect("partnerships:agreement", code, version.uuid)


def _own_contribution(
    request: HttpRequest, code: str, version: UUID, promise: str
) -> tuple[VersionSummary, ContributionSummary]:
    """A contribution of which somebody records what was delivered."""
    found, promises = signed_promises(request, code, version)
    one = named(promises.contributions, lambda one: one.contribution.code, promise)
    party = one.contribution.party
    if not permissions.may_record_delivery(request.user, found.partner, party=party):
        raise Http404
    return found, one
