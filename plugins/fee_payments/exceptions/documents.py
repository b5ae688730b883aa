"""Quotes, invoices and credit notes."""

from __future__ import annotations

from fee_payments.exceptions.base import PaymentsError


class InvalidDocument(PaymentsError):
    """A document of money that would not say what is owed; nothing is printed."""


class InvalidReference(PaymentsError):
    """A number has signs, or a length, that ISO 11649 does not allow in a creditor reference."""


class UnknownDocument(PaymentsError):
    """No such quote, invoice or credit note, or not this person's: both look the same."""


class InvoiceRefused(PaymentsError):
    """A document cannot be issued, or a step about it not be taken: the sentence says why."""
