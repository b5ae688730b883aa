"""Pages on which something is recorded once: the form as it was typed, or back to the agreement.

Records are sent outside ``ATOMIC_REQUESTS``: a service begins its own transaction, and a lost race
is run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fairgate import clock
from fairgate.clock import utc_day

from . import conf
from .data import Promises, VersionSummary
from .exceptions import EvidenceRefused, PartnershipsError, TooManyRecords
from .forms_place import RecordForm, WithFile
from .place_parts import (
    KeepsTexts,
    keeps_texts,
    seconds_to_wait,
    seen_promises,
    user_id,
)
from .wording_refusals import in_words

T = TypeVar("T")

#: Controls that the page does not draw in a row of their own.
_APART = ("key", "replaces", "is_met")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a page about one record shows, and how the record is written.

    ``code`` is the partner as whose person somebody records it.
    """

    code: str
    version: VersionSummary
    heading: str
    about: list[tuple[str, str]]
    form: RecordForm
    record: Callable[[], object]
    said: str


def with_file(request: HttpRequest, page: Callable[[KeepsTexts], HttpResponse]) -> HttpResponse:
    """A page whose form may bring a file, which stays in memory."""
    return page(keeps_texts(request, limit=conf.evidence_max_bytes()))


def recorded(request: HttpRequest, handler: KeepsTexts | None, what: Recording) -> HttpResponse:
    """Write the record and go back to the agreement; or draw the form with all that was typed."""
    form = what.form
    if request.method != "POST":
        return _record_page(request, what)
    if handler is not None and request.FILES:
        wait = seconds_to_wait(request)
        if wait is not None:
            said = _("You have sent many files in a short time. Please wait a minute.")
            return _too_many(request, what, said, wait=wait)
    is_valid = form.is_valid()
    if handler is not None and handler.is_over:
        said = _("The file has more than %(kilobytes)s kB.")
        form.blame("file", said % {"kilobytes": conf.evidence_max_bytes() // 1024})
        is_valid = False
    try:
        is_written = is_valid and _is_written(what)
    except TooManyRecords as error:
        return _too_many(request, what, in_words(error), wait=error.wait)
    if not is_written:
        return _record_page(request, what, status=400)
    messages.success(request, what.said)
    return redirect("partnerships:agreement", what.code, what.version.uuid)


def _too_many(request: HttpRequest, what: Recording, said: str, *, wait: int) -> HttpResponse:
    what.form.add_error(None, said)
    page = _record_page(request, what, status=429)
    page["Retry-After"] = str(wait)
    return page


def _is_written(what: Recording) -> bool:
    """Whether the record was taken; else the form says why not.

    Raises:
        TooManyRecords: the day takes no more.
    """
    try:
        what.record()
    except TooManyRecords:
        raise
    except EvidenceRefused as refused:
        what.form.blame("file", in_words(refused))
    except PartnershipsError:
        # The form has checked what can be typed wrong: what is left happened since it was drawn.
        said = _("Somebody has recorded something here meanwhile. Please look at the agreement.")
        what.form.add_error(None, said)
    else:
        return True
    return False


def _record_page(request: HttpRequest, what: Recording, *, status: int = 200) -> HttpResponse:
    form = what.form
    context = {
        "code": what.code,
        "version": what.version,
        "page_heading": what.heading,
        "about": what.about,
        "form": form,
        "fields": [form[name] for name in form.fields if name not in _APART],
        "faults": form.faults() if form.is_bound else [],
        "limit": conf.evidence_max_bytes() if isinstance(form, WithFile) else None,
    }
    return render(request, "partnerships/place/record.html", context, status=status)


def form_of(request: HttpRequest, kind: Any, version: VersionSummary, **more: Any) -> Any:
    """A form about a day of a version, as it was sent, if it was."""
    days = {"first": version.valid_from, "today": utc_day(clock.now())}
    if request.method == "POST":
        return kind(request.POST, request.FILES, **days, **more)
    return kind(**days, **more)


def sender(request: HttpRequest, form: RecordForm) -> dict[str, Any]:
    """Who records it now, under the key that was drawn with the form."""
    by = user_id(request)
    return {"by": by, "at": clock.now(), "key": f"{by}:{form.cleaned_data['key']}"}


def signed_promises(
    request: HttpRequest, code: str, version: UUID
) -> tuple[VersionSummary, Promises]:
    """What both sides have signed: before that nobody owes anything, and nothing is recorded.

    Raises:
        Http404: it is not signed, or not there for who asks.
    """
    found, promises = seen_promises(request, code, version)
    if not found.is_signed:
        raise Http404
    return found, promises


def named(found: Iterable[T], name: Callable[[T], str], code: str) -> T:
    """The promise of this code.

    Raises:
        Http404: there is none.
    """
    one = next((one for one in found if name(one) == code), None)
    if one is None:
        raise Http404
    return one


def day_shown(day: date) -> str:
    """A day in the reader's language."""
    return date_format(day, "DATE_FORMAT")
