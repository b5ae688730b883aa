"""Payment by bank transfer, against an invoice: no other company takes part.

The charge leads to a page on which the payer says to whom the invoice is made out, and which issues
it. What has paid it is found in bank statements (``services.bank_matching``) and told as an event
of ours, which no request can bring in from outside. Money goes back by a transfer that a person
makes and another confirms; until then the refund is under way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from fairgate.money import Money
from fee_payments import conf, models
from fee_payments.data import RefundAnswer
from fee_payments.exceptions import InvalidEvent, ProviderRefused
from fee_payments.providers.base import Charge, ChargeRequest
from fee_payments.providers.facts import Fact, Paid


class InvoiceProvider:
    """Bank transfers as the rest of the suite sees them."""

    name = "invoice"
    # No event comes from outside, so there is no account that one could be of.
    account = ""

    @property
    def label(self) -> str:
        return _("Bank transfer, with an invoice")

    @property
    def is_live(self) -> bool:
        """An invoice is as real as its instance is."""
        return not conf.is_test_mode()

    def refusal_of(self, amount: Money) -> str:
        """Any amount can be transferred."""
        return ""

    def start(self, request: ChargeRequest) -> Charge:
        """Lead to the page of the order's invoice."""
        url = reverse("fee_payments:invoice_of_order", args=[request.order])
        return Charge(
            reference=str(request.payment), redirect_url=url, open_until=request.open_until
        )

    def read_head(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> NoReturn:
        """Nobody sends us events about transfers.

        Raises:
            InvalidEvent: always.
        """
        raise InvalidEvent("Transfers are read from bank statements; no event is taken.")

    def facts(self, body: bytes) -> tuple[Fact, ...]:
        """Read an event that we have written ourselves when an invoice was covered."""
        try:
            told = json.loads(body)
            currency = told["currency"]
            return (
                Paid(
                    reference=told["reference"],
                    amount=Money.from_minor(told["amount"], currency),
                    fee=Money.from_minor(told["fee"], currency),
                    occurred_at=datetime.fromisoformat(told["occurred_at"]),
                ),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidEvent(f"The event cannot be read: {type(error).__name__}.") from None

    def refund(self, reference: str, amount: Money, *, key: str) -> RefundAnswer:
        """Ask that somebody sends the money back; it is under way until another confirms it.

        What a bank has taken back already is not sent again: that is what the invoice misses now.

        Raises:
            ProviderRefused: more than came in, or the second person said no.
        """
        standing = _standing(reference)
        if standing.reversed_at is not None and amount.minor <= standing.open_minor:
            return RefundAnswer(reference="", is_done=True)
        asked = models.TransferBack.objects.filter(key=key).first()
        if asked is None:
            if amount.minor > standing.paid_minor:
                raise ProviderRefused(_("So much has not come in for this invoice."))
            asked = _ask(standing.invoice, amount, key=key)
        if asked.refused_at is not None:
            raise ProviderRefused(_("A second person refused to send this money back."))
        name = f"transfer:{asked.pk}"
        return RefundAnswer(reference=name, is_done=asked.confirmed_at is not None)

    def fee_of(self, reference: str) -> Money | None:
        """What was written off of the invoice; nothing else is kept of a transfer."""
        payment = models.Payment.objects.filter(provider=self.name, reference=reference).first()
        return None if payment is None else _paid(payment).fee

    def list_charges(self, *, since: datetime, until: datetime) -> Iterable[tuple[Fact, ...]]:
        """What our own books know of the payments by transfer that were started in this time."""
        rows = models.Payment.objects.filter(
            provider=self.name, started_at__gte=since, started_at__lt=until, paid_at__isnull=False
        )
        return [(_paid(row),) for row in rows.order_by("id")]


def _paid(row: models.Payment) -> Paid:
    """The fact of a payment, from the standing of its invoice."""
    standing = _standing(row.reference)
    return Paid(
        reference=row.reference,
        amount=Money.from_minor(standing.total_minor, row.currency),
        fee=Money.from_minor(standing.written_off_minor, row.currency),
        occurred_at=row.paid_at or standing.settled_at or row.started_at,  # type: ignore[arg-type]
    )


def _standing(reference: str) -> models.InvoiceStanding:
    """Where the invoice of a payment stands; the newest of an order that was invoiced again."""
    rows = models.InvoiceStanding.objects.select_related("invoice")
    paid = rows.filter(
        invoice__order__payments__provider=InvoiceProvider.name,
        invoice__order__payments__reference=reference,
    )
    row = paid.order_by("-invoice_id").first()
    if row is None:
        raise ProviderRefused(_("There is no invoice for this order."))
    return row


def _ask(invoice: models.Invoice, amount: Money, *, key: str) -> models.TransferBack:
    refund = models.Refund.objects.get(uuid=UUID(key))
    try:
        with transaction.atomic():
            return models.TransferBack.objects.create(
                key=key,
                invoice=invoice,
                currency=amount.currency,
                amount_minor=amount.minor,
                reason=refund.reason,
                asked_by=refund.requested_by or 0,
                asked_at=refund.requested_at,
            )
    except IntegrityError:
        return models.TransferBack.objects.get(key=key)
