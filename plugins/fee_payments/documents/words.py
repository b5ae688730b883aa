"""Amounts, dates and sentences of a document, in the language that is switched on."""

from __future__ import annotations

import re
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, pgettext
from django.utils.translation import gettext as _

from fairgate.languages import isolated
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments.documents.values import DocumentKind, LineWaiver, MoneyDocument, TaxLine

MINUS = "\N{MINUS SIGN}"
_ISOLATES = re.compile("[\u2066-\u2069]")


def title(kind: DocumentKind) -> str:
    """What the document is called."""
    names = {
        DocumentKind.QUOTE: pgettext("a document", "Quote"),
        DocumentKind.INVOICE: _("Invoice"),
        DocumentKind.REMINDER: _("Payment reminder"),
        DocumentKind.RECEIPT: _("Receipt"),
        DocumentKind.CREDIT_NOTE: _("Credit note"),
    }
    return names[kind]


def figures(amount: Money) -> str:
    """An amount in a column whose currency stands elsewhere: ``1,234.50``."""
    return f"{amount.amount:,f}".replace("-", MINUS)


def money(amount: Money) -> str:
    """An amount with its currency, as on the pages: ``EUR 1,234.50``."""
    return str(amount).replace("-", MINUS)


def day(value: date) -> str:
    """A day as the language writes it."""
    return date_format(value, "DATE_FORMAT")


def rate(value: Percent | None) -> str:
    """A rate of tax; a line that is not taxed has none."""
    return "" if value is None else str(value)


def grouped(code: str) -> str:
    """An IBAN or a creditor reference as it is printed: groups of four (ISO 13616, ISO 11649)."""
    bare = re.sub(r"\s", "", code)
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))


def inside(text: str) -> str:
    """A name, number or amount in a sentence, which may run the other way."""
    return isolated(_ISOLATES.sub("", text)) if get_language_bidi() else text


def tax(line: TaxLine) -> str:
    """The label of the tax of one rate."""
    said = {"rate": inside(rate(line.rate)), "net": inside(figures(line.net))}
    if line.name:
        return _("%(name)s %(rate)s on %(net)s") % {**said, "name": inside(line.name)}
    return _("Tax %(rate)s on %(net)s") % said


def waiver(value: LineWaiver) -> str:
    """Why a line costs less, and the grant that says so."""
    if not value.grant:
        return _("Waived: %(reason)s") % {"reason": inside(value.reason)}
    return _("Waived: %(reason)s (grant %(grant)s)") % {
        "reason": inside(value.reason),
        "grant": inside(value.grant),
    }


def opening(document: MoneyDocument) -> tuple[str, ...]:
    """The sentences before the table."""
    said = {
        DocumentKind.QUOTE: _quote,
        DocumentKind.REMINDER: _reminder,
        DocumentKind.CREDIT_NOTE: _credit_note,
        DocumentKind.RECEIPT: _receipt,
    }
    return said[document.kind](document) if document.kind in said else ()


def notes(document: MoneyDocument) -> tuple[str, ...]:
    """The small type at the end."""
    found = []
    if document.has_reverse_charge:
        found.append(_("Reverse charge: the tax is to be accounted for by the recipient."))
    if document.has_prices_with_tax:
        found.append(_("Unit prices include tax; net amounts do not."))
    if document.kind is DocumentKind.QUOTE:
        found.append(_("This quote is not an invoice: nothing is owed because of it."))
    if document.collected_by:
        found.append(
            _("Payments are collected by %(name)s.") % {"name": inside(document.collected_by)}
        )
    return tuple(found)


def warning(document: MoneyDocument) -> str:
    """What a document of test mode says before anything else."""
    if not document.is_test:
        return ""
    return _("Test: made while trying the system out. Nothing is owed and nothing was paid.")


def _receipt(document: MoneyDocument) -> tuple[str, ...]:
    """What a bank took back since, before anybody takes the paper for a proof."""
    if not document.lost:
        return ()
    said = _("The payer’s bank took %(amount)s of this payment back.")
    taken = said % {"amount": inside(money(document.lost))}
    if document.lost < document.paid:
        return (taken,)
    return (taken + " " + _("This paper is no proof of payment."),)


def _quote(document: MoneyDocument) -> tuple[str, ...]:
    if document.due_on is None:
        return ()
    return (_("This quote stands until %(day)s (UTC).") % {"day": inside(day(document.due_on))},)


def _reminder(document: MoneyDocument) -> tuple[str, ...]:
    invoice = document.invoice
    said = {"number": inside(invoice.number), "issued": inside(day(invoice.issued_on))}
    if invoice.due_on is None:
        first = _("Invoice %(number)s of %(issued)s has not been paid, or not all of it.")
    else:
        said["due"] = inside(day(invoice.due_on))
        first = _(
            "Invoice %(number)s of %(issued)s, which was due on %(due)s, has not been paid, or not "
            "all of it."
        )
    amount = {"amount": inside(money(document.due))}
    if document.due_on is None:
        then = _("Please pay %(amount)s.") % amount
    else:
        then = _("Please pay %(amount)s on or before %(day)s (UTC).") % {
            **amount,
            "day": inside(day(document.due_on)),
        }
    return (
        first % said,
        then + " " + _("If you have paid in the meantime, please take no notice of this letter."),
    )


def _credit_note(document: MoneyDocument) -> tuple[str, ...]:
    invoice = document.invoice
    said = _("Invoice %(number)s of %(issued)s is corrected by this credit note.") % {
        "number": inside(invoice.number),
        "issued": inside(day(invoice.issued_on)),
    }
    return (said, document.reason) if document.reason else (said,)
