"""A ministry that buys seats for its people: quote, purchase order, invoice, transfer, seats.

Its first ten seats are paid by a transfer that a bank's file told; some are given. A second quote
is open, and so is the invoice of a measurement day, whose room is full with it: somebody waits.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from uuid import UUID

from demo_site import bank
from demo_site.mailbox import list_mails
from demo_site.seeds.people import user_called
from fairgate.money import Money
from fee_payments import api as payments
from fee_payments.data import Invitee, Learner, PayerClass, WantedLine
from fee_payments.data.invoices import (
    BuyerDetails,
    BuyerEntry,
    ContactRole,
    InvoiceSummary,
    QuoteItem,
)

NAME = "Ministry of Posts and Broadcasting"
ADDRESS = "12 Example Avenue\n00100 Nairobi"
COURSE, LAB = "spectrum-online", "measurement-day"
PURCHASE_ORDER = "PO-2026-118"

QUOTED = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
INVOICED = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
BOOKED = date(2026, 11, 12)
IMPORTED = datetime(2026, 11, 13, 8, 0, tzinfo=UTC)
GIVEN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
ACCEPTED = datetime(2026, 11, 17, 7, 45, tzinfo=UTC)
LAB_ORDERED = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)
WAITS = datetime(2026, 11, 20, 16, 20, tzinfo=UTC)

# Who was invited, and whether they share their progress; the last two have not answered yet.
INVITED = (
    ("faith@example.org", "Faith Achieng"),
    ("joseph@example.org", "Joseph Kiptoo"),
    ("peter.mwangi@example.org", "Peter Mwangi"),
    ("mercy.chebet@example.org", "Mercy Chebet"),
)
SHARES = {"faith": True, "joseph": False}
LINK = re.compile(r"/seats/invitation/([^/\s]+)/")


def seed() -> None:
    """Buy, pay, give and accept what has not been yet."""
    if payments.list_quotes():
        return
    buyer = payments.set_buyer(
        BuyerEntry(
            legal_name=NAME,
            payer_class=PayerClass.MEMBER_STATE,
            address=ADDRESS,
            country="KE",
            invoice_email="accounts@example.org",
            contacts={
                user_called("wambui").pk: ContactRole.COORDINATOR,
                user_called("daudi").pk: ContactRole.FINANCE,
            },
        ),
        verified_by=user_called("operator").pk,
        at=QUOTED,
    )
    invoice = _invoice_of_ten_seats(buyer)
    _pay(invoice)
    _give_seats()
    _order_measurement_day(buyer)
    _quote(buyer, seats=50, at=LAB_ORDERED)


def _quote(buyer: UUID, *, seats: int, at: datetime) -> UUID:
    items = (QuoteItem(offering_code=COURSE, quantity=seats),)
    return payments.issue_quote(buyer, items, currency="USD", by=user_called("ines").pk, at=at).uuid


def _invoice_of_ten_seats(buyer: UUID) -> InvoiceSummary:
    quote = _quote(buyer, seats=10, at=QUOTED)
    ines = user_called("ines").pk
    payments.receive_purchase_order(
        quote,
        number=PURCHASE_ORDER,
        amount=Money("960.00", "USD"),
        received_on=INVOICED.date(),
        by=ines,
        at=INVOICED,
    )
    return payments.invoice_quoted_seats(quote, by=ines, at=INVOICED)


def _pay(invoice: InvoiceSummary) -> None:
    transfer = bank.Transfer(payer=NAME, amount=invoice.total, reference=invoice.reference)
    ines = user_called("ines").pk
    taken = payments.import_statements(
        bank.statement([transfer, bank.FORGETFUL], on=BOOKED),
        file_name=f"statement-{BOOKED}.xml",
        by=ines,
        at=IMPORTED,
    )
    payments.apply_import(taken.uuid, by=ines, at=IMPORTED)


def _give_seats() -> None:
    wambui = user_called("wambui").pk
    (pool,) = payments.list_pools(wambui, at=GIVEN)
    people = [Invitee(email=email, name=name) for email, name in INVITED]
    payments.assign_seats(pool.uuid, people, by=wambui, at=GIVEN)
    for username, shares in SHARES.items():
        user = user_called(username)
        (mail,) = list_mails(user.email)
        token = LINK.findall(mail.text)[0]
        learner = payments.learner_for(user.pk)
        payments.accept_seat(token, learner, shares=shares, at=ACCEPTED)


def _order_measurement_day(buyer: UUID) -> None:
    wambui = user_called("wambui").pk
    wanted = [WantedLine(offering_code=LAB, quantity=4)]
    offer = payments.quote_batch(buyer, wanted, by=wambui, at=LAB_ORDERED)
    order = payments.place_batch_order(
        buyer,
        wanted,
        by=wambui,
        key="demo:measurement-day",
        expected=Money("320.00", "USD"),
        at=LAB_ORDERED,
        accepts_terms=offer.terms.sha256 if offer.terms else "",
    )
    payments.start_payment(
        order.uuid,
        user_id=wambui,
        provider="invoice",
        return_url="http://127.0.0.1/",
        at=LAB_ORDERED,
    )
    payments.issue_invoice(
        order.uuid,
        BuyerDetails(
            name=NAME,
            address=tuple(ADDRESS.splitlines()),
            country="KE",
            email="accounts@example.org",
            buyer_uuid=buyer,
        ),
        by=wambui,
        at=LAB_ORDERED,
    )
    otieno = Learner(user_id=user_called("otieno").pk, country="KE")
    payments.join_room(otieno, LAB, at=WAITS)
