"""Accepting a seat of an institution: by the link of an invitation, or by a code of its pool.

Who accepts is looked at again at this moment. A link opens a page and nothing else: programs that
look at mails follow links, so what accepts is the button on it.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.data import GivenSeat, Learner
from fee_payments.data.institution_seats import SeatAction, SeatInvitation, SeatState
from fee_payments.exceptions import (
    AlreadyEntitled,
    CountryBlocked,
    InvitationElsewhere,
    InvitationGone,
    NoPrice,
    NotOnSale,
    SeatRefused,
    UnknownSeat,
)
from fee_payments.selectors import seat_people
from fee_payments.selectors.institution_seats import given_seat_of, session_of_pool, state_of
from fee_payments.selectors.resting import order_rests
from fee_payments.services import closing, entitling
from fee_payments.services.quoting import quote
from fee_payments.services.seat_invitations import digest_of, is_ours
from fee_payments.services.seat_rows import clear, is_over, locked_pool, note
from fee_payments.services.seat_tries import forgive_try, try_of

log = logging.getLogger(__name__)


def look_at_invitation(token: str, *, at: datetime) -> SeatInvitation:
    """What somebody who has the link of an invitation is told; it changes nothing.

    Raises:
        UnknownSeat: we have not made this link.
        InvitationGone: it was used, replaced or taken back, or its time is over.
    """
    row = _find(token)
    if state_of(row, at=at) is not SeatState.ASSIGNED or is_over(row.pool, at=at):
        raise _gone()
    return SeatInvitation(
        seat_uuid=row.uuid,
        sponsor=row.pool.sponsor,
        offering_code=row.pool.offering.code,
        title=row.pool.offering.title,
        course_key=row.pool.offering.course_key,
        expires_at=row.expires_at,
        session=session_of_pool(row.pool),
        is_for_address=row.is_for_address,
    )


def accept_seat(token: str, learner: Learner, *, shares: bool, at: datetime) -> GivenSeat:
    """Give this learner the seat of an invitation: one link, one person, one seat.

    ``shares``: they agree that their sponsor sees their progress. The same person with the same
    link again gets the first answer. An order of theirs that is not paid is closed. From then on
    the invited address is forgotten. Call it outside a transaction: a try is counted before the
    link is looked at.

    Raises:
        UnknownSeat: we have not made this link.
        TooManyTries: this person has tried too many links and codes that opened nothing.
        InvitationGone: it was used, replaced or taken back, or its time is over.
        InvitationElsewhere: it is for another e-mail address than the confirmed one of the account.
        AlreadyEntitled: they have access already and need no seat; it is still there.
        PaymentsError: the offering is not open to them (``CountryBlocked``); the seat is still
            there.
    """
    try_of(learner.user_id, at=at)
    found = _find(token)
    try:
        given = _accept(found, digest_of(token), learner, shares=shares, at=at)
    except AlreadyEntitled:
        forgive_try(learner.user_id)  # the link was right
        raise
    except CountryBlocked:
        forgive_try(learner.user_id)
        # What is written down about it was undone with the transaction.
        check_open_to(learner, found.pool.offering.code, at=at)
        raise
    forgive_try(learner.user_id)
    return given


def decline_seat(token: str, *, user_id: int, at: datetime) -> None:
    """Say that an invitation is not wanted: the seat is free for somebody else.

    Raises:
        UnknownSeat, InvitationGone, InvitationElsewhere: as for ``accept_seat``.
    """
    found, digest = _find(token), digest_of(token)
    with transaction.atomic():
        locked_pool(found.pool_id)
        row = models.Seat.objects.select_for_update().get(pk=found.pk)
        _refuse(row, digest, user_id, at=at)
        clear(row, at=at, by=user_id, because=_("Not wanted."))
        row.save()
        note(row, SeatAction.DECLINED, at=at, by=user_id)


def share_progress(seat_uuid: UUID, *, user_id: int, shares: bool, at: datetime) -> None:
    """Agree, or no longer, that the sponsor of one's seat sees one's progress.

    Raises:
        UnknownSeat: there is no such seat, or it is not this learner's.
    """
    rows = models.Seat.objects.filter(uuid=seat_uuid, accepted_by=user_id, live_key__isnull=False)
    found = rows.values_list("pk", "pool_id").first()
    if found is None:
        raise UnknownSeat(_("There is no such seat."))
    with transaction.atomic():
        locked_pool(found[1])
        row = models.Seat.objects.select_for_update().get(pk=found[0])
        if row.live_key is None or (row.consented_at is not None) == shares:
            return
        row.consented_at = at if shares else None
        row.save(update_fields=["consented_at"])
        note(row, SeatAction.SHARED if shares else SeatAction.UNSHARED, at=at, by=user_id)


def take(seat: models.Seat, learner: Learner, *, shares: bool, at: datetime) -> None:
    """Let a learner accept a seat whose pool is locked, and which was looked at.

    Raises:
        SeatRefused: the organisation's payment is disputed or taken back, and access rests.
        AlreadyEntitled, PaymentsError: as for ``accept_seat``; undo the transaction.
    """
    offering = seat.pool.offering
    if order_rests(seat.pool.line.order):
        raise SeatRefused(
            _("The seats of this organisation wait for its payment. Please try again later, or ask "
              "who gave you the seat.")
        )  # fmt: skip
    check_open_to(learner, offering.code, at=at)
    closing.close_open_order(
        learner.user_id,
        offering.code,
        sentence=_("Your seat was given to you; there is nothing to pay."),
        at=at,
    )
    if entitling.open_given_seat(seat, user_id=learner.user_id, at=at) is None:
        raise AlreadyEntitled(_("You have access already, so you need no seat."))
    seat.accepted_by, seat.accepted_at = learner.user_id, at
    seat.consented_at = at if shares else None
    seat.email_digest = seat.assigned_user = seat.nonce = None
    seat.sealed = ""
    seat.save()
    note(seat, SeatAction.ACCEPTED, at=at, by=learner.user_id)
    if shares:
        note(seat, SeatAction.SHARED, at=at, by=learner.user_id)
    log.info("seat accepted: seat=%s pool=%s", seat.uuid, seat.pool.uuid)


def _find(token: str) -> models.Seat:
    """The seat of a link. Without our signature no table is asked."""
    if not is_ours(token):
        raise UnknownSeat(_("There is no such invitation."))
    rows = models.Seat.objects.select_related("pool__offering", "pool__line__session")
    row = rows.filter(token_digest=digest_of(token)).first()
    if row is None:
        raise _gone()
    return row


def _accept(
    found: models.Seat, digest: str, learner: Learner, *, shares: bool, at: datetime
) -> GivenSeat:
    with transaction.atomic(durable=True):
        locked_pool(found.pool_id)
        row = models.Seat.objects.select_for_update().get(pk=found.pk)
        # First who has it, then the rules: who accepted it is answered the same again.
        is_theirs = row.accepted_by == learner.user_id and row.live_key is not None
        if not (is_theirs and row.token_digest == digest):
            _refuse(row, digest, learner.user_id, at=at)
            take(row, learner, shares=shares, at=at)
        return given_seat_of(row)


def _refuse(row: models.Seat, digest: str, user_id: int, *, at: datetime) -> None:
    """Refuse an invitation that does not stand, or that is for somebody else."""
    is_there = row.token_digest == digest and state_of(row, at=at) is SeatState.ASSIGNED
    if not is_there or is_over(row.pool, at=at):
        raise _gone()
    if row.assigned_user is not None and row.assigned_user != user_id:
        raise InvitationElsewhere(_("This invitation is for another account. Please sign in with "
                                    "that one, or ask who invited you."))  # fmt: skip
    if row.assigned_user is None and row.is_for_address:
        address = seat_people.confirmed_address(user_id)
        if not address or seat_people.address_digest(address) != row.email_digest:
            raise InvitationElsewhere(
                _(
                    "This invitation is for another e-mail address than that of your account. "
                    "Please sign in with the account that has it, confirm your address, or ask "
                    "who invited you to send the invitation to the address you use here."
                )
            )


def _gone() -> InvitationGone:
    return InvitationGone(
        _("This invitation no longer stands. Please ask who sent it for another one.")
    )


def check_open_to(learner: Learner, offering_code: str, *, at: datetime) -> None:
    """Refuse a learner whom the offering is not open to, as a quote would; prices do not matter.

    A seat was sold when it was on sale, so it is accepted also when that is over.

    Raises:
        CountryBlocked: nothing is sold to them, and nothing of what others have bought is given.
    """
    try:
        quote(learner, offering_code, at=at, with_waiver=False)
    except CountryBlocked:
        raise  # which says that it is not on sale to them
    except (NotOnSale, NoPrice):
        return
