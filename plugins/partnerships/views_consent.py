"""A partner's signature on this site, under the text that its signatory has read."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fairgate import clock

from . import api, permissions
from .data import VersionSummary
from .exceptions import (
    AlreadySigned,
    NotApproved,
    NotASignatory,
    SecondPersonNeeded,
    SignedOutOfOrder,
    TermsConflict,
    TextChanged,
    TooManyRecords,
)
from .forms_place import ConsentForm
from .place_parts import may_consent_now, seen_version, user_id
from .wording_refusals import in_words


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def consent(request: HttpRequest, code: str, version: UUID) -> HttpResponse:
    """The partner's signature on this site, under the text that is shown."""
    found = seen_version(request, code, version)
    if not permissions.may_consent(request.user, code):
        raise Http404
    if not may_consent_now(request, found):
        messages.warning(request, _("This text cannot be signed now."))
        return redirect("partnerships:agreement", code, version)
    # The name on the paper that is read, whatever the partner is called by now.
    label = _("I have read this text and agree to it in the name of %(partner)s.") % {
        "partner": api.named_in(found, at=clock.now()).legal_name
    }
    if request.method != "POST":
        return _consent_page(request, found, _consent_form(found, label))
    form = ConsentForm(request.POST, label=label)
    if not form.is_valid():
        return _consent_page(request, found, form, status=400)
    return _sign(request, found, form, label)


def _sign(
    request: HttpRequest, version: VersionSummary, form: ConsentForm, label: str
) -> HttpResponse:
    seen = form.cleaned_data["checksum"]
    try:
        api.consent(version.uuid, user_id=user_id(request), checksum=seen, at=clock.now())
    except TextChanged:
        # Drawn anew, with the text as it is now: nobody agrees to what they have not seen.
        anew = _consent_form(version, label)
        return _consent_page(request, version, anew, status=409, is_changed=True)
    except (NotApproved, AlreadySigned):
        messages.warning(request, _("This text cannot be signed now."))
    except (NotASignatory, SecondPersonNeeded, SignedOutOfOrder, TooManyRecords) as error:
        messages.warning(request, in_words(error))
    except TermsConflict:
        said = _("Another agreement shares the receipts of the same course; please talk to us.")
        messages.error(request, said)
    else:
        messages.success(request, _("You have signed. The checksum of the text is kept with it."))
    return redirect("partnerships:agreement", version.partner, version.uuid)


def _consent_form(version: VersionSummary, label: str) -> ConsentForm:
    return ConsentForm(initial={"checksum": version.checksum}, label=label)


def _consent_page(
    request: HttpRequest,
    version: VersionSummary,
    form: ConsentForm,
    *,
    status: int = 200,
    is_changed: bool = False,
) -> HttpResponse:
    context = {
        "version": version,
        "form": form,
        "faults": form.faults() if form.is_bound else [],
        "is_changed": is_changed,
    }
    return render(request, "partnerships/place/consent.html", context, status=status)
