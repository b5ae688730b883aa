"""Operations of the REST API of fees, each with what it takes to ask it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from factories import bank_files
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as institution
from factories import invoices as papers
from factories.fee_rest import ROOT, client_of, post, send
from fairgate.money import Money
from fee_payments import api, models
from fee_payments.data.invoices import QuoteItem
from fee_payments.data.searches import InvoiceSearch, LineSearch
from fee_payments.selectors.bank import fingerprint

LENA = "lena"
PDF = b"%PDF-1.7 order"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a documented operation is asked once; parts of its path may have to be made first."""

    by: str
    may: tuple[str, ...] = ()
    body: object = None
    query: str = ""
    is_form: bool = False
    parts: Mapping[str, object]

    def answer(self, method: str, path: str) -> Any:
        """The answer to the operation at this path of the description."""
        made = {name: part() if callable(part) else part for name, part in self.parts.items()}
        for several in [one for one in made.values() if isinstance(one, dict)]:
            made |= several
        client = client_of(self.by, *self.may)
        address = path.lstrip("/").format(**made) + self.query
        body = self.body() if callable(self.body) else self.body
        if method != "post":
            return getattr(client, method)(ROOT + address)
        return (send if self.is_form else post)(client, address, body, key="new")


def asked(
    by: str, *may: str, body: object = None, query: str = "", is_form: bool = False, **parts: object
) -> Asked:
    """A row of the table."""
    return Asked(by=by, may=may, body=body, query=query, is_form=is_form, parts=parts)


def ministry() -> models.Buyer:
    """A verified ministry whose training Lena coordinates, and what it may order."""
    institution.offering()
    return institution.buyer(rest.person(LENA).pk)


def _organisation() -> Any:
    return ministry().uuid


def _with_order() -> Any:
    row = ministry()
    institution.batch(row, by=rest.person(LENA).pk)
    return row.uuid


def _with_quote() -> dict[str, Any]:
    row = ministry()
    return {"organisation": row.uuid, "quote": quote(row).uuid}


def quote(row: models.Buyer, seats: int = 3, *, key: str = "quote") -> Any:
    """A quote to an organisation that Lena orders for."""
    items = [QuoteItem(offering_code="spectrum", quantity=seats)]
    return api.issue_own_quote(row.uuid, items, by=rest.person(LENA).pk, at=make.NOON, key=key)


def accepted_quote(row: models.Buyer | None = None) -> Any:
    """A quote that was accepted with a purchase order."""
    row = row or ministry()
    made = quote(row)
    return api.send_purchase_order(
        made.uuid, buyer_uuid=row.uuid, number="PO-7", by=rest.person(LENA).pk, at=make.NOON,
        key="order",
    )  # fmt: skip


def pool() -> Any:
    """A pool of seats that Lena gives."""
    return institution.pool(ministry(), by=rest.person(LENA).pk).uuid


def invited() -> Any:
    """A seat to which somebody is invited."""
    where = institution.pool(ministry(), by=rest.person(LENA).pk)
    institution.invite(where, "ada@posts.example", by=rest.person(LENA).pk)
    api.finish_seats(at=make.NOON)  # the mail goes out after a commit, of which a test has none
    return institution.seats_of(where, by=rest.person(LENA).pk)[0]


def accepted() -> Any:
    """A seat that Ada has accepted."""
    seat, ada = invited(), account("ada")
    api.accept_seat(institution.links()[-1], make.learner(ada), shares=True, at=make.NOON)
    return seat


def account(name: str) -> int:
    """A person with a confirmed address."""
    user = rest.person(name)
    user.email = f"{name}@posts.example"
    user.save()
    return int(user.pk)


def _token() -> str:
    invited()
    account("ada")
    return institution.links()[-1]


def invoice() -> Any:
    """An open invoice."""
    return papers.bare_invoice().uuid


def partly_paid() -> Any:
    """An invoice of which two dollars are missing."""
    found = papers.bare_invoice()
    papers.pay(found, Money("118.00", "USD"))
    return found.uuid


def _write_off() -> int:
    by = rest.person("asker").pk
    return api.ask_write_off(partly_paid(), reason="charges", by=by, at=papers.LATER)


def line() -> int:
    """A payment that names no invoice."""
    return papers.bank_line(make.PRICE).pk


def _named_line() -> int:
    return papers.bank_line(make.PRICE, papers.bare_invoice().number).pk


def _proposed() -> dict[str, str]:
    (one,) = api.search_lines(LineSearch())
    return {"shown": fingerprint(one.proposal)}


def parts_body() -> dict[str, Any]:
    """All of a payment for the invoice that is there."""
    (found,) = api.search_invoices(InvoiceSearch(), on=papers.DAY)
    amount = {"amount": "120.00", "currency": "USD"}
    return {"parts": [{"invoice": str(found.uuid), "amount": amount}], "rest": amount}


def _match() -> int:
    found = papers.bare_invoice()
    papers.pay(found, make.PRICE)
    return api.matches_of_invoice(found.uuid)[0].id


def _reversal() -> int:
    paid = papers.bank_line(make.PRICE)
    took = papers.bank_line(make.PRICE, is_credit=False, is_reversal=True)
    assert paid.pk < took.pk
    return took.pk


def _reversed() -> dict[str, int]:
    return {"line": models.BankLine.objects.filter(is_credit=True).get().pk}


def _transfer() -> int:
    by = rest.person("asker").pk
    return api.ask_transfer_back(line(), make.PRICE, reason="lost", by=by, at=papers.LATER)


def _import() -> Any:
    papers.bank_line(make.PRICE)
    return models.BankImport.objects.get().uuid


def event() -> int:
    """An event that settled the payment of an order."""
    rest.paid()
    return int(models.ProviderEvent.objects.latest("pk").pk)


def desk_quote_body(**more: object) -> dict[str, Any]:
    """A quote that an operator issues to the ministry."""
    lines = [{"offering": "spectrum", "seats": 3}]
    return {"organisation": str(ministry().uuid), "lines": lines, **more}


def desk_order_body(**more: object) -> dict[str, Any]:
    """A purchase order over the quote of three seats."""
    told = {"number": "PO-7", "amount": "240.00", "currency": "USD"}
    return {**told, "received_on": make.NOON.date().isoformat(), **more}


def statement() -> dict[str, Any]:
    """A file of our bank with one payment."""
    papers.account("EUR", number=bank_files.ACCOUNT)
    content = bank_files.camt(bank_files.ntry("10.00", reference="R1"))
    return {"file": SimpleUploadedFile("day.xml", content)}


SEATS = [{"offering": "spectrum", "seats": 3}]
EXPECTED = {"amount": "240.00", "currency": "USD"}
WHY = {"reason": "Charges of the bank."}
DESK = "view_invoice"
ISSUE = "issue_invoices"
QUOTES = "receive_purchase_orders"
MATCH = "match_bank_lines"
IMPORT = "import_bank_statements"
ASKED = {
    "list_organisations": asked(LENA, nothing=_organisation),
    "get_organisation": asked(LENA, organisation=_organisation),
    "price_of_seats": asked(LENA, organisation=_organisation, body={"lines": SEATS}),
    "list_orders_of_organisation": asked(LENA, organisation=_with_order),
    "order_seats": asked(
        LENA, organisation=_organisation, body={"lines": SEATS, "expected": EXPECTED}
    ),
    "list_invoices_of_organisation": asked(LENA, organisation=_organisation),
    "list_quotes_of_organisation": asked(LENA, organisation=_organisation),
    "make_quote": asked(LENA, organisation=_organisation, body={"lines": SEATS}),
    "get_quote": asked(LENA, both=_with_quote),
    "order_quote": asked(LENA, both=_with_quote, body={}),
    "send_purchase_order": asked(LENA, both=_with_quote, body={"number": "PO-7"}, is_form=True),
    "list_seats": asked(LENA, pool=pool),
    "invite_people": asked(LENA, pool=pool, body={"people": [{"address": "ada@posts.example"}]}),
    "make_pool_codes": asked(LENA, pool=pool, body={"count": 1}),
    "release_seat": asked(LENA, seat=invited, body={}),
    "revoke_seat": asked(LENA, seat=accepted, body={"because": "Left."}),
    "reassign_seat": asked(LENA, seat=invited, body={"address": "grace@posts.example"}),
    "resend_invitation": asked(LENA, seat=invited, body={}),
    "look_at_invitation": asked("ada", token=_token),
    "accept_invitation": asked("ada", token=_token, body={"shares": True}),
    "decline_invitation": asked("ada", token=_token, body={}),
    "list_own_seats": asked("ada", nothing=accepted),
    "share_progress": asked("ada", seat=accepted, body={"shares": False}),
    "invoice_order": asked(
        LENA, order=lambda: institution.batch(ministry(), by=rest.person(LENA).pk).uuid, body={}
    ),
    "read_paper": asked("omar", DESK, kind="invoices", uuid=invoice),
    "search_invoices": asked("omar", DESK, nothing=invoice),
    "inspect_invoice": asked("omar", DESK, invoice=partly_paid),
    "issue_credit_note": asked("omar", ISSUE, invoice=invoice, body=WHY),
    "ask_write_off": asked("omar", "ask_write_off", invoice=partly_paid, body=WHY),
    "remind": asked("omar", ISSUE, invoice=invoice, body={}),
    "stop_reminders": asked("omar", ISSUE, invoice=invoice, body=WHY),
    "resume_reminders": asked("omar", ISSUE, invoice=invoice),
    "issue_invoice": asked(
        "omar", ISSUE, order=lambda: rest.ordered().uuid,
        body={"name": "Lena", "address": ["1 Main Street"], "country": "CH"},
    ),
    "search_quotes": asked("omar", ISSUE, nothing=_with_quote),
    "list_events": asked("omar", "view_providerevent", nothing=event),
    "replay_event": asked("omar", "work_event_again", event=event, body={}),
    "issue_quote": asked("omar", QUOTES, body=desk_quote_body),
    "inspect_quote": asked("omar", QUOTES, both=_with_quote),
    "receive_purchase_order": asked(
        "omar", QUOTES, both=_with_quote, body=desk_order_body, is_form=True
    ),
    "invoice_quote": asked("omar", ISSUE, quote=lambda: accepted_quote().uuid, body={}),
    "list_write_offs": asked("omar", "confirm_write_off", nothing=_write_off),
    "confirm_write_off": asked("omar", "confirm_write_off", step=_write_off, body={}),
    "refuse_write_off": asked("omar", "confirm_write_off", step=_write_off, body=WHY),
    "list_bank_accounts": asked("omar", IMPORT, nothing=papers.account),
    "list_bank_imports": asked("omar", IMPORT, nothing=_import),
    "import_bank_statement": asked("omar", IMPORT, body=statement, is_form=True),
    "get_bank_import": asked("omar", IMPORT, uuid=_import),
    "apply_bank_import": asked("omar", IMPORT, uuid=_import, body={}),
    "list_bank_lines": asked("omar", MATCH, nothing=line),
    "get_bank_line": asked("omar", MATCH, line=_named_line),
    "match_bank_line": asked("omar", MATCH, line=_named_line, body=parts_body),
    "accept_proposal": asked("omar", MATCH, line=_named_line, body=_proposed),
    "put_aside": asked("omar", MATCH, line=line, body=WHY),
    "take_back_payment": asked("omar", MATCH, line=_reversal, body=_reversed),
    "ask_transfer_back": asked(
        "omar", MATCH, "ask_transfer_back", line=line,
        body={"amount": {"amount": "120.00", "currency": "USD"}, **WHY},
    ),
    "undo_match": asked("omar", MATCH, match=_match, body=WHY),
    "list_transfers_back": asked("omar", "confirm_transfer_back", nothing=_transfer),
    "confirm_transfer_back": asked("omar", "confirm_transfer_back", step=_transfer, body={}),
    "refuse_transfer_back": asked("omar", "confirm_transfer_back", step=_transfer, body=WHY),
}  # fmt: skip
