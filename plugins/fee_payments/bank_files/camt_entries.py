"""The payments of one entry (``Ntry``) of a camt file: one, or each of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fairgate.money import Money
from fairgate.whole_numbers import whole_number

from ..exceptions import BankFileError
from .camt_elements import Fields, Part
from .iso_amounts import day, money
from .values import BankEntry, plain_account

#: An entry, and the reference that the bank gives it for good ("" if none); see ``entry_keys``.
Keyed = tuple[BankEntry, str]

_BOOKED = "BOOK"
_NOT_BOOKED = ("PDNG", "INFO", "FUTR")
_TRUE, _FALSE = ("true", "1"), ("false", "0", "")
# What "no reference" is called where the field has to be filled (ISO 20022, EPC rulebooks).
_NOTHING = ("NOTPROVIDED", "NOT PROVIDED", "NONREF")
# Where a transaction may state its amount in the account's currency, the surest first.
_AMOUNTS = (
    "Amt",
    "AmtDtls/TxAmt/Amt",
    "AmtDtls/CntrValAmt/Amt",
    "AmtDtls/InstdAmt/Amt",
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What holds for every payment of an entry."""

    fields: Fields
    place: str
    amount: Money
    is_credit: bool
    is_reversal: bool
    is_booked: bool
    booked_on: date | None
    value_on: date | None


def entries_of(part: Part, details: Sequence[Part], *, place: str) -> list[Keyed]:
    """The payments of an entry, with their lasting references.

    An entry with several transactions is taken apart; their amounts have to add up to it. If none
    of them states an amount the entry stays whole, with the texts of all.

    Raises:
        BankFileError: something is missing, unknown, or does not add up.
    """
    entry = _entry(part.fields, f"{place} (line {part.line})")
    _check_number(entry, details)
    if len(details) > 1:
        amounts = [_amount_of(one.fields, entry) for one in details]
        if any(amount is not None for amount in amounts):
            return _parts(entry, details, amounts)
    one = Fields()
    for detail in details:
        for path, texts in detail.fields.items():
            one.setdefault(path, []).extend(texts)
    return [_payment(entry, one, entry.amount, entry.fields.one("CdtDbtInd"), entry.place)]


def _entry(fields: Fields, place: str) -> _Entry:
    is_booked = _is_booked(fields, place)
    value_on = day(fields.one("ValDt/Dt", "ValDt/DtTm"), place=place, field="ValDt")
    booked_on = day(fields.one("BookgDt/Dt", "BookgDt/DtTm"), place=place, field="BookgDt")
    if is_booked and not (booked_on or value_on):
        raise BankFileError("a booked entry has a day.", place=place, field="BookgDt")
    return _Entry(
        fields=fields,
        place=place,
        amount=money(fields.one("Amt"), fields.one("Amt@Ccy"), place=place, field="Amt"),
        is_credit=_is_credit(fields.one("CdtDbtInd"), place),
        is_reversal=_is_true(fields.one("RvslInd"), place),
        is_booked=is_booked,
        # Where a bank leaves the booking day out it is the day of the value.
        booked_on=booked_on or (value_on if is_booked else None),
        value_on=value_on,
    )


def _is_booked(fields: Fields, place: str) -> bool:
    status = fields.one("Sts", "Sts/Cd")
    if status != _BOOKED and status not in _NOT_BOOKED:
        known = ", ".join((_BOOKED, *_NOT_BOOKED))
        raise BankFileError(f"“{status}” is none of {known}.", place=place, field="Sts")
    return status == _BOOKED


def _is_credit(text: str, place: str) -> bool:
    if text not in ("CRDT", "DBIT"):
        said = f"“{text}” is neither CRDT nor DBIT."
        raise BankFileError(said, place=place, field="CdtDbtInd")
    return text == "CRDT"


def _is_true(text: str, place: str) -> bool:
    if text not in _TRUE + _FALSE:
        raise BankFileError(f"“{text}” is not true or false.", place=place, field="RvslInd")
    return text in _TRUE


def _check_number(entry: _Entry, details: Sequence[Part]) -> None:
    stated = entry.fields.all("NtryDtls/Btch/NbOfTxs")
    total = sum(whole_number(text) or 0 for text in stated)
    # One batch, and no details at all, is a bank that keeps them to itself.
    if details and len(stated) == 1 and total and total != len(details):
        raise BankFileError(
            f"the batch has {total} transactions, and the file {len(details)} of them.",
            place=entry.place,
            field="Btch/NbOfTxs",
        )


def _amount_of(fields: Fields, entry: _Entry) -> Money | None:
    for path in _AMOUNTS:
        currency = fields.one(f"{path}@Ccy")
        if currency and currency == entry.amount.currency:
            return money(fields.one(path), currency, place=entry.place, field=f"TxDtls/{path}")
    return None


def _parts(entry: _Entry, details: Sequence[Part], amounts: Sequence[Money | None]) -> list[Keyed]:
    payments: list[Keyed] = []
    for number, (detail, amount) in enumerate(zip(details, amounts, strict=True), start=1):
        place = f"{entry.place}, transaction {number}"
        if amount is None:
            said = f"states no amount in {entry.amount.currency}, and others do."
            raise BankFileError(said, place=place, field="TxDtls/Amt")
        side = detail.fields.one("CdtDbtInd") or entry.fields.one("CdtDbtInd")
        payments.append(_payment(entry, detail.fields, amount, side, place))
    _check_sum(entry, payments)
    return payments


def _check_sum(entry: _Entry, payments: Sequence[Keyed]) -> None:
    total = sum(payment.signed.minor for payment, _ in payments)
    expected = entry.amount.minor if entry.is_credit else -entry.amount.minor
    if total != expected:
        raise BankFileError(
            f"its {len(payments)} transactions do not add up to {entry.amount}.",
            place=entry.place,
            field="TxDtls",
        )


def _payment(entry: _Entry, fields: Fields, amount: Money, side: str, place: str) -> Keyed:
    is_credit = _is_credit(side, place)
    # A reversal keeps the parties of what it reverses: the debtor is who paid at first.
    other = "Dbtr" if is_credit != entry.is_reversal else "Cdtr"
    lasting = _known(fields.one("Refs/AcctSvcrRef") or entry.fields.one("AcctSvcrRef"))
    references = fields.all("RmtInf/Strd/CdtrRefInf/Ref")
    payment = BankEntry(
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        amount=amount,
        is_credit=is_credit,
        is_reversal=entry.is_reversal,
        is_booked=entry.is_booked,
        reference=_known(fields.one("Refs/EndToEndId")),
        bank_reference=lasting or _known(entry.fields.one("NtryRef")),
        remittance=_remittance(entry, fields),
        structured_reference=references[0] if references else "",
        payer_name=_name(fields, other),
        payer_account=plain_account(_account(fields, other)),
        position=place,
    )
    return payment, lasting


def _known(text: str) -> str:
    return "" if text.upper() in _NOTHING else text


def _name(fields: Fields, role: str) -> str:
    return fields.one(
        f"RltdPties/{role}/Nm",
        f"RltdPties/{role}/Pty/Nm",
        f"RltdPties/Ultmt{role}/Nm",
        f"RltdPties/Ultmt{role}/Pty/Nm",
    )


def _account(fields: Fields, role: str) -> str:
    of = f"RltdPties/{role}Acct/Id"
    return fields.one(f"{of}/IBAN", f"{of}/Othr/Id")


def _remittance(entry: _Entry, fields: Fields) -> str:
    """What the payer wrote; if there is nothing, what the bank wrote about it."""
    texts = [
        *fields.all("RmtInf/Ustrd"),
        *fields.all("RmtInf/Strd/CdtrRefInf/Ref")[1:],
        *fields.all("RmtInf/Strd/RfrdDocInf/Nb"),
        *fields.all("RmtInf/Strd/AddtlRmtInf"),
    ]
    said = " ".join(texts)
    return said or fields.one("AddtlTxInf") or entry.fields.one("AddtlNtryInf")
