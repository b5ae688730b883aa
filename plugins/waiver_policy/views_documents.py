"""The pages of documents and countries: sent by the learner, read and noted by a reviewer.

What does not concern a person is not there for them (404), teaching staff included. A document is
never drawn inside a page: it is downloaded, under a policy that lets it do nothing.
"""

from __future__ import annotations

import logging
import math
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairgate import clock
from fairgate_rest.callers import UploadPace
from fairgate_rest.uploads import InMemory
from waiver_policy import api, compat, conf, permissions, sentences, wording
from waiver_policy.data import (
    ApplicationSummary,
    DocumentFault,
    DocumentSummary,
    EvidenceBasis,
    EvidenceKind,
)
from waiver_policy.exceptions import (
    ApplicationClosed,
    DocumentRefused,
    DocumentsOff,
    DocumentUnreadable,
    InvalidEvidence,
    InvalidReview,
    TooManyDocuments,
    UnknownApplication,
    UnknownDocument,
)
from waiver_policy.forms_documents import CountryForm, SeenForm, UploadForm
from waiver_policy.rules import documents as rules

log = logging.getLogger(__name__)

_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}
# Nothing of a document runs, loads or stands inside another page, whatever opens it.
_ALONE = "sandbox; default-src 'none'; frame-ancestors 'none'"


# The handler has to stand before the form is read, and the check of the token reads the form.
@csrf_exempt
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest, application: UUID) -> HttpResponse:
    """The documents of an application of this learner, and a form to send one more."""
    handler = InMemory(request, limit=conf.document_max_bytes())
    # Some middleware may have read the form; then Django's own handlers have the file.
    with suppress(AttributeError):
        request.upload_handlers = [handler]
    return _documents(request, application, handler)


@csrf_protect
def _documents(request: HttpRequest, application: UUID, handler: InMemory) -> HttpResponse:
    found = _own(request, application)
    minor = _is_minor(request)
    is_sent = request.method == "POST"
    sent = (request.POST, request.FILES) if is_sent else ()
    form = UploadForm(*sent, minor=minor)
    # Before the file is looked at, and whatever becomes of it: a refused one is work as well.
    wait = _wait(request) if is_sent else None
    if wait is not None:
        form.add_error(None, _too_often(wait))
    elif is_sent and handler.is_over:
        form.is_valid()
        form.blame("file", _too_large())
    elif is_sent and form.is_valid():
        answer = _add(request, found, form)
        if answer is not None:
            return answer
    page = _page(request, found, form, minor=minor)
    if wait is not None:
        page.status_code = 429
        page["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return page


def _wait(request: HttpRequest) -> timedelta | None:
    """How long until this person may send one more file; ``None``: they may now."""
    pace = UploadPace()
    if pace.allow_request(request, None):
        return None
    return timedelta(seconds=max(pace.wait() or 0, 1))


def _too_often(wait: timedelta) -> str:
    # Up to the next minute: at the minute that is named, the wait is over.
    until = clock.now() + wait + timedelta(seconds=59)
    said = _(
        "You have sent many files in a short time, so this one was not looked at. You can send it "
        "again at %(time)s UTC."
    )
    return said % {"time": date_format(until, "H:i")}


def _page(
    request: HttpRequest, found: ApplicationSummary, form: UploadForm, *, minor: bool | None
) -> HttpResponse:
    context = {
        "form": form,
        "minor": minor,
        "application": {"summary": found},
        "limit": conf.document_max_bytes(),
        "most": conf.documents_per_application(),
        "is_open": found.state in api.OPEN_STATES,
    }
    return render(request, "waiver_policy/documents.html", context)


def _too_large() -> str:
    return wording.document_fault(DocumentRefused(DocumentFault.TOO_LARGE))


def _add(request: HttpRequest, found: ApplicationSummary, form: UploadForm) -> HttpResponse | None:
    """Back to the documents; ``None`` when the file was not taken and the form says why."""
    try:
        api.add_document(
            found.uuid, by=found.user_id, kind=form.document_kind(),
            content=form.cleaned_data["file"].read(), at=clock.now(),
            says_minor=form.says_minor(), guardian_agrees=form.cleaned_data.get("guardian", False),
        )  # fmt: skip
    except DocumentRefused as refused:
        is_age = refused.fault is DocumentFault.GUARDIAN
        form.blame("guardian" if is_age else "file", wording.document_fault(refused))
        return None
    except TooManyDocuments as error:
        said = ngettext(
            "This application has %(count)s document already, and takes no more. Take it back to "
            "send another.",
            "This application has %(count)s documents already, and takes no more. Take one back to "
            "send another.",
            error.limit,
        )
        form.add_error(None, said % {"count": error.limit})
        return None
    except DocumentsOff:
        form.add_error(None, _("Documents cannot be sent at the moment; nothing was kept."))
        return None
    except ApplicationClosed:
        messages.warning(request, _("This application is closed; nothing was changed."))
    else:
        messages.success(request, _("Your document is in. A reviewer can read it."))
    return redirect("waiver_policy:documents", found.uuid)


@login_required
@never_cache
@require_GET
def document(request: HttpRequest, document: UUID) -> HttpResponse:
    """One document, for who sent it or for a reviewer; that it was read is kept."""
    try:
        found, content = api.read_document(
            document,
            by=_user_id(request),
            may_review=permissions.may_review(request.user),
            at=clock.now(),
        )
    except UnknownDocument:
        raise Http404 from None
    except (DocumentUnreadable, DocumentsOff):
        log.exception("a document cannot be read: document=%s", document)
        return render(request, "waiver_policy/document_unreadable.html", status=503)
    return download(found, content)


def download(found: DocumentSummary, content: bytes) -> HttpResponse:
    """A document as a file of its own, which nothing opens by itself."""
    answer = HttpResponse(content, content_type=found.content_type)
    name = f"{found.kind}-{str(found.uuid)[:8]}.{_ENDINGS[found.content_type]}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Length"] = str(len(content))
    answer["Content-Security-Policy"] = _ALONE
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@login_required
@never_cache
@require_POST
def remove_document(request: HttpRequest, document: UUID) -> HttpResponse:
    """The learner takes a document back."""
    by, at = _user_id(request), clock.now()
    try:
        found = api.get_document(document)
        api.remove_document(document, by=by, at=at)
    except UnknownDocument:
        raise Http404 from None
    except ApplicationClosed:
        messages.warning(request, _("This application is closed; nothing was changed."))
    else:
        messages.success(request, _("Your document is taken back, and its file is deleted."))
    return redirect("waiver_policy:documents", found.application)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def countries(request: HttpRequest, application: UUID) -> HttpResponse:
    """What this learner says about their countries, beyond the one of the profile."""
    found = _own(request, application)
    form = CountryForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _declare(found, form):
        messages.success(request, _("Your country is noted."))
        return redirect("waiver_policy:countries", found.uuid)
    context = {"form": form, "application": {"summary": found}}
    return render(request, "waiver_policy/countries.html", context)


def _declare(found: ApplicationSummary, form: CountryForm) -> bool:
    try:
        api.record_evidence(
            found.user_id, basis=EvidenceBasis(form.cleaned_data["basis"]),
            countries=form.countries(), kind=EvidenceKind.DECLARED, by=found.user_id,
            at=clock.now(),
        )  # fmt: skip
    except InvalidEvidence:
        form.blame("second", _("Only one country can be given here."))
        return False
    return True


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def seen(request: HttpRequest, application: UUID) -> HttpResponse:
    """What a reviewer has seen in a document, or been told, about the learner's country."""
    if not permissions.may_review(request.user):
        raise Http404
    found = _found(application)
    if found.user_id == _user_id(request):
        raise Http404
    form = SeenForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _record(request, found, form):
        messages.success(request, _("What you have seen is noted."))
        return redirect("waiver_policy:review_one", found.uuid)
    context = {"form": form, "application": {"summary": found}}
    return render(request, "waiver_policy/seen.html", context)


def _record(request: HttpRequest, found: ApplicationSummary, form: SeenForm) -> bool:
    given = form.cleaned_data
    try:
        api.record_evidence(
            found.user_id, basis=EvidenceBasis(given["basis"]), countries=form.countries(),
            kind=EvidenceKind(given["kind"]), by=_user_id(request), at=clock.now(),
            note=given["note"], valid_until=given["valid_until"],
        )  # fmt: skip
    except InvalidEvidence as error:
        form.add_error(None, str(error))
        return False
    except InvalidReview as error:
        form.add_error(None, sentences.review_fault(error.fault))
        return False
    return True


def _own(request: HttpRequest, application: UUID) -> ApplicationSummary:
    found = _found(application)
    if found.user_id != _user_id(request):
        raise Http404
    return found


def _found(uuid: UUID) -> ApplicationSummary:
    try:
        return api.get_application(uuid)
    except UnknownApplication:
        raise Http404 from None


def _is_minor(request: HttpRequest) -> bool | None:
    year, today = compat.year_of_birth(_user_id(request)), clock.utc_day(clock.now())
    return rules.is_minor(year, on=today, adult_age=conf.adult_age())


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101 -- login_required has seen to it
    return int(request.user.pk)
