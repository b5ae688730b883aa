"""Pages of who coordinates the training of an institution: seats bought, given, used.

Each person sees the pools of the organisations they coordinate; all others do not exist for them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from fairgate import clock
from fairgate.csv_cells import write_csv
from fairgate.whole_numbers import whole_number
from fee_payments import api
from fee_payments.data import Invitee, IssuedSeatCodes, SeatState, SeatSummary
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import (
    PaymentsError,
    SeatListRefused,
    TooManyInvitations,
    UnknownSeat,
)
from fee_payments.services.seat_lists import MAX_BYTES as MAX_LIST_BYTES
from fee_payments.services.session_words import session_in_words
from fee_payments.wording import course_language, in_words, seat_state_name

#: More faults than these are counted, not shown.
SHOWN_FAULTS = 100
_FILTERS = (
    SeatState.FREE,
    SeatState.ASSIGNED,
    SeatState.EXPIRED,
    SeatState.ACCEPTED,
    SeatState.REVOKED,
    SeatState.CLOSED,
)


def _own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Signed in, never kept by a cache, outside ``ATOMIC_REQUESTS``; what is not theirs is not."""

    @wraps(view)
    def theirs(request: HttpRequest, **where: UUID) -> HttpResponse:
        try:
            return view(request, **where)
        except UnknownSeat as unknown:
            raise Http404 from unknown

    return login_required(never_cache(transaction.non_atomic_requests(theirs)))


@_own
@require_GET
def pools(request: HttpRequest) -> HttpResponse:
    """The seats that this person gives, and the organisations they order for."""
    at, user_id = clock.now(), _user_id(request)
    if not api.has_seats_to_give(user_id):
        raise Http404
    buyers = [
        (one.uuid, one.legal_name, one.is_verified)
        for one in api.list_organisations(user_id)
        if OrganisationAct.ORDER in one.may
    ]
    context = {
        "buyers": buyers,
        "pools": [(one, course_language(one.course_key)) for one in api.list_pools(user_id, at=at)],
        "at": at,
    }
    return render(request, "fee_payments/seat_pools.html", context)


@_own
@require_GET
def pool(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One pool: how many seats stand where, forms to give them, and who has them."""
    return _pool_page(request, uuid)


def _pool_page(
    request: HttpRequest,
    uuid: UUID,
    *,
    error: str = "",
    faults: tuple[tuple[int, str], ...] = (),
    status: int = 200,
) -> HttpResponse:
    at, user_id = clock.now(), _user_id(request)
    found = api.pool(uuid, by=user_id, at=at)
    state, search = _filters(request)
    shown = api.list_seats(
        uuid, by=user_id, at=at, state=state, search=search, page=_page_number(request)
    )
    kept = {"state": state or "", "search": search}
    context = {
        "pool": found,
        "language": course_language(found.course_key),
        "is_over": found.is_over(at),
        "has_begun": found.session is not None and not found.session.is_open(at),
        "use": api.pool_use(uuid, by=user_id),
        "page": shown,
        "seats": [(seat, seat_state_name(seat.state)) for seat in shown.seats],
        "previous": f"?{urlencode({**kept, 'page': shown.page - 1})}" if shown.page > 1 else "",
        "next": f"?{urlencode({**kept, 'page': shown.page + 1})}"
        if shown.page < shown.pages
        else "",
        "states": [(one, seat_state_name(one)) for one in _FILTERS],
        "state": state,
        "search": search,
        "error": error,
        "faults": faults[:SHOWN_FAULTS],
        "more_faults": max(0, len(faults) - SHOWN_FAULTS),
        "people": request.POST.get("people", "")[:20_000],
        "key": uuid4().hex,
    }
    return render(request, "fee_payments/seat_pool.html", context, status=status)


@_own
@require_POST
def assign(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Invite the people of a list that was pasted, or of a file."""
    at = clock.now()
    try:
        api.pool(uuid, by=_user_id(request), at=at)  # before a byte of the file is looked at
        done = api.assign_seats(
            uuid,
            api.read_people(_list_of(request)),
            by=_user_id(request),
            at=at,
            anyone=request.POST.get("anyone") == "yes",
        )
    except UnknownSeat:
        raise
    except SeatListRefused as refused:
        return _pool_page(request, uuid, error=str(refused), faults=refused.faults, status=400)
    except PaymentsError as refused:
        return _pool_page(request, uuid, error=in_words(refused), status=_status(refused))
    said = ngettext(
        "%(count)s person is invited; the mail is on its way.",
        "%(count)s people are invited; the mails are on their way.",
        done.invited,
    ) % {"count": done.invited}
    if done.known:
        said += " " + ngettext(
            "%(count)s of the list was invited before.",
            "%(count)s of the list were invited before.",
            done.known,
        ) % {"count": done.known}
    messages.success(request, said)
    return _back(uuid)


def _list_of(request: HttpRequest) -> bytes | str:
    """The file that was sent, else what was pasted."""
    sent = request.FILES.get("file")
    if sent is None:
        return request.POST.get("people", "")
    # One byte more than is taken says that it is too large, however long it is.
    content: bytes = sent.read(MAX_LIST_BYTES + 1)
    return content


@_own
@require_POST
def codes(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Codes that each take a seat of the pool, as a file, once."""
    count = whole_number(request.POST.get("count", ""), digits=6)
    at = clock.now()
    api.pool(uuid, by=_user_id(request), at=at)
    if count is None:
        said = _("Please write how many codes in digits, for example 10.")
        return _pool_page(request, uuid, error=said, status=400)
    try:
        issued = api.issue_pool_codes(
            uuid,
            count=count,
            by=_user_id(request),
            key=f"pool:{_user_id(request)}:{request.POST.get('key', '')[:64]}",
            at=at,
        )
    except PaymentsError as refused:
        return _pool_page(request, uuid, error=in_words(refused), status=_status(refused))
    url = request.build_absolute_uri(api.seat_code_page_url(issued.offering_code))
    return _csv(_code_sheet(issued, url), f"seat-codes-{issued.offering_code}.csv")


def _code_sheet(issued: IssuedSeatCodes, url: str) -> str:
    until = f"{issued.expires_at:%Y-%m-%d %H:%M} UTC" if issued.expires_at else ""
    header = (_("Code"), _("Fee"), _("Given by"), _("Valid until"), _("Where to use it"))
    fee = issued.offering_title
    if issued.session is not None:
        fee = f"{fee}: {session_in_words(issued.session)}"
    return write_csv(header, [(one, fee, issued.sponsor, until, url) for one in issued.codes])


@_own
@require_GET
def export(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The seats of a pool as CSV; no cell of it runs in a spreadsheet (F31)."""
    seats = api.every_seat(uuid, by=_user_id(request), at=clock.now())
    header = (
        _("Seat"), _("State"), _("E-mail address"), _("Name"), _("User name"), _("Code"),
        _("To be accepted until"), _("Accepted"), _("Started"), _("Grade"), _("Passed"),
    )  # fmt: skip
    return _csv(write_csv(header, map(_cells, seats)), "seats.csv")


def _cells(seat: SeatSummary) -> tuple[str | int, ...]:
    done = seat.progress
    shared: tuple[str | int, ...] = ("", "", "")
    if done is not None:
        shared = (
            _yes(done.has_started),
            "" if done.grade_percent is None else done.grade_percent,
            _yes(done.has_passed),
        )
    return (
        seat.number,
        seat_state_name(seat.state),
        seat.address,
        seat.name,
        seat.username,
        seat.code_hint,
        _moment(seat.expires_at),
        _moment(seat.accepted_at),
        *shared,
    )


def _yes(value: bool) -> str:  # noqa: FBT001 - a cell is its value
    return _("yes") if value else _("no")


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def _csv(text: str, name: str) -> HttpResponse:
    # Begins with a BOM, as spreadsheets ask for.
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@_own
@require_POST
def release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back a seat that nobody has accepted."""
    said = _("The seat is free again; its invitation or code opens nothing any more.")
    return _step(request, uuid, said, api.release_seat)


@_own
@require_POST
def revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take back a seat that was accepted, with a reason."""
    said = _("The seat was taken back: the learner’s access has ended, and the seat is free.")
    return _step(request, uuid, said, api.revoke_seat, because=request.POST.get("because", ""))


@_own
@require_POST
def remind(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send an invitation once more."""
    said = _("The invitation is sent once more, unless it was sent in the last 24 hours.")
    return _step(request, uuid, said, api.remind_seat)


@_own
@require_POST
def reassign(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a seat back and invite somebody else to it."""
    person = Invitee(email=request.POST.get("email", ""), name=request.POST.get("name", ""))
    said = _("The seat was taken back, and the other person is invited.")
    because = request.POST.get("because", "")
    return _step(
        request, uuid, said,
        lambda seat, *, by, at: api.reassign_seat(seat, person, by=by, because=because, at=at),
    )  # fmt: skip


def _step(
    request: HttpRequest, uuid: UUID, said: str, act: Callable[..., Any], **about: str
) -> HttpResponse:
    where = api.pool_of_seat(uuid, by=_user_id(request))
    try:
        act(uuid, by=_user_id(request), at=clock.now(), **about)
    except UnknownSeat:
        raise
    except PaymentsError as refused:
        faults = refused.faults if isinstance(refused, SeatListRefused) else ()
        return _pool_page(
            request, where, error=in_words(refused), faults=faults, status=_status(refused)
        )
    messages.success(request, said)
    return _back(where)


def _status(refused: PaymentsError) -> int:
    return 429 if isinstance(refused, TooManyInvitations) else 409


def _back(uuid: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("fee_payments:pool", args=[uuid]))


def _filters(request: HttpRequest) -> tuple[SeatState | None, str]:
    named = request.GET.get("state", "")
    state = SeatState(named) if named in set(SeatState) else None
    return state, request.GET.get("search", "")[:254]


def _page_number(request: HttpRequest) -> int:
    number = whole_number(request.GET.get("page", "1"), digits=6)
    return 1 if number is None else number


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101 -- login_required has seen to it
    return int(request.user.pk)
