"""Bank files for the tests: the samples of ``files/``, and small ones made for one question."""

from __future__ import annotations

from pathlib import Path

import pytest

from fee_payments.bank_files import CsvMapping, read_statement_file
from fee_payments.exceptions import BankFileError

FILES = Path(__file__).parents[1] / "fee_payments" / "files"
ACCOUNT = "DE89370400440532013000"

GERMAN = CsvMapping(
    booked_on="Buchungstag",
    days=("DD.MM.YYYY",),
    delimiter=";",
    encoding="cp1252",
    skip_lines=2,
    skip_where_empty="Buchungstag",
    decimal_mark=",",
    thousands_mark=".",
    amount="Betrag",
    currency_column="Währung",
    account="DE89 3704 0044 0532 0130 00",
    value_on="Wertstellung",
    remittance=("Verwendungszweck", "Zweck 2"),
    payer_name="Name",
)
RUNNING_BALANCE = CsvMapping(
    booked_on=1,
    days=("DD/MM/YYYY",),
    credit_amount="Paid in",
    debit_amount="Paid out",
    balance="Balance",
    currency="KWD",
    account="X1",
    remittance=("Description",),
    bank_reference="Reference",
)
ARABIC = CsvMapping(
    booked_on="التاريخ",
    days=("DD/MM/YYYY",),
    delimiter=";",
    decimal_mark="٫",
    thousands_mark="٬",
    amount="المبلغ",
    indicator="النوع",
    credit_words=("دائن",),
    debit_words=("مدين",),
    account_column="الحساب",
    currency_column="العملة",
    remittance=("البيان",),
)
MAPPINGS = {
    "csv_german.csv": GERMAN,
    "csv_running_balance.csv": RUNNING_BALANCE,
    "csv_arabic.csv": ARABIC,
}
PLAIN = CsvMapping(
    booked_on="day",
    days=("YYYY-MM-DD",),
    amount="amount",
    currency="EUR",
    account="A1",
    remittance=("text",),
)
SAMPLES = sorted(path.name for path in FILES.iterdir())


def sample(name: str) -> bytes:
    return (FILES / name).read_bytes()


def camt(
    *entries: str,
    opening: str = "",
    closing: str = "",
    version: str = "053.001.08",
    currency: str = "EUR",
    head: str = "",
) -> bytes:
    """A camt.053 of one statement, with balances where they are given."""
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
        if amount
    )
    return (
        f"<?xml version='1.0'?>{head}"
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.{version}'><BkToCstmrStmt><Stmt>"
        f"<Id>S1</Id><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"{balances}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def ntry(
    amount: str = "10.00",
    *,
    side: str = "CRDT",
    status: str = "<Cd>BOOK</Cd>",
    reference: str = "",
    details: str = "",
    more: str = "",
    day: str = "2026-01-05",
    currency: str = "EUR",
) -> str:
    """One entry of a camt file."""
    bank = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f"<Ntry><Amt Ccy='{currency}'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{more}"
        f"<Sts>{status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt>{bank}"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def tx(amount: str = "", text: str = "", *, currency: str = "EUR") -> str:
    """One transaction of an entry."""
    stated = f"<Amt Ccy='{currency}'>{amount}</Amt>" if amount else ""
    return f"<TxDtls>{stated}<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"


def mt940(*lines: str, opening: str = "C260101EUR0,00", closing: str = "") -> bytes:
    """An MT940 of one statement; ``closing`` is left out where it is empty."""
    end = [f":62F:{closing}"] if closing else []
    text = [":20:S1", f":25:{ACCOUNT}", ":28C:1/1", f":60F:{opening}", *lines, *end]
    return "\r\n".join([*text, "-", ""]).encode() if closing else "\r\n".join(text).encode()


def keys(content: bytes, mapping: CsvMapping | None = None) -> list[str]:
    """The keys of all entries of a file."""
    statements = read_statement_file(content, mapping=mapping)
    return [entry.key for statement in statements for entry in statement.entries]


def refusal(content: bytes, **how: object) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(BankFileError) as refused:
        read_statement_file(content, **how)
    return str(refused.value)
