"""Payouts: accounts of parties and of ours, statements to be paid, and files of our bank."""

from __future__ import annotations

from datetime import UTC, date, datetime

from cryptography.fernet import Fernet

from factories import rates as rate_files
from factories import revenue_share as facts
from revenue_share import api
from revenue_share.models import PayoutAccount

ASKER, CONFIRMER = 11, 12
PAY_DAY = datetime(2026, 12, 15, 8, tzinfo=UTC)
ON = date(2026, 12, 15)
#: When the bank's files are recorded: a week later, so that every day in them has come.
RECORDED = datetime(2026, 12, 22, 8, tzinfo=UTC)
#: Valid numbers from the registries' own examples.
OURS = "CH9300762011623852957"
OURS_EUR = "DE89370400440532013000"
THEIRS = "GB29NWBK60161331926819"
THEIRS_EUR = "FR1420041010050500013M02606"
KEY = Fernet.generate_key().decode()
ACCOUNTS = {
    "USD": {"holder": "Fairgate Host", "iban": OURS, "bic": "UBSWCHZH80A"},
    "EUR": {"holder": "Fairgate Host", "iban": OURS_EUR},
}


def set_up(settings, **accounts: dict[str, str]) -> None:
    """Keys, and accounts of ours in dollars and euros, or these."""
    settings.REVENUE_SHARE_PAYOUT_KEYS = [KEY]
    settings.REVENUE_SHARE_BANK_ACCOUNTS = accounts or ACCOUNTS


def closed_october() -> None:
    """The statements of money.md 5.3: GSMA is to be paid 91.73, ATC 50.96."""
    facts.put_terms_in_force()
    facts.book_october()
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")


def closed_euros() -> None:
    """The second currency of money.md 5.3: GSMA is to be paid 35.02 EUR."""
    facts.put_terms_in_force()
    euro = facts.payment("E", "99.00", "0.00", "1.74", currency="EUR")
    api.book_payment(euro, at=facts.NOON)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")


def rates_of_november() -> None:
    """The rates of money.md 5.3, in effect at the close."""
    rows = [
        rate_files.unore_row(code, rate, "01 Dec 2026")
        for code, rate in (("EUR", "0.865"), ("CHF", "0.798"), ("JPY", "149.3"), ("KWD", "0.305"))
    ]
    rate_files.load(rate_files.unore(*rows), at=datetime(2026, 12, 1, tzinfo=UTC))


def account(
    party: str = "GSMA", currency: str = "USD", *, number: str = THEIRS, at: datetime = PAY_DAY,
    **more,
) -> PayoutAccount:  # fmt: skip
    """An account that one person asks for and another confirms."""
    values = {"holder": "GSM Association", "bic": "NWBKGB2L", "reason": "letter of 1 May", **more}
    uuid = api.propose_account(party, currency, number=number, by=ASKER, at=at, **values)
    api.confirm_account(uuid, by=CONFIRMER, at=at)
    return PayoutAccount.objects.get(uuid=uuid)


def numbers() -> list[int]:
    """The statements that can be paid now."""
    return [one.number for one in api.list_payables() if not one.refusal]


def proposed(*which: int, at: datetime = PAY_DAY):
    """A batch of these statements, or of all that can be paid."""
    return api.propose_batch(
        which or numbers(), execute_on=ON, reason="December run", by=ASKER, at=at
    )


def approved(*which: int, at: datetime = PAY_DAY):
    """The same, approved by a second person."""
    uuid = proposed(*which, at=at)
    api.approve_batch(uuid, by=CONFIRMER, at=at)
    return uuid


def entry(
    name: str, amount: str, *, currency: str = "USD", side: str = "DBIT", reference: str = "",
    day: str = "2026-12-16",
) -> str:  # fmt: skip
    """A booked entry of camt.053 that names a payout."""
    return (
        f"<Ntry><Amt Ccy='{currency}'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
        f"<AcctSvcrRef>{reference or name + side}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
    )


def camt(*entries: str, account: str = OURS, currency: str = "USD") -> bytes:
    """A camt.053 of our account."""
    return (
        "<?xml version='1.0'?>"
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt>"
        f"<Id>S1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def record(*entries: str, at: datetime = RECORDED, **more):
    """Record these entries of our account."""
    return api.record_bank_file(camt(*entries, **more), by=ASKER, at=at)
