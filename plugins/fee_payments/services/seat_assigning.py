"""Giving seats of a pool to people: to addresses, to accounts, or as codes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairgate_tables.transactions import in_transaction
from fee_payments import conf, models
from fee_payments.data import IssuedSeatCodes
from fee_payments.data.institution_seats import AssignedSeats, Invitee, MailKind, SeatAction
from fee_payments.exceptions import (
    SeatListRefused,
    SeatNotFree,
    SeatRefused,
    TooManyInvitations,
)
from fee_payments.selectors import seat_people
from fee_payments.selectors.institution_seats import (
    pool_end,
    pool_row,
    seat_row,
    session_of_pool,
)
from fee_payments.services import seat_codes, seat_mails
from fee_payments.services.seat_invitations import fault_of, write_invitation
from fee_payments.services.seat_rows import (
    can_be_given,
    clear,
    is_over,
    live_seats,
    locked_pool,
    note,
    note_all,
)
from fee_payments.services.seat_taking_back import release_seat, revoke_seat

log = logging.getLogger(__name__)

#: More mails than these wait for the command, so that no page waits for a mail server.
SENT_AT_ONCE = 10
MOST_PEOPLE = 10_000
REMIND_AFTER = timedelta(days=1)


def assign_seats(
    pool_uuid: UUID,
    people: Sequence[Invitee],
    *,
    by: int,
    at: datetime,
    expires_at: datetime | None = None,
    anyone: bool = False,
) -> AssignedSeats:
    """Invite people to seats of a pool: all of them, or nobody.

    What stands for an address and has no ``@`` is the user name of an account, which is invited at
    the address it has.

    Who is invited in this pool already is counted as known, so the same list, longer by some, can
    be sent again. ``expires_at`` is the first moment at which they can no longer accept, ``None``
    that of the settings; never later than the pool's end, or its session's beginning. ``anyone``
    lets whoever has the link accept, and not only the account with the invited address. Mails go
    out after the commit, many of them by ``fee_payments_settle``. Call it outside a transaction, or
    one whose first statement has locked the pool.

    Raises:
        UnknownSeat: there is no such pool, or ``by`` does not coordinate it.
        SeatListRefused: some of the list are no addresses, twice there, or no accounts: each is
            named by its place.
        SeatNotFree: there are not as many seats to give.
        SeatRefused: the time of the pool is over, or the invitations would be over at once.
        TooManyInvitations: the institution has sent as many mails as it may in a day.
    """
    found = pool_row(pool_uuid, by=by)
    people = _with_accounts(people)
    _check_list(people)
    until = min(filter(None, (expires_at or at + conf.seat_invitation_period(), pool_end(found))))
    if is_over(found, at=at) or until <= at:
        raise SeatRefused(_("The time in which these seats can be accepted is over."))
    return _assign(found.pk, people, by=by, at=at, until=until, anyone=anyone)


@in_transaction
def _assign(
    pool_pk: int, people: Sequence[Invitee], *, by: int, at: datetime, until: datetime, anyone: bool
) -> AssignedSeats:
    pool = locked_pool(pool_pk)
    new = _not_yet_invited(pool, people, at=at)
    _refuse_too_many(pool, len(new), at=at)
    rows = _take(pool, len(new), at=at)
    for seat, person in zip(rows, new, strict=True):
        write_invitation(seat, person, at=at, expires_at=until, anyone=anyone)
        seat.save()
    note_all(rows, SeatAction.INVITED, at=at, by=by)
    keys = seat_mails.write(rows, MailKind.INVITATION, at=at)
    if len(keys) <= SENT_AT_ONCE:
        transaction.on_commit(partial(seat_mails.send_keys, keys, at=at), robust=True)
    log.info("seats assigned: pool=%s seats=%s by=%s", pool.uuid, len(rows), by)
    invited = {id(one) for one in new}
    return AssignedSeats(
        invited=len(rows),
        known=len(people) - len(new),
        known_places=tuple(one.place for one in people if id(one) not in invited),
    )


def issue_pool_codes(
    pool_uuid: UUID,
    *,
    count: int,
    by: int,
    key: str,
    at: datetime,
    expires_at: datetime | None = None,
    note: str = "",
) -> IssuedSeatCodes:
    """Make codes that each take a seat of a pool: the codes of ``issue_seat_codes``, and as those.

    Raises:
        UnknownSeat: there is no such pool, or ``by`` does not coordinate it.
        SeatNotFree: there are not as many seats to give.
        SeatRefused: the time of the pool is over.
        InvalidSeatCodes, AlreadyIssued, KeyReused: as for ``issue_seat_codes``.
    """
    found = pool_row(pool_uuid, by=by)
    if is_over(found, at=at):
        raise SeatRefused(_("The time in which these seats can be accepted is over."))
    until = min(filter(None, (expires_at, pool_end(found))), default=None)
    issued = seat_codes.issue_seat_codes(
        found.offering.code,
        count=count,
        sponsor=found.sponsor,
        key=key,
        by=by,
        at=at,
        expires_at=until,
        note=note,
        fill=lambda: _fill(found.pk, count, by=by, at=at, until=until),
    )
    return replace(issued, session=session_of_pool(found))


def _fill(
    pool_pk: int, count: int, *, by: int, at: datetime, until: datetime | None
) -> Callable[[models.SeatCodeBatch], None]:
    pool = locked_pool(pool_pk)
    rows = _take(pool, count, at=at)

    def hand_over(batch: models.SeatCodeBatch) -> None:
        batch.pool = pool
        batch.save(update_fields=["pool"])
        for seat, code in zip(rows, batch.codes.order_by("pk"), strict=True):
            seat.code, seat.assigned_at, seat.expires_at = code, at, until
            seat.save()
        note_all(rows, SeatAction.CODE_ISSUED, at=at, by=by)

    return hand_over


def reassign_seat(
    seat_uuid: UUID, person: Invitee, *, by: int, because: str, at: datetime
) -> AssignedSeats:
    """Take a seat back and invite somebody else: both, or neither.

    Raises:
        as ``release_seat``, ``revoke_seat`` and ``assign_seats``.
    """
    found = seat_row(seat_uuid, by=by)
    with transaction.atomic():
        locked_pool(found.pool_id)
        if models.Seat.objects.get(pk=found.pk).accepted_at is None:
            release_seat(seat_uuid, by=by, at=at)
        else:
            revoke_seat(seat_uuid, by=by, because=because, at=at)
        return assign_seats(found.pool.uuid, [person], by=by, at=at)


def remind(seat_uuid: UUID, *, by: int, at: datetime) -> bool:
    """Send an invitation once more; ``False`` where it was sent in the last 24 hours.

    Raises:
        UnknownSeat: there is no such seat, or ``by`` does not coordinate it.
        SeatRefused: nobody is invited to it by mail.
        TooManyInvitations: the institution has sent as many mails as it may in a day.
    """
    found = seat_row(seat_uuid, by=by)
    with transaction.atomic():
        pool = locked_pool(found.pool_id)
        row = models.Seat.objects.select_for_update().get(pk=found.pk)
        is_late = row.expires_at is not None and row.expires_at <= at
        if row.nonce is None or is_late or is_over(pool, at=at):
            raise SeatRefused(_("Nobody is invited to this seat by mail now."))
        recent = models.SeatMail.objects.filter(seat=row, nonce=row.nonce, dropped_at=None)
        if (
            recent.filter(created_at__gt=at - REMIND_AFTER, tries=0).exists()
            or recent.filter(sent_at__gt=at - REMIND_AFTER).exists()
        ):
            return False
        _refuse_too_many(pool, 1, at=at)
        keys = seat_mails.write([row], MailKind.REMINDER, at=at)
        note(row, SeatAction.REMINDED, at=at, by=by)
        transaction.on_commit(partial(seat_mails.send_keys, keys, at=at), robust=True)
    return True


def _with_accounts(people: Sequence[Invitee]) -> list[Invitee]:
    names = {one.email for one in people if one.user_id is None and "@" not in one.email}
    accounts = seat_people.accounts_named(names) if names else {}
    return [
        replace(one, user_id=accounts[one.email], email="") if one.email in accounts else one
        for one in people
    ]


def _check_list(people: Sequence[Invitee]) -> None:
    if not people:
        raise SeatListRefused(_("The list names nobody."))
    if len(people) > MOST_PEOPLE:
        raise SeatListRefused(
            _("A list has at most %(most)s people; please split it.") % {"most": MOST_PEOPLE}
        )
    faults: list[tuple[int, str]] = []
    seen: dict[str, int] = {}
    for person in people:
        said = _fault(person, seen)
        if said:
            faults.append((person.place, said))
    if faults:
        raise SeatListRefused(
            ngettext(
                "Nobody was invited: one line cannot be read.",
                "Nobody was invited: %(lines)s lines cannot be read.",
                len(faults),
            )
            % {"lines": len(faults)},
            tuple(faults),
        )


def _fault(person: Invitee, seen: dict[str, int]) -> str:
    key = f"user:{person.user_id}"
    if person.user_id is None:
        said = {
            "address": _("this is no e-mail address, and no user name of an account"),
            "formula": _("it begins like a formula of a spreadsheet"),
            "name": _("the name is too long, holds a link, or has signs that cannot be shown"),
        }.get(fault_of(person), "")
        if said:
            return said
        key = seat_people.normal_address(person.email)
    if key in seen:
        return _("the same person stands in line %(line)s") % {"line": seen[key]}
    seen[key] = person.place
    return ""


def _not_yet_invited(
    pool: models.SeatPool, people: Sequence[Invitee], *, at: datetime
) -> list[Invitee]:
    """Who has no invitation in this pool that stands, and no seat of it.

    An invitation that was not accepted in time gives way to the new one.
    """
    rows = live_seats(pool).filter(assigned_at__isnull=False)
    standing = rows.exclude(can_be_given(at=at))
    digests = set(standing.values_list("email_digest", flat=True))
    accounts = set(standing.values_list("assigned_user", flat=True))
    accounts |= set(standing.values_list("accepted_by", flat=True))
    new = [one for one in people if not _is_known(one, digests, accounts)]
    wanted = {
        seat_people.address_digest(seat_people.normal_address(one.email))
        for one in new
        if one.user_id is None
    }
    for row in rows.filter(can_be_given(at=at), email_digest__isnull=False):
        if row.email_digest in wanted:
            clear(row, at=at)
            row.save()
            note(row, SeatAction.EXPIRED, at=at)
    return new


def _is_known(person: Invitee, digests: set[str | None], accounts: set[int | None]) -> bool:
    if person.user_id is not None:
        return person.user_id in accounts
    return seat_people.address_digest(seat_people.normal_address(person.email)) in digests


def _take(pool: models.SeatPool, count: int, *, at: datetime) -> list[models.Seat]:
    """The first seats that can be given, emptied; free ones before those not accepted in time."""
    rows = live_seats(pool).filter(can_be_given(at=at)).select_related("code")
    free = list(rows.filter(assigned_at__isnull=True).order_by("number")[:count])
    rest = rows.filter(assigned_at__isnull=False).order_by("number")[: count - len(free)]
    over = list(rest)
    if len(free) + len(over) < count:
        raise SeatNotFree(
            ngettext(
                "%(free)s seat can be given; you asked for %(count)s. Nothing was given.",
                "%(free)s seats can be given; you asked for %(count)s. Nothing was given.",
                len(free) + len(over),
            )
            % {"free": len(free) + len(over), "count": count}
        )
    for seat in over:
        clear(seat, at=at)
        seat.save()
    note_all(over, SeatAction.EXPIRED, at=at)
    return [*free, *over]


def _refuse_too_many(pool: models.SeatPool, more: int, *, at: datetime) -> None:
    lately = models.SeatMail.objects.filter(
        seat__pool__buyer=pool.buyer_id, created_at__gt=at - timedelta(days=1)
    )
    if lately.count() + more > conf.seat_mails_per_day():
        raise TooManyInvitations(
            _("Your organisation has sent as many invitations as it may in a day. Nothing was "
              "sent; please go on tomorrow.")
        )  # fmt: skip
