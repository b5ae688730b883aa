"""Where an invoice stands: each change is one conditional UPDATE whose row count decides.

Order of locks of everything about invoices: a step of two people, payment, order, bank line,
standing, series; several of a kind by ascending id. Lines, pools and rooms of an order come after
it, and before or after the standing: nobody who wants them has a standing without its order.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from fee_payments import models

PROVIDER = "invoice"


def add_paid(invoice_pk: int, minor: int) -> bool:
    """Count an amount as paid; ``False`` if less than that is open."""
    return _changed(invoice_pk, minor, paid_minor=F("paid_minor") + minor)


def add_credited(invoice_pk: int, minor: int) -> bool:
    """Count an amount as credited; ``False`` if less than that is open."""
    return _changed(invoice_pk, minor, credited_minor=F("credited_minor") + minor)


def add_written_off(invoice_pk: int, minor: int) -> bool:
    """Count an amount as written off; ``False`` if less than that is open."""
    return _changed(invoice_pk, minor, written_off_minor=F("written_off_minor") + minor)


def _changed(invoice_pk: int, minor: int, **change: Combinable) -> bool:
    rows = models.InvoiceStanding.objects.filter(
        pk=invoice_pk,
        total_minor__gte=F("paid_minor") + F("credited_minor") + F("written_off_minor") + minor,
    )
    return bool(rows.update(**change))


def return_paid(invoice_pk: int, minor: int) -> bool:
    """What was paid goes back with a credit note; ``False`` if less than that was paid and kept."""
    rows = models.InvoiceStanding.objects.filter(pk=invoice_pk, paid_minor__gte=minor)
    return bool(
        rows.update(
            paid_minor=F("paid_minor") - minor,
            returned_minor=F("returned_minor") + minor,
            credited_minor=F("credited_minor") + minor,
        )
    )


def take_paid(invoice_pk: int, minor: int) -> bool:
    """What was paid did not come, after all; ``False`` if less than that was paid and kept."""
    rows = models.InvoiceStanding.objects.filter(pk=invoice_pk, paid_minor__gte=minor)
    return bool(rows.update(paid_minor=F("paid_minor") - minor))


def settle_otherwise(order_pk: int, *, at: datetime) -> None:
    """Settle the invoice of an order that was paid in another way, by card for example.

    Nobody is reminded of it, and no transfer is matched with it any more. What had come for it by
    transfer is free again, and stands in the list of payments that nobody has used. The order is
    locked.
    """
    found = models.InvoiceStanding.objects.filter(live_order=order_pk, settled_at__isnull=True)
    pk = found.values_list("pk", flat=True).first()
    if pk is None:
        return
    live = models.BankMatch.objects.filter(invoice_id=pk, undone_at__isnull=True)
    lines = list(live.values_list("line_id", flat=True))
    list(models.BankLine.objects.select_for_update().filter(pk__in=lines).order_by("pk"))
    row = models.InvoiceStanding.objects.select_for_update().get(pk=pk)
    if row.settled_at is not None:
        return  # by a transfer, a moment ago: its event finds the order paid already
    for match in live:
        models.BankLine.objects.filter(pk=match.line_id).update(
            matched_minor=F("matched_minor") - match.amount_minor
        )
    live.update(undone_at=at, undone_because=_("The order was paid in another way."))
    row.paid_minor, row.settled_at = (
        row.total_minor - row.credited_minor - row.written_off_minor,
        at,
    )
    row.save(update_fields=["paid_minor", "settled_at"])
    models.Payment.objects.filter(order=order_pk, provider=PROVIDER, paid_at__isnull=True).update(
        closed_at=at
    )
