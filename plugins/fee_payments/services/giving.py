"""Access that a member of staff gives and ends by hand.

Order of locks: the learner's open order, the room, the right.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate.readable import is_readable
from fee_payments import models, selectors
from fee_payments.data import EntitlementSummary
from fee_payments.exceptions import (
    AlreadyEntitled,
    InvalidAccess,
    KeyReused,
    UnknownAccess,
    UnknownOffering,
)
from fee_payments.services import closing, entitling, seats

log = logging.getLogger(__name__)

MAX_TEXT = 255


@dataclass(frozen=True, slots=True)
class _Wish:
    """What an operator asks for."""

    user_id: int
    offering_code: str
    ends_at: datetime | None
    reason: str


def give_access(
    user_id: int,
    offering_code: str,
    *,
    ends_at: datetime | None,
    reason: str,
    by: int | None,
    key: str,
    at: datetime,
) -> EntitlementSummary:
    """Give a person the right to an offering by hand, from now on; it takes a seat of the room.

    ``ends_at`` is the first moment without access; ``None``: as the offering's days of access say.
    ``by`` is the operator's user id, ``None`` for a command; the permission is
    ``fee_payments.grant_entitlement``, and who calls this has asked for it. The same key again is
    answered with what it gave. An order of theirs that is not paid is closed.

    Raises:
        UnknownOffering: no offering has this code.
        InvalidAccess: there is no reason, or the end has passed.
        AlreadyEntitled: they have access already.
        NoSeatLeft: the room is full.
        KeyReused: this key has given something else.
    """
    wish = _Wish(user_id, offering_code, ends_at, reason.strip())
    known = _known(key, wish)
    if known is not None:
        return known
    _check(wish, at=at)
    offering = models.Offering.objects.filter(code=offering_code).first()
    if offering is None:
        raise UnknownOffering(f"There is no fee “{offering_code}”.")
    try:
        with transaction.atomic():
            right = _give(offering, wish, by=by, key=key, at=at)
    except IntegrityError:
        # Another request with this key was faster.
        with transaction.atomic():
            known = _known(key, wish, is_newest=True)
        if known is None:
            raise
        return known
    log.info("access given by hand: entitlement=%s by=%s", right.uuid, by)
    return selectors.entitlement_summary(right)


def end_access(uuid: UUID, *, reason: str, by: int | None, at: datetime) -> EntitlementSummary:
    """End a right that was given by hand; its seat is free again. Again is the same answer.

    A right that was paid, waived or given by a code ends with what it rests on.

    Raises:
        UnknownAccess: no right has this uuid.
        InvalidAccess: there is no reason, or the right was not given by hand.
    """
    because = _reason(reason)
    found = models.Entitlement.objects.filter(uuid=uuid).first()
    if found is None:
        raise UnknownAccess(_("There is no such access."))
    if found.given_id is None:
        raise InvalidAccess(
            _(
                "This access was not given by hand. Refund the order, or take back the seat code, "
                "that it rests on."
            )
        )
    with transaction.atomic():
        given = models.GivenAccess.objects.select_for_update().get(pk=found.given_id)
        if given.ended_at is None:
            _end(given, because=because, by=by, at=at)
    right = models.Entitlement.objects.select_related("offering").get(pk=found.pk)
    return selectors.entitlement_summary(right)


def _known(key: str, wish: _Wish, *, is_newest: bool = False) -> EntitlementSummary | None:
    """What this key has given; ``None`` if nothing.

    ``is_newest`` reads what is committed by now and not what this transaction saw when it began:
    with a lock, and so only where the row is known to be there.

    Raises:
        KeyReused: it has given something else.
    """
    given = models.GivenAccess.objects.filter(key=key)
    row = (given.select_for_update() if is_newest else given).first()
    if row is None:
        return None
    if wish != _Wish(row.user_id, row.offering.code, row.ends_at, row.reason):
        raise KeyReused(_("This request was already used for something else."))
    rights = models.Entitlement.objects.filter(given=row)
    right = (rights.select_for_update() if is_newest else rights).get()
    return selectors.entitlement_summary(right)


def _check(wish: _Wish, *, at: datetime) -> None:
    _reason(wish.reason)
    if wish.ends_at is not None and wish.ends_at <= at:
        raise InvalidAccess(_("The access would be over before it begins."))


def _reason(text: str) -> str:
    because = text.strip()
    if not because:
        raise InvalidAccess(_("Please say why; the reason is kept with the access."))
    if len(because) > MAX_TEXT or not is_readable(because):
        raise InvalidAccess(
            _("The reason is one line of at most %(most)s letters.") % {"most": MAX_TEXT}
        )
    return because


def _give(
    offering: models.Offering, wish: _Wish, *, by: int | None, key: str, at: datetime
) -> models.Entitlement:
    closing.close_open_order(
        wish.user_id,
        offering.code,
        sentence=_("You were given access; there is nothing to pay."),
        at=at,
    )
    # The seat before the rows that point at the offering, as when an order is placed.
    seats.count_seat(offering)
    given = models.GivenAccess.objects.create(
        key=key,
        user_id=wish.user_id,
        offering=offering,
        ends_at=wish.ends_at,
        reason=wish.reason,
        given_by=by,
        given_at=at,
    )
    right = entitling.open_by_hand(given, user_id=wish.user_id, at=at)
    if right is None:
        raise AlreadyEntitled(_("This person has access already."))
    return right


def _end(given: models.GivenAccess, *, because: str, by: int | None, at: datetime) -> None:
    given.ended_by, given.ended_at, given.ended_because = by, at, because
    given.save(update_fields=["ended_by", "ended_at", "ended_because"])
    entitling.revoke(given, because="ended by hand", at=at)
    seats.uncount_seat(given.offering)
    log.info("access ended by hand: given=%s by=%s", given.uuid, by)
