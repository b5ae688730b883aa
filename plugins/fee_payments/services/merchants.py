"""Writes who collects, and on which terms."""

from __future__ import annotations

import hashlib
from datetime import datetime

from fairgate.money import exponent
from fairgate_tables.transactions import in_transaction
from fee_payments import models, selectors
from fee_payments.data import BankAccount, MerchantDetails, MerchantEntry
from fee_payments.exceptions import InvalidCatalogue, UnknownMerchant
from fee_payments.rules import bank_details


@in_transaction
def set_merchant(entry: MerchantEntry) -> MerchantDetails:
    """Create or update a merchant. The default one is that of offerings that name nobody.

    Offerings that have nobody yet get the default; those that have somebody keep them.

    Raises:
        InvalidCatalogue: the IBAN or the BIC cannot be.
        fairgate.money.UnknownCurrency: a currency that does not exist.
    """
    models.CatalogueMark.change()
    for currency in entry.currencies:
        exponent(currency)
    if entry.is_default:
        models.Merchant.objects.exclude(code=entry.code).update(is_default=None)
    fields = {
        "legal_name": entry.legal_name,
        "address": entry.address,
        "country": entry.country,
        "tax_id": entry.tax_id,
        "registration": entry.registration,
        "invoice_prefix": entry.invoice_prefix,
        "currencies": " ".join(entry.currencies),
        "rounding_mode": entry.rounding,
        "is_default": True if entry.is_default else None,
        **_account(entry.account),
    }
    row, _ = models.Merchant.objects.update_or_create(code=entry.code, defaults=fields)
    give_to_offerings(row)
    return selectors.merchant(entry.code)


def give_to_offerings(row: models.Merchant) -> None:
    """Let the default merchant collect for offerings that nobody collects for yet."""
    if row.is_default:
        models.Offering.objects.filter(merchant__isnull=True).update(merchant=row)


def _account(account: BankAccount | None) -> dict[str, str]:
    if account is None:
        return {"account_holder": "", "iban": "", "bic": "", "bank_name": ""}
    iban, bic = bank_details.normal(account.iban), bank_details.normal(account.bic)
    check_account(iban, bic)
    return {
        "account_holder": account.holder,
        "iban": iban,
        "bic": bic,
        "bank_name": account.bank,
    }


def check_account(iban: str, bic: str) -> None:
    """Whether bank details can be, as far as their form tells; "" is none.

    Raises:
        InvalidCatalogue: a sign is wrong, or two are swapped.
    """
    if iban and not bank_details.is_iban(iban):
        raise InvalidCatalogue("This is no IBAN: a sign is wrong, or two are swapped.")
    if bic and not bank_details.is_bic(bic):
        raise InvalidCatalogue("This is no BIC: it has 8 or 11 signs, like DEUTDEFF.")


@in_transaction
def publish_terms(
    merchant_code: str,
    version: str,
    *,
    valid_from: datetime,
    text: str = "",
    url: str = "",
    sha256: str = "",
) -> None:
    """Add a version of a merchant's terms, from a moment on. The same again changes nothing.

    ``sha256`` is the hash of what is at ``url``; that of ``text`` is made here.

    Raises:
        UnknownMerchant: there is no such merchant.
        InvalidCatalogue: there is neither a text nor an address with the hash of what is there, the
            address is of no page, or this version is there and says something else.
    """
    models.CatalogueMark.change()
    row = models.Merchant.objects.filter(code=merchant_code).first()
    if row is None:
        raise UnknownMerchant(f"There is no merchant “{merchant_code}”.")
    if url and not url.startswith(("https://", "http://")):
        raise InvalidCatalogue(f"“{url}” is no address of a page: it begins with https://.")
    digest = hashlib.sha256(text.encode()).hexdigest() if text else sha256
    if not digest:
        raise InvalidCatalogue("Terms need a text, or an address and the SHA-256 of what is there.")
    known = models.TermsVersion.objects.filter(merchant=row, version=version).first()
    if known is not None:
        if (known.sha256, known.valid_from) != (digest, valid_from):
            raise InvalidCatalogue(f"Version “{version}” is published already: give a new one.")
        return
    models.TermsVersion.objects.create(
        merchant=row, version=version, text=text, url=url, sha256=digest, valid_from=valid_from
    )
