"""What becomes of seats with time: reminders, ends, and what is forgotten."""

from __future__ import annotations

import logging
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from fee_payments import conf, models
from fee_payments.data.institution_seats import MailKind, SeatAction
from fee_payments.selectors import seat_people
from fee_payments.services import seat_mails
from fee_payments.services.seat_rows import clear, locked_pool, note

log = logging.getLogger(__name__)


def finish_seats(*, at: datetime) -> tuple[int, int]:
    """What a daily job does: remind, send, and forget who did not accept.

    Returns how many mails were sent, and how many invitations were forgotten.
    """
    write_reminders(at=at)
    return seat_mails.send_waiting(at=at), forget_ended(at=at)


def write_reminders(*, at: datetime) -> int:
    """Write down the one reminder of each invitation that ends soon; how many."""
    soon = models.Seat.objects.filter(
        accepted_at__isnull=True, nonce__isnull=False, expires_at__gt=at,
        expires_at__lte=at + conf.seat_reminder_before(),
        assigned_at__lt=at - conf.seat_reminder_before() / 2,
    )  # fmt: skip
    return sum(
        seat_mails.write_once(seat, MailKind.REMINDER, at=at) for seat in soon.order_by("pk")
    )


def forget_ended(*, at: datetime) -> int:
    """Forget addresses of who did not accept, some days after the end; how many.

    The seat is free again, which it was for its coordinator since the end.
    """
    ended = models.Seat.objects.filter(
        accepted_at__isnull=True, expires_at__lte=at - conf.seat_addresses_kept()
    )
    return sum(
        _end(pk, pool_pk, SeatAction.EXPIRED, at=at, ended_before=at - conf.seat_addresses_kept())
        for pk, pool_pk in list(ended.order_by("pk").values_list("pk", "pool_id"))
    )


def _end(
    pk: int,
    pool_pk: int,
    action: SeatAction,
    *,
    at: datetime,
    ended_before: datetime | None = None,
) -> bool:
    with transaction.atomic():
        locked_pool(pool_pk)
        row = models.Seat.objects.select_for_update().get(pk=pk)
        if row.assigned_at is None or row.accepted_at is not None:
            return False
        is_old = ended_before is None or (row.expires_at and row.expires_at <= ended_before)
        if not is_old:
            return False
        clear(row, at=at)
        row.save()
        note(row, action, at=at)
    return True


def forget_seats_of(user_id: int, *, at: datetime) -> int:
    """Forget what seats say of a person who leaves; how many rows are about them.

    Invitations to them end: to their account, and to the address that the account has now. They
    share no progress any more. That they had a seat is kept under their id, as the money is.
    """
    user = get_user_model()._default_manager.filter(pk=user_id).first()
    mine = models.Seat.objects.filter(assigned_user=user_id)
    if user is not None and user.email:
        address = seat_people.normal_address(str(user.email))
        mine |= models.Seat.objects.filter(email_digest=seat_people.address_digest(address))
    pks = list(mine.order_by("pk").values_list("pk", "pool_id"))
    ended = sum(_end(pk, pool_pk, SeatAction.FORGOTTEN, at=at) for pk, pool_pk in pks)
    had = models.Seat.objects.filter(accepted_by=user_id)
    had.filter(consented_at__isnull=False).update(consented_at=None)
    return ended + had.count()
