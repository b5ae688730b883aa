"""Access that rests while the money for it is looked at, and what comes back when that is over.

Two things can keep it: an open dispute (``FEE_PAYMENTS_ON_DISPUTE``), and a bank that has the money
back (``FEE_PAYMENTS_SUSPEND_ON_REVERSAL``). It comes back when neither does. What a lost dispute
has taken comes back in the same way when it is won after all.

Order of locks: the order, its lines, its pools; then line by line, in the order of the rooms,
waiver fund and room.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fairgate_tables.transactions import run_again
from fee_payments import models, selectors
from fee_payments.data import AccessAgain, HoldCause
from fee_payments.exceptions import (
    InvalidAccess,
    NoSeatLeft,
    QuoteChanged,
    RefundRefused,
    SessionNotOpen,
    UnknownOrder,
)
from fee_payments.selectors.resting import order_rests
from fee_payments.services import entitling, holding, institution_seats, seats
from fee_payments.services.closing import locked_lines
from fee_payments.services.reopening import grant_again
from waiver_policy.exceptions import WaiverError

log = logging.getLogger(__name__)


def rest(order: models.Order, *, because: str, at: datetime) -> None:
    """Let the access rest that an order has opened; waivers, seats and rooms are kept for it.

    The order is locked. ``because`` is one of ``Entitlement.RESTING``.
    """
    lines = locked_lines(order)
    institution_seats.lock_pools(order)
    for line in lines:
        entitling.revoke(line, because=because, at=at)
        institution_seats.rest_seats(line, because=because, at=at)


def wake(order: models.Order, *, at: datetime) -> None:
    """Give again what rests of an order, or was lost and is won, if nothing keeps it any more.

    Each right keeps the end that it had: what rested was looked at, not prolonged. A line that was
    refunded meanwhile opens nothing. What cannot be given again holds the order for a person. The
    order is locked.
    """
    if not _is_kept(order):
        _wake_lines(order, at=at, by=None)


def give_access_again(order_uuid: UUID, *, by: int, at: datetime) -> AccessAgain:
    """Try once more to give what a won dispute could not, because an operator says so.

    Nothing of it is new: the waiver, the seats and the end are those of the sale. What still stands
    in the way is in the answer, and holds the order instead of what stood there before; the other
    lines open. ``by`` is the operator's user id; the permission is
    ``fee_payments.grant_entitlement``, and who calls this has asked for it. Call it outside a
    transaction.

    Raises:
        UnknownOrder: there is no such order.
        InvalidAccess: it waits for no access, or a bank has its money or looks at it.
    """
    pk = models.Order.objects.filter(uuid=order_uuid).values_list("pk", flat=True).first()
    if pk is None:
        raise UnknownOrder(_("There is no such order."))
    obstacles = _give_all_again(pk, by=by, at=at)
    log.info("access given again: order=%s by=%s obstacles=%s", order_uuid, by, len(obstacles))
    return AccessAgain(order=selectors.order(order_uuid), obstacles=obstacles)


@run_again
def _give_all_again(order_pk: int, *, by: int, at: datetime) -> tuple[str, ...]:
    with transaction.atomic(durable=True):
        # The lock is the first read of this transaction: whether a bank keeps it is as of now.
        order = models.Order.objects.select_for_update().get(pk=order_pk)
        if not holding.is_held_by(order, HoldCause.ACCESS):
            raise InvalidAccess(_("This order waits for no access."))
        if _is_kept(order):
            raise InvalidAccess(
                _("A bank has the money of this order, or looks at it. Access waits for that.")
            )
        return _wake_lines(order, at=at, by=by)


def _is_kept(order: models.Order) -> bool:
    return bool(order.disputed == "lost" or order_rests(order))


def _wake_lines(order: models.Order, *, at: datetime, by: int | None) -> tuple[str, ...]:
    """Give again line by line; returns what stands in the way, which holds the order."""
    lines = locked_lines(order)
    institution_seats.lock_pools(order)
    obstacles = tuple(obstacle for line in lines if (obstacle := _wake(order, line, at=at)))
    holding.release(order, HoldCause.ACCESS, at=at, but=obstacles, by=by)
    for obstacle in obstacles:
        holding.hold(order, HoldCause.ACCESS, obstacle, at=at)
    return obstacles


def _wake(order: models.Order, line: models.OrderLine, *, at: datetime) -> str:
    """Returns what stands in the way, or nothing; then nothing was given."""
    if line.paid_minor and line.returned_minor == line.paid_minor:
        return ""
    return _wake_seats(line, at=at) if order.buyer_id else _wake_right(order, line, at=at)


def _wake_seats(line: models.OrderLine, *, at: datetime) -> str:
    try:
        with transaction.atomic():
            institution_seats.reopen_pool(line, at=at)
            institution_seats.wake_seats(line, at=at)
    except NoSeatLeft:
        return _("A dispute was won, and the room has not as many seats left to give again.")
    except SessionNotOpen:
        return _session_closed()
    except RefundRefused as refused:
        return _("A dispute was won, and more was refunded meanwhile: %(why)s") % {"why": refused}
    return ""


def _session_closed() -> str:
    return _("A dispute was won, and the session was closed: no seat of it can be given again.")


def _wake_right(order: models.Order, line: models.OrderLine, *, at: datetime) -> str:
    try:
        with transaction.atomic():
            _give_again(order, line, at=at)
    except NoSeatLeft:
        return _("A dispute was won, and no seat is left to give again.")
    except SessionNotOpen:
        return _session_closed()
    except _HasAnother:
        return _("Access cannot be given again: this learner has it by something else. A refund is "
                 "due.")  # fmt: skip
    except (QuoteChanged, WaiverError) as error:
        why = {"why": error}
        return _("A dispute was won, and the waiver cannot be given again: %(why)s") % why
    return ""


def _give_again(order: models.Order, line: models.OrderLine, *, at: datetime) -> None:
    """Give the learner again what a line had opened; a lost seat and waiver are taken first.

    For access that would be over by now neither is: nobody would use them.
    """
    taken = entitling.what_comes_back(line, at=at)
    was_lost = bool(taken) and taken[0].revoked_because == models.Entitlement.DISPUTE_LOST
    if was_lost:
        # The name of the right that was lost: a waiver is given once per key.
        grant_again(order, line, key=f"won:{taken[0].uuid}")
        seats.take_seat(line)
    if not entitling.give_again(line, at=at):
        raise _HasAnother
    if was_lost:
        entitling.commit_waiver(line, at=at)


class _HasAnother(Exception):
    """The learner has a live right to the same already: what was begun is undone."""
