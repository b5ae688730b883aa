"""Reminders of invoices that are due: written down once per level, sent once, never for nothing.

As with the notices of the waiver policy: a row is claimed for some minutes, handed over, stamped.
Whether anything is still missing is looked at again when it is sent.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.mails import AUTOMATIC
from fairgate_tables.transactions import run_again
from fee_payments import conf, models
from fee_payments.exceptions import InvoiceRefused, UnknownDocument
from fee_payments.rules import frozen
from fee_payments.selectors.invoices import invoice_summary, overdue
from fee_payments.services import invoice_settling

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=15)
_FOLDER = "fee_payments/invoices_mail"


def finish_invoices(*, at: datetime) -> int:
    """What a daily job does: let orders wait whose payment was taken back, remind, send.

    Returns how many mails were sent.
    """
    invoice_settling.hold_unheld(at=at)
    remind(at=at)
    return send_reminders(at=at)


def remind_now(invoice_uuid: UUID, *, at: datetime) -> bool:
    """Send the reminder of an invoice that is due, and do not wait for the daily job.

    ``False`` where none is due: nothing is missing or late, reminders are stopped, or the one of
    this level was sent already.

    Raises:
        UnknownDocument: there is no such invoice.
    """
    pk = _standing(invoice_uuid).values_list("pk", flat=True).get()
    remind(at=at, invoice_pk=pk)
    waiting = models.Reminder.objects.filter(_unsent(at), invoice_id=pk)
    sent = sum(_send(one, at=at) for one in list(waiting.values_list("pk", flat=True)))
    return sent > 0


def remind(*, at: datetime, invoice_pk: int | None = None) -> int:
    """Write down the reminders that are due today, of all invoices or of one; how many.

    Of several levels that have passed since the last run only the highest is written.
    """
    levels = list(enumerate(conf.reminder_days(), start=1))
    written, seen = 0, set[int]()
    for level, days in reversed(levels):
        rows = overdue(on=utc_day(at), days=days).exclude(pk__in=seen)
        if invoice_pk is not None:
            rows = rows.filter(pk=invoice_pk)
        for pk in rows.values_list("pk", flat=True):
            seen.add(pk)
            written += _write(pk, level, at=at)
    return written


def _write(invoice_pk: int, level: int, *, at: datetime) -> bool:
    if models.Reminder.objects.filter(invoice_id=invoice_pk, level__gte=level).exists():
        return False
    row = models.Reminder(invoice_id=invoice_pk, level=level, created_at=at)
    models.Reminder.objects.bulk_create([row], ignore_conflicts=True)
    return True


def send_reminders(*, at: datetime) -> int:
    """Send what is written down and was not handed over; how many were."""
    waiting = models.Reminder.objects.filter(_unsent(at)).order_by("id")
    return sum(_send(pk, at=at) for pk in list(waiting.values_list("pk", flat=True)[:1000]))


def _unsent(at: datetime) -> Q:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    return free & Q(sent_at=None, dropped_at=None, tries__lt=conf.reminder_tries())


def _send(pk: int, *, at: datetime) -> bool:
    rows = models.Reminder.objects.filter(pk=pk)
    # Of two who want to send it, one gets the claim: the row count decides.
    claim = run_again(rows.filter(_unsent(at)).update)
    if not claim(claimed_until=at + CLAIM, tries=F("tries") + 1):
        return False
    row = rows.select_related("invoice__standing", "invoice__order", "invoice__buyer").get()
    standing = row.invoice.standing
    if not standing.open_minor or standing.stopped_at is not None:
        run_again(rows.update)(dropped_at=at, claimed_until=None)
        return False
    try:
        is_taken = _hand_over(row, at=at)
    except Exception as error:  # noqa: BLE001 - see below
        # A mail server may fail in any way; one mail keeps no other from being sent. What it says
        # often names the person.
        reason = type(error).__name__
        log.error("reminder failed: reminder=%s reason=%s", pk, reason)  # noqa: TRY400
        is_taken = False
    if is_taken:
        run_again(rows.update)(sent_at=at, claimed_until=None)
        log.info("reminder sent: reminder=%s level=%s", pk, row.level)
    return is_taken


def _hand_over(row: models.Reminder, *, at: datetime) -> bool:
    address = _address(row.invoice)
    if not address:
        log.warning("reminder has no address: reminder=%s", row.pk)
        return False
    language = row.invoice.language or settings.LANGUAGE_CODE
    with translation.override(language):
        context = {
            "invoice": invoice_summary(row.invoice, row.invoice.standing),
            "level": row.level,
            "is_last": row.level == len(conf.reminder_days()),
            "link": _link(row.invoice.uuid),
            "language": language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
        }
        subject = _("Payment reminder: invoice %(number)s") % {"number": row.invoice.number}
        mail = EmailMultiAlternatives(
            subject,
            render_to_string(f"{_FOLDER}/body.txt", context),
            to=[address],
            headers=dict(AUTOMATIC),
        )
        mail.attach_alternative(render_to_string(f"{_FOLDER}/body.html", context), "text/html")
    return bool(mail.send())


def _address(invoice: models.Invoice) -> str:
    """Where the buyer wants its invoices; else what stands on it; else who has ordered."""
    now = invoice.buyer.invoice_email if invoice.buyer else ""
    email = now or frozen.thawed(invoice.content).buyer.email
    if email or invoice.user_id is None:
        return email
    users = get_user_model().objects.filter(pk=invoice.user_id, is_active=True)
    return str(users.values_list("email", flat=True).first() or "")


def _link(uuid: UUID) -> str:
    try:
        return f"{conf.site_url()}{reverse('fee_payments:invoice', args=[uuid])}"
    except NoReverseMatch:  # the pages are not served here
        return conf.site_url()


def stop_reminders(invoice_uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Send no reminder of an invoice any more, for example because the buyer disputes it.

    Raises:
        UnknownDocument: there is no such invoice.
        InvoiceRefused: no reason.
    """
    if not because.strip():
        raise InvoiceRefused(_("Please say why; the reason is kept."))
    _standing(invoice_uuid).update(
        stopped_because=because.strip()[:255], stopped_by=by, stopped_at=at
    )
    log.info("reminders stopped: invoice=%s by=%s", invoice_uuid, by)


def resume_reminders(invoice_uuid: UUID, *, by: int) -> None:
    """Send reminders again.

    Raises:
        UnknownDocument: there is no such invoice.
    """
    _standing(invoice_uuid).update(stopped_because="", stopped_by=None, stopped_at=None)
    log.info("reminders resumed: invoice=%s by=%s", invoice_uuid, by)


def _standing(invoice_uuid: UUID) -> QuerySet[models.InvoiceStanding]:
    rows = models.InvoiceStanding.objects.filter(invoice__uuid=invoice_uuid)
    if not rows.exists():
        raise UnknownDocument(f"There is no invoice {invoice_uuid}.")
    return rows
