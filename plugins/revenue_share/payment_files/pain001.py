"""Writes pain.001.001.09 (ISO 20022, CustomerCreditTransferInitiationV09), as the EPC and CGI use.

The same values give the same bytes. ``BtchBookg`` is false: the bank books each payment by itself,
so that a statement of the account names each by its end-to-end id.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal, localcontext
from xml.etree import ElementTree as Tree

from ..data import (
    AccountDetails,
    ReadTransfer,
    ReadTransfers,
    Transfer,
    TransferBlock,
    TransferFile,
)
from .latin import in_latin

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_LONGEST_ID = 35
_LONGEST_REMITTANCE = 140


def write_transfers(file: TransferFile) -> bytes:
    """The XML, in UTF-8, with an end of line after each element.

    Raises:
        ValueError: there is nothing to pay, an id is too long, or there twice.
    """
    _check(file)
    document = Tree.Element("Document", xmlns=NAMESPACE)
    root = Tree.SubElement(document, "CstmrCdtTrfInitn")
    head = Tree.SubElement(root, "GrpHdr")
    _text(head, "MsgId", file.message_id)
    _text(head, "CreDtTm", f"{file.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z")
    _sums(head, [one for block in file.blocks for one in block.transfers])
    _text(Tree.SubElement(head, "InitgPty"), "Nm", in_latin(file.initiator))
    for block in file.blocks:
        _block(Tree.SubElement(root, "PmtInf"), block)
    Tree.indent(document, space=" ")
    xml: bytes = Tree.tostring(document, encoding="UTF-8", xml_declaration=True)
    return xml + b"\n"


def read_transfers(xml: bytes) -> ReadTransfers:
    """What a file that was written here asks for; nobody else's is read.

    Raises:
        ValueError: it is none of ours.
    """
    try:
        root = Tree.fromstring(xml)  # noqa: S314 - written here, and sealed since
        return ReadTransfers(
            message_id=_read(root, "GrpHdr/MsgId"),
            count=int(_read(root, "GrpHdr/NbOfTxs")),
            control_sum=Decimal(_read(root, "GrpHdr/CtrlSum")),
            transfers=tuple(
                _read_transfer(block, one)
                for block in root.iterfind("*/{*}PmtInf")
                for one in block.iterfind("{*}CdtTrfTxInf")
            ),
        )
    except (Tree.ParseError, ArithmeticError) as error:
        raise ValueError("This is no file of payments.") from error


def _read_transfer(block: Tree.Element, one: Tree.Element) -> ReadTransfer:
    amount = one.find("{*}Amt/{*}InstdAmt")
    if amount is None or amount.text is None:
        raise ValueError("A payment has no amount.")
    place = one.find("{*}CdtrAcct/{*}Id")
    number = "" if place is None else "".join(place.itertext()).strip()
    return ReadTransfer(
        end_to_end_id=_read(one, "PmtId/EndToEndId", above=""),
        amount=Decimal(amount.text),
        currency=amount.get("Ccy", ""),
        debit_currency=_read(block, "DbtrAcct/Ccy", above=""),
        execute_on=_read(block, "ReqdExctnDt/Dt", above=""),
        number=number,
    )


def _read(parent: Tree.Element, path: str, *, above: str = "*/") -> str:
    found = parent.findtext(above + "/".join(f"{{*}}{name}" for name in path.split("/")))
    if found is None:
        raise ValueError(f"{path} is missing.")
    return found


def _block(parent: Tree.Element, block: TransferBlock) -> None:
    _text(parent, "PmtInfId", block.block_id)
    _text(parent, "PmtMtd", "TRF")
    _text(parent, "BtchBookg", "false")
    _sums(parent, block.transfers)
    if block.is_sepa:
        _text(_under(parent, "PmtTpInf", "SvcLvl"), "Cd", "SEPA")
    _text(_under(parent, "ReqdExctnDt"), "Dt", block.execute_on.isoformat())
    _text(_under(parent, "Dbtr"), "Nm", block.account.holder)
    account = _under(parent, "DbtrAcct")
    _number(account, block.account)
    _text(account, "Ccy", block.currency)
    _bank(_under(parent, "DbtrAgt"), block.account)
    _text(parent, "ChrgBr", "SLEV" if block.is_sepa else "SHAR")
    for one in block.transfers:
        _transfer(Tree.SubElement(parent, "CdtTrfTxInf"), one)


def _transfer(parent: Tree.Element, one: Transfer) -> None:
    ids = _under(parent, "PmtId")
    _text(ids, "InstrId", one.end_to_end_id)
    _text(ids, "EndToEndId", one.end_to_end_id)
    amount = _text(_under(parent, "Amt"), "InstdAmt", f"{one.amount.amount:f}")
    amount.set("Ccy", one.amount.currency)
    if one.to.bic:
        _bank(_under(parent, "CdtrAgt"), one.to)
    _text(_under(parent, "Cdtr"), "Nm", one.to.holder)
    _number(_under(parent, "CdtrAcct"), one.to)
    text = in_latin(one.remittance)[:_LONGEST_REMITTANCE]
    _text(_under(parent, "RmtInf"), "Ustrd", text)


def _sums(parent: Tree.Element, transfers: Iterable[Transfer]) -> None:
    """Number and sum of the amounts, whatever their currencies are: so ISO 20022 says."""
    amounts = [one.amount.amount for one in transfers]
    with localcontext(prec=50):
        _text(parent, "NbOfTxs", str(len(amounts)))
        _text(parent, "CtrlSum", f"{sum(amounts, Decimal(0)):f}")


def _number(parent: Tree.Element, account: AccountDetails) -> None:
    place = _under(parent, "Id")
    _text(place if account.is_iban else _under(place, "Othr"),
          "IBAN" if account.is_iban else "Id", account.number)  # fmt: skip


def _bank(parent: Tree.Element, account: AccountDetails) -> None:
    place = _under(parent, "FinInstnId")
    if account.bic:
        _text(place, "BICFI", account.bic)
    else:
        _text(_under(place, "Othr"), "Id", "NOTPROVIDED")


def _under(parent: Tree.Element, *names: str) -> Tree.Element:
    for name in names:
        parent = Tree.SubElement(parent, name)
    return parent


def _text(parent: Tree.Element, name: str, text: str) -> Tree.Element:
    element = Tree.SubElement(parent, name)
    element.text = text
    return element


def _check(file: TransferFile) -> None:
    transfers = [one for block in file.blocks for one in block.transfers]
    if not all(block.transfers for block in file.blocks) or not transfers:
        raise ValueError("There is nothing to pay.")
    if any(one.amount.minor <= 0 for one in transfers):
        raise ValueError("What is paid is more than nothing.")
    blocks = [block.block_id for block in file.blocks]
    for ids in ([file.message_id], blocks, [one.end_to_end_id for one in transfers]):
        if len(set(ids)) != len(ids) or any(not 0 < len(one) <= _LONGEST_ID for one in ids):
            raise ValueError(f"An id has 1 to {_LONGEST_ID} signs, and stands there once.")
