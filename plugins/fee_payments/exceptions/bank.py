"""Files of banks, and payments in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fee_payments.exceptions.base import PaymentsError

if TYPE_CHECKING:
    from fee_payments.data.bank import ImportSummary


class BankFileError(PaymentsError):
    """A file of a bank is not what it should be; nothing of it was taken.

    ``place`` says where ("line 12", "statement 1, entry 3"), ``field`` which part of that
    ("amount", ":61:", "CdtDbtInd"), ``sentence`` what is wrong. No name and no account of a payer
    is in it.
    """

    def __init__(self, sentence: str, *, place: str = "", field: str = "") -> None:
        self.sentence, self.place, self.field = sentence, place, field
        where = ", ".join(part for part in (place, field) if part)
        super().__init__(f"{where[0].upper()}{where[1:]}: {sentence}" if where else sentence)


class InvalidCsvMapping(PaymentsError):
    """A mapping of a bank's CSV cannot be used; ``field`` is the part that is wrong."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        self.sentence, self.field = sentence, field
        super().__init__(f"{field}: {sentence}" if field else sentence)


class UnknownBankAccount(PaymentsError):
    """A statement is of an account that is not one of ours; nothing of the file was taken."""


class AlreadyImported(PaymentsError):
    """The same file was taken before, whole; nothing was done. ``imported`` is what it became."""

    def __init__(self, sentence: str, imported: ImportSummary) -> None:
        self.imported = imported
        super().__init__(sentence)


class MatchRefused(PaymentsError):
    """A payment cannot be matched like this: the sentence says why. Nothing was matched."""
