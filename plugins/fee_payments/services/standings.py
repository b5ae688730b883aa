"""Where an invoice stands: each change is one conditional UPDATE whose row count decides.

Order of locks of everything about invoices: a step of two people, payment, order, bank line,
standing, series; several of a kind by ascending id.
"""

from __future__ import annotations

from django.db.models import F
from django.db.models.expressions import Combinable

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
