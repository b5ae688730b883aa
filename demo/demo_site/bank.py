"""The bank of the demo: in its statement of today, every open invoice has been paid.

One payer of each statement forgot to say for what, as people do: that payment is for a person to
look at. The files are camt.053 (ISO 20022), as banks give them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from fairgate.money import Money

IBAN = "CH9300762011623852957"
"""The example of the IBAN registry for Switzerland: nobody's account."""

_OPENING = Decimal("2500.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Money that has come in. ``reference`` is what the payer wrote, "" if nothing."""

    payer: str
    amount: Money
    reference: str


FORGETFUL = Transfer(payer="M. Example", amount=Money("75.00", "USD"), reference="")


def statement(transfers: Sequence[Transfer], *, on: date) -> bytes:
    """A camt.053 with one statement for each currency; entries have ids that nobody else gives."""
    currencies = sorted({one.amount.currency for one in transfers})
    parts = (
        _of_account([one for one in transfers if one.amount.currency == currency], currency, on)
        for currency in currencies
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>DEMO-{on:%Y%m%d}</MsgId><CreDtTm>{on}T18:00:00Z</CreDtTm></GrpHdr>"
        f"{''.join(parts)}</BkToCstmrStmt></Document>\n"
    ).encode()


def _of_account(transfers: Sequence[Transfer], currency: str, on: date) -> str:
    closing = _OPENING + sum(one.amount.amount for one in transfers)
    return (
        f"<Stmt><Id>{currency}-{on:%Y%m%d}</Id><CreDtTm>{on}T18:00:00Z</CreDtTm>"
        f"<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>{currency}</Ccy></Acct>"
        f"{_balance('OPBD', _OPENING, currency, on)}{_balance('CLBD', closing, currency, on)}"
        f"{_entries(transfers, on)}</Stmt>"
    )


def _balance(code: str, amount: Decimal, currency: str, on: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _entries(transfers: Iterable[Transfer], on: date) -> str:
    return "".join(
        f'<Ntry><Amt Ccy="{one.amount.currency}">{one.amount.amount}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt>"
        f"<AcctSvcrRef>{on:%y%m%d}{one.reference or 'UNKNOWN'}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>{escape(one.payer)}</Nm></Pty></Dbtr>"
        f"</RltdPties>{_remittance(one.reference)}</TxDtls></NtryDtls></Ntry>"
        for one in transfers
    )


def _remittance(reference: str) -> str:
    return f"<RmtInf><Ustrd>{escape(reference)}</Ustrd></RmtInf>" if reference else ""
