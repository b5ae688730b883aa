"""Pages on which is recorded that an obligation was met, and what was reported of an outcome.

Whoever may not do something is told that there is nothing (404), and so is whoever asks for
something of another partner.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from . import api, permissions
from .forms_place import ActualForm, FulfilmentForm
from .place_parts import KeepsTexts
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
def record_fulfilment(
    request: HttpRequest, code: str, version: UUID, promise: str, due: str
) -> HttpResponse:
    """Say that an obligation was met on one of its dates, or correct what was said."""
    return with_file(
        request, lambda handler: _fulfilment(request, handler, code, version, promise, due)
    )


@csrf_protect
def _fulfilment(
    request: HttpRequest, handler: KeepsTexts, code: str, version: UUID, promise: str, due: str
) -> HttpResponse:
    found, promises = signed_promises(request, code, version)
    one = named(promises.obligations, lambda one: one.obligation.code, promise)
    if not permissions.may_record_fulfilment(request.user, code, side=one.obligation.side):
        raise Http404
    known = next((each for each in one.due_dates if each.due.isoformat() == due), None)
    if known is None:
        raise Http404
    form = form_of(request, FulfilmentForm, found, record=known.record)
    return recorded(
        request,
        handler,
        Recording(
            code=code,
            version=found,
            heading=_("Correct what was recorded") if known.record else _("Say that it was met"),
            about=[
                (_("Obligation"), f"{one.obligation.code}: {one.obligation.text}"),
                (_("Due (UTC)"), day_shown(known.due)),
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
                **sender(request, form),
            ),
        ),
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def record_actual(request: HttpRequest, code: str, version: UUID, promise: str) -> HttpResponse:
    """Report a value of an expected outcome."""
    found, promises = signed_promises(request, code, version)
    one = named(promises.outcomes, lambda one: one.outcome.code, promise)
    if not permissions.may_record_actual(request.user, code):
        raise Http404
    form = form_of(request, ActualForm, found)
    return recorded(
        request,
        None,
        Recording(
            code=code,
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
                **sender(request, form),
            ),
        ),
    )
