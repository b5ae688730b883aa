"""Who buys: verified by a person before it has a price list, or credit, of its own."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from fairgate.money import exponent
from fairgate_tables.transactions import in_transaction
from fee_payments import models
from fee_payments.bank_files import plain_account
from fee_payments.data.invoices import BuyerEntry

log = logging.getLogger(__name__)

# What was looked at when somebody said that a buyer is who it says it is.
_IDENTITY = frozenset({"legal_name", "payer_class", "country", "tax_id"})


def save_buyer(row: models.Buyer, *, changed: Collection[str]) -> None:
    """Keep a buyer; one whose identity was changed is to be verified again."""
    if row.pk is not None and _IDENTITY & set(changed):
        row.verified_by = row.verified_at = None
    row.save()


@in_transaction
def set_buyer(entry: BuyerEntry, *, verified_by: int, at: datetime) -> UUID:
    """Create or update the organisation of this legal name, as somebody has verified it.

    Its contacts become those of the entry. Returns its uuid.
    """
    row = models.Buyer.objects.filter(legal_name=entry.legal_name).first()
    row = row or models.Buyer(legal_name=entry.legal_name)
    row.payer_class, row.access_on = entry.payer_class.value, entry.access_on.value
    row.address, row.country, row.tax_id = entry.address, entry.country, entry.tax_id
    row.invoice_email, row.language = entry.invoice_email, entry.language
    row.payment_days = entry.payment_days
    row.verified_by, row.verified_at = verified_by, row.verified_at or at
    row.save()
    row.contacts.exclude(user_id__in=entry.contacts).delete()
    for user_id, role in entry.contacts.items():
        row.contacts.update_or_create(user_id=user_id, defaults={"role": role.value})
    found: UUID = row.uuid
    return found


@in_transaction
def set_bank_account(number: str, *, currency: str, prefix: str) -> None:
    """Let the statements of an account be imported; invoices with this prefix are paid to it.

    Raises:
        fairgate.money.UnknownCurrency: a currency that does not exist.
    """
    exponent(currency)
    models.BankAccount.objects.update_or_create(
        number=plain_account(number), currency=currency, defaults={"prefix": prefix}
    )


def verify_buyers(pks: Iterable[int], *, by: int, at: datetime) -> int:
    """Note that these buyers are who they say they are; how many were not verified before."""
    rows = models.Buyer.objects.filter(pk__in=list(pks), verified_at__isnull=True)
    count = rows.update(verified_by=by, verified_at=at)
    log.info("buyers verified: count=%s by=%s", count, by)
    return count


def forget_contact(user_id: int) -> int:
    """Somebody who has left acts for no buyer any more; for how many they did."""
    return models.BuyerContact.objects.filter(user_id=user_id).delete()[0]
