"""Tells who has waited for a seat that one is held for them: once, after the commit.

The place on the list is its own outbox. Sending claims it for some minutes, hands the mail over,
and stamps it; a worker that dies between the two leaves a claim that ends, so the mail is sent
again rather than lost. The command that settles runs it.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fairgate.mails import AUTOMATIC
from fairgate_tables.transactions import run_again
from fee_payments import compat, models
from fee_payments.selectors import people
from fee_payments.services import mail_partners
from fee_payments.services.pages import fee_page

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=15)
TRIES = 5


def tell_room_offers(*, at: datetime) -> int:
    """Send what is to be told of seats that are held; returns how many mails were handed over."""
    waiting = models.RoomWaiting.objects.filter(_untold(at)).order_by("id")
    return sum(_tell(pk, at=at) for pk in list(waiting.values_list("pk", flat=True)[:1000]))


def _untold(at: datetime) -> Q:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    return free & Q(
        live_key__isnull=False, offered_until__gt=at, told_at__isnull=True, tries__lt=TRIES
    )


def _tell(pk: int, *, at: datetime) -> bool:
    rows = models.RoomWaiting.objects.filter(pk=pk)
    # The row count decides who of two sends it. Each statement is run again by itself: what was
    # handed over is not handed over again for a lost lock.
    claim = run_again(rows.filter(_untold(at)).update)
    if not claim(claimed_until=at + CLAIM, tries=F("tries") + 1):
        return False
    row = rows.select_related("offering").get()
    try:
        is_taken = _hand_over(row, at=at)
    except Exception as error:  # noqa: BLE001 - see below
        # A mail server may fail in any way; one mail that is not taken keeps no other from being
        # sent, and its row is tried again. What the server says often names the person.
        reason = type(error).__name__
        log.error("room: mail failed: place=%s reason=%s", pk, reason)  # noqa: TRY400
        is_taken = False
    if is_taken:
        run_again(rows.update)(told_at=at, claimed_until=None)
        log.info("room: told: place=%s user=%s", pk, row.user_id)
    return is_taken


def _hand_over(row: models.RoomWaiting, *, at: datetime) -> bool:
    address = people.address_of(row.user_id)
    if not address or row.offered_until is None:
        return False
    language = compat.preferred_language(row.user_id) or settings.LANGUAGE_CODE
    with translation.override(language):
        until = row.offered_until.astimezone(UTC)
        said = {
            "title": row.offering.title,
            "day": date_format(until, "DATE_FORMAT"),
            "time": date_format(until, "H:i"),
        }
        subject = _("A seat is held for you: %(title)s") % said
        lines = [
            _("You have waited for a seat of “%(title)s”. One is free, and it is held for you.")
            % said,
            _("Take it by %(day)s, %(time)s UTC. After that it goes to the next person.") % said,
            fee_page(row.offering.code),
            mail_partners.strip(row.offering.course_key, at=at).text,
        ]
        mail = EmailMessage(
            " ".join(subject.split()),
            "\n\n".join(filter(None, lines)),
            to=[address],
            headers=dict(AUTOMATIC),
        )
    return bool(mail.send())
