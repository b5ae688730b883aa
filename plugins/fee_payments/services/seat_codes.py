"""Seat codes: issued by an operator, redeemed by one person each, taken back by an operator.

Order of locks: the pool of a code that takes a seat of an institution, the code, its seat, the
learner's open order, the waiver fund, the room. What decides about a code begins by locking its row
(or before it its pool) by the primary key, so it is decided on what is committed, whoever asks at
the same moment. No money moves here: nothing is told to the books, and the waiver fund is not
touched.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate import typed_codes
from fairgate.readable import is_readable
from fee_payments import models, selectors
from fee_payments.data import GivenSeat, IssuedSeatCodes, Learner, SeatCodeSummary, SessionSummary
from fee_payments.exceptions import (
    AlreadyEntitled,
    AlreadyIssued,
    CountryBlocked,
    InvalidSeatCodes,
    KeyReused,
    NoSeatLeft,
    SeatCodeElsewhere,
    SeatCodeExpired,
    SeatCodeRevoked,
    SeatCodeTaken,
    SeatCodeUnknown,
    SeatCodeUnreadable,
    UnknownOffering,
    UnknownSeatCode,
    UnknownSession,
)
from fee_payments.services import closing, entitling, seat_accepting, seats
from fee_payments.services.quoting import open_session
from fee_payments.services.seat_rows import is_over, locked_pool
from fee_payments.services.seat_taking_back import end_seat
from fee_payments.services.seat_tries import forgive_try, try_of

log = logging.getLogger(__name__)

MOST_CODES = 5000
#: Takes what is needed for codes of a pool; what it returns hands it to the batch once written.
Fill = Callable[[], Callable[[models.SeatCodeBatch], None]]
MAX_TEXT = 255


def issue_seat_codes(
    offering_code: str,
    *,
    count: int,
    sponsor: str,
    key: str,
    by: int | None,
    at: datetime,
    expires_at: datetime | None = None,
    note: str = "",
    session: str = "",
    fill: Fill | None = None,
) -> IssuedSeatCodes:
    """Make codes for one offering. What is returned is the only place that ever has their text.

    ``sponsor`` is who gives the seats: the learner reads it. ``by`` is the operator's user id,
    ``None`` for a command. ``expires_at`` is the first moment at which they are no longer taken.
    ``session`` is the code of the one that they open a seat of: an offering with sessions needs
    one, as an order does. Codes reserve no seats: in a full room they wait. ``fill`` is for codes
    that take seats of a pool: it does so in the transaction that writes them, before they are
    written.

    Raises:
        UnknownOffering: no offering has this code.
        UnknownSession, SessionNotOpen: a session has to be named, or cannot be.
        InvalidSeatCodes: how many, from whom or until when cannot be.
        AlreadyIssued: this key has issued its codes; they were shown then.
        KeyReused: this key has issued other codes.
    """
    wish = _Wish(offering_code, count, sponsor.strip(), expires_at, note.strip(), session)
    _refuse_known(key, wish)
    _check(wish, at=at)
    offering = models.Offering.objects.filter(code=offering_code).first()
    if offering is None:
        raise UnknownOffering(f"There is no fee “{offering_code}”.")
    # A seat of a pool is counted already, in the session that the pool is of.
    chosen = None if fill else session_of(offering_code, session, at=at)
    codes = tuple(typed_codes.new() for _number in range(count))
    try:
        with transaction.atomic():
            seats_for = fill() if fill else None
            batch = _write(offering, wish, codes, chosen, key=key, by=by, at=at)
            if seats_for is not None:
                seats_for(batch)
    except IntegrityError:
        # Another request with this key was faster.
        _refuse_known(key, wish)
        raise
    log.info("seat codes issued: batch=%s offering=%s count=%s", batch.uuid, offering.pk, count)
    return IssuedSeatCodes(
        batch_uuid=batch.uuid,
        offering_code=offering_code,
        offering_title=offering.title,
        sponsor=batch.sponsor,
        expires_at=expires_at,
        codes=tuple(typed_codes.grouped(code) for code in codes),
        session=chosen,
    )


def session_of(offering_code: str, session: str, *, at: datetime) -> SessionSummary | None:
    """The session that codes of an offering are for; ``None`` where it has no sessions.

    Raises:
        UnknownOffering: no offering has this code.
        UnknownSession, SessionNotOpen: a session has to be named, or cannot be.
    """
    offering = selectors.offering(offering_code)
    if offering.sessions and not session:
        raise UnknownSession(_("Please choose a session first."))
    return open_session(offering, session, at=at)


def redeem_seat_code(learner: Learner, offering_code: str, text: str, *, at: datetime) -> GivenSeat:
    """Give this learner the seat of a code: one code, one person, one seat.

    ``text`` is what they typed; case, blanks, dashes and the script of the digits do not matter.
    The same person with the same code again gets the first answer, also when the room is full or
    the code's time is over. An order of theirs that is not paid is closed: they need it no longer.
    Call it outside a transaction: a try is counted before the code is looked at, and stays counted
    whatever becomes of the request.

    Raises:
        UnknownOffering: no offering has this code.
        SeatCodeRefused: the code opens nothing (see its classes); nothing has happened.
        TooManyTries: this person has typed too many codes that opened nothing.
        AlreadyEntitled: the learner has access already; the code is still free.
        NoSeatLeft: the room is full; the code is still free.
        CountryBlocked: nothing is sold in the learner's country; the code is still free.
    """
    selectors.offering(offering_code)
    code = typed_codes.read(text)
    if code is None:
        raise SeatCodeUnreadable(
            _(
                "This is not a whole code, or a letter of it is wrong. A code has 20 letters and "
                "digits in five groups. Please compare it with the one you were given."
            )
        )
    try_of(learner.user_id, at=at)
    pk, pool_pk = _find(code, offering_code)
    try:
        seat = _redeem(pk, pool_pk, learner, at=at)
    except (AlreadyEntitled, NoSeatLeft):
        forgive_try(learner.user_id)  # the code was right
        raise
    except CountryBlocked:
        forgive_try(learner.user_id)
        # What is written down about it was undone with the transaction.
        seat_accepting.check_open_to(learner, offering_code, at=at)
        raise
    forgive_try(learner.user_id)
    return seat


def revoke_seat_code(uuid: UUID, *, by: int, because: str, at: datetime) -> SeatCodeSummary:
    """Take a code back; the access that rests on it ends, and its seat is free again.

    Again is the same answer. To give the seat to somebody else, issue a new code.

    Raises:
        UnknownSeatCode: there is no such code.
        InvalidSeatCodes: there is no reason.
    """
    because = because.strip()[:MAX_TEXT]
    if not because:
        raise InvalidSeatCodes(_("Please say why; the reason is kept with the code."))
    found = models.SeatCode.objects.filter(uuid=uuid).first()
    if found is None:
        raise UnknownSeatCode(_("There is no such seat code."))
    with transaction.atomic():
        row = _locked(found.pk, found.batch.pool_id)
        if row.revoked_at is None:
            _revoke(row, by=by, because=because, at=at)
    return selectors.seat_code_summary(row)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What an operator asks for."""

    offering_code: str
    count: int
    sponsor: str
    expires_at: datetime | None
    note: str
    session: str


def _refuse_known(key: str, wish: _Wish) -> None:
    row = models.SeatCodeBatch.objects.filter(key=key).select_related("offering", "session").first()
    if row is None:
        return
    session = row.session.code if row.session else ""
    known = _Wish(row.offering.code, row.count, row.sponsor, row.expires_at, row.note, session)
    if wish != known:
        raise KeyReused(_("This request was already used for something else."))
    raise AlreadyIssued(
        _(
            "These codes were issued already, and a code is shown once. If the list is lost, "
            "revoke its codes and issue new ones."
        )
    )


def _check(wish: _Wish, *, at: datetime) -> None:
    if not 1 <= wish.count <= MOST_CODES:
        raise InvalidSeatCodes(
            _("Between 1 and %(most)s codes are issued at a time.") % {"most": MOST_CODES}
        )
    if not wish.sponsor:
        raise InvalidSeatCodes(_("Please say who gives the seats; the learner reads it."))
    if not (is_readable(wish.sponsor) and is_readable(wish.note)):
        raise InvalidSeatCodes(_("Sponsor and note are one line each, without control characters."))
    if len(wish.sponsor) > MAX_TEXT or len(wish.note) > MAX_TEXT:
        raise InvalidSeatCodes(
            _("Sponsor and note have at most %(most)s letters each.") % {"most": MAX_TEXT}
        )
    if wish.expires_at is not None and wish.expires_at <= at:
        raise InvalidSeatCodes(_("The codes would have expired before they are issued."))


def _write(
    offering: models.Offering,
    wish: _Wish,
    codes: tuple[str, ...],
    session: SessionSummary | None,
    *,
    key: str,
    by: int | None,
    at: datetime,
) -> models.SeatCodeBatch:
    batch = models.SeatCodeBatch.objects.create(
        key=key,
        offering=offering,
        session_id=session.id if session else None,
        sponsor=wish.sponsor,
        note=wish.note,
        count=wish.count,
        issued_by=by,
        issued_at=at,
        expires_at=wish.expires_at,
    )
    models.SeatCode.objects.bulk_create(
        models.SeatCode(batch=batch, digest=_digest(code), hint=typed_codes.hint(code))
        for code in codes
    )
    return batch


def _digest(code: str) -> str:
    """What is stored of a code. Its 75 secret bits are its strength; a salt would hide the row."""
    return hashlib.sha256(code.encode()).hexdigest()


def _find(code: str, offering_code: str) -> tuple[int, int | None]:
    rows = models.SeatCode.objects.select_related("batch__offering")
    row = rows.filter(digest=_digest(code)).first()
    if row is None:
        raise SeatCodeUnknown(
            _("We do not know this code. Please compare it with the one you were given.")
        )
    if row.batch.offering.code != offering_code:
        raise SeatCodeElsewhere(
            _("This code is for another fee: “%(title)s”.") % {"title": row.batch.offering.title}
        )
    return row.pk, row.batch.pool_id


def _redeem(pk: int, pool_pk: int | None, learner: Learner, *, at: datetime) -> GivenSeat:
    try:
        return _redeem_once(pk, pool_pk, learner, at=at)
    except NoSeatLeft:
        # What orders hold whose time is over is free, once somebody closes them.
        if not closing.expire_orders(at=at):
            raise
        return _redeem_once(pk, pool_pk, learner, at=at)


def _locked(pk: int, pool_pk: int | None) -> models.SeatCode:
    """A code, locked; before it the pool that it takes a seat of. Both are said once and stay."""
    if pool_pk is not None:
        locked_pool(pool_pk)
    row: models.SeatCode = models.SeatCode.objects.select_for_update().get(pk=pk)
    return row


def _redeem_once(pk: int, pool_pk: int | None, learner: Learner, *, at: datetime) -> GivenSeat:
    with transaction.atomic(durable=True):
        row = _locked(pk, pool_pk)
        # First who has it, then the rules: who redeemed it is answered the same for ever.
        if row.redeemed_by != learner.user_id or row.revoked_at is not None:
            _refuse(row, at=at)
            _take(row, learner, at=at)
        return selectors.to_given_seat(row)


def _refuse(row: models.SeatCode, *, at: datetime) -> None:
    """Refuse a code that is not free."""
    if row.revoked_at is not None:
        raise SeatCodeRevoked(
            _("This code was taken back. Please ask who gave it to you for another one.")
        )
    if row.redeemed_by is not None:
        raise SeatCodeTaken(
            _("Somebody else has used this code. Please ask who gave it to you for another one.")
        )
    if _has_expired(row.batch, at=at):
        raise SeatCodeExpired(
            _("The time of this code is over. Please ask who gave it to you for another one.")
        )


def _has_expired(batch: models.SeatCodeBatch, *, at: datetime) -> bool:
    if batch.expires_at is not None and batch.expires_at <= at:
        return True
    if batch.session is not None and (batch.session.closed or batch.session.starts_at <= at):
        return True
    return batch.pool is not None and is_over(batch.pool, at=at)


def _take(row: models.SeatCode, learner: Learner, *, at: datetime) -> None:
    if row.batch.pool_id is not None:
        _take_of_pool(row, learner, at=at)
        return
    offering = row.batch.offering
    seat_accepting.check_open_to(learner, offering.code, at=at)
    closing.close_open_order(
        learner.user_id,
        offering.code,
        sentence=_("A seat code opened this; there is nothing to pay."),
        at=at,
    )
    # The seat before the rows that point at the offering, as when an order is placed.
    _count(row.batch)
    row.redeemed_by, row.redeemed_at = learner.user_id, at
    row.save(update_fields=["redeemed_by", "redeemed_at"])
    if entitling.open_given_seat(row, user_id=learner.user_id, at=at) is None:
        raise AlreadyEntitled(_("You have access already. The code is still free."))
    log.info("seat code redeemed: code=%s offering=%s", row.uuid, offering.pk)


def _count(batch: models.SeatCodeBatch) -> None:
    """Count the seat; of a session that is full the learner can choose no other one."""
    try:
        seats.count_seat(batch.offering, session=batch.session)
    except NoSeatLeft:
        raise NoSeatLeft(
            _("Every seat of “%(title)s” is taken.") % {"title": batch.offering.title}
        ) from None


def _take_of_pool(row: models.SeatCode, learner: Learner, *, at: datetime) -> None:
    """The seat is one of an institution's pool, which is counted in the room already."""
    row.redeemed_by, row.redeemed_at = learner.user_id, at
    row.save(update_fields=["redeemed_by", "redeemed_at"])
    seat = models.Seat.objects.select_for_update().get(code=row)
    seat_accepting.take(seat, learner, shares=False, at=at)


def _revoke(row: models.SeatCode, *, by: int, because: str, at: datetime) -> None:
    row.revoked_by, row.revoked_at, row.revoked_because = by, at, because
    row.save(update_fields=["revoked_by", "revoked_at", "revoked_because"])
    if row.batch.pool_id is not None:
        # A locking read: the transaction can be older than the lock.
        seat = models.Seat.objects.select_for_update().get(code=row)
        end_seat(seat, by=by, because=because, at=at)
    elif row.redeemed_by is not None:
        entitling.revoke(row, because="seat code revoked", at=at)
        seats.uncount_seat(row.batch.offering, session=row.batch.session)
    log.info("seat code revoked: code=%s", row.uuid)
