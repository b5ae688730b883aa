"""Takes files of banks: read whole or not at all, stored in portions, each entry once.

Nothing is matched here. Whoever looks at the preview agrees with it (``bank_matching``).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fairgate_tables.transactions import run_again
from fee_payments import models
from fee_payments.bank_files import (
    BankEntry,
    BankStatement,
    CsvMapping,
    FileKind,
    plain_account,
    read_statement_file,
)
from fee_payments.data.bank import ImportSummary, LineProposal
from fee_payments.exceptions import AlreadyImported, BankFileError, UnknownBankAccount
from fee_payments.selectors.bank import import_summary, propose

log = logging.getLogger(__name__)

PORTION = 500
Found = tuple[models.BankAccount, BankEntry]


def import_statements(
    content: bytes, *, file_name: str, by: int | None, at: datetime,
    account: int | None = None, told: Callable[[ImportSummary], None] | None = None,
) -> ImportSummary:  # fmt: skip
    """Take a bank's file. Money that came in and reversals are kept; other debits are none of ours.

    ``account`` (an id) says which account a CSV is of, and with which mapping it is read; every
    other format names its accounts. A file that was cut short on our side, because a worker died,
    goes on where it stopped when it is sent again. ``told`` hears of every portion.

    Raises:
        BankFileError: the file cannot be read, or is not whole: nothing was taken.
        UnknownBankAccount: it is of another account than ours: nothing was taken.
        AlreadyImported: it was taken before.
    """
    digest = hashlib.sha256(content).hexdigest()
    row = models.BankImport.objects.filter(sha256=digest).first()
    if row is not None and row.lines_stored >= row.lines_total:
        raise AlreadyImported(
            _("This file was imported on %(day)s; nothing was done.")
            % {"day": row.imported_at.date().isoformat()},
            import_summary(row),
        )
    found, kind = _read(content, account)
    if row is None:
        row = _begin(digest, file_name, kind, len(found), by=by, at=at)
    return _store(row, found, told)


def preview_statements(
    content: bytes, *, account: int | None = None
) -> tuple[list[LineProposal], int]:
    """What is proposed for each line that a file would add, and how many are known already.

    Nothing is kept.

    Raises:
        BankFileError, UnknownBankAccount: as above.
    """
    found, _kind = _read(content, account)
    new: list[models.BankLine] = []
    for portion in _portions(found):
        known = _known(entry.key for _account, entry in portion)
        new += [_line(None, *one) for one in portion if one[1].key not in known]
    return propose(new), len(found) - len(new)


def read_bank_file(content: bytes, *, account: int | None = None) -> tuple[BankStatement, ...]:
    """The statements in a bank's file, of whichever accounts; nothing is kept, nothing left out.

    Raises:
        BankFileError: the file cannot be read, or is not whole.
    """
    return _statements(content, _chosen(account))


def _chosen(account: int | None) -> models.BankAccount | None:
    return models.BankAccount.objects.get(pk=account) if account is not None else None


def _statements(content: bytes, chosen: models.BankAccount | None) -> tuple[BankStatement, ...]:
    mapping = None
    if chosen is not None and chosen.csv_mapping:
        mapping = CsvMapping.from_json(chosen.csv_mapping)
    return read_statement_file(content, mapping=mapping)


def _read(content: bytes, account: int | None) -> tuple[list[Found], FileKind]:
    chosen = _chosen(account)
    statements = _statements(content, chosen)
    ours = {(one.number, one.currency): one for one in models.BankAccount.objects.all()}
    found: list[Found] = []
    for statement in statements:
        row = _account_of(statement, ours, chosen)
        found += [(row, entry) for entry in statement.entries if _is_kept(entry)]
    return found, statements[0].kind


def _is_kept(entry: BankEntry) -> bool:
    is_ours = entry.is_credit or entry.is_reversal
    return is_ours and entry.is_booked and entry.booked_on is not None and bool(entry.amount)


def _account_of(
    statement: BankStatement,
    ours: Mapping[tuple[str, str], models.BankAccount],
    chosen: models.BankAccount | None,
) -> models.BankAccount:
    """Our account of a statement.

    Raises:
        UnknownBankAccount: it is not one of ours, or not the one that was chosen.
    """
    number, end = plain_account(statement.account), statement.account[-4:]
    found = ours.get((number, statement.currency))
    if found is None:
        raise UnknownBankAccount(
            _("The statement %(id)s is of an account in %(currency)s that ends with %(end)s, and "
              "that is none of ours. Nothing of the file was taken.")
            % {"id": statement.statement_id or "–", "currency": statement.currency, "end": end}
        )  # fmt: skip
    if chosen is not None and found.pk != chosen.pk:
        raise UnknownBankAccount(
            _("The statement %(id)s is of the account that ends with %(end)s, and another was "
              "chosen. Nothing of the file was taken.")
            % {"id": statement.statement_id or "–", "end": end}
        )  # fmt: skip
    return found


def _begin(
    digest: str, file_name: str, kind: FileKind, total: int, *, by: int | None, at: datetime
) -> models.BankImport:
    try:
        with transaction.atomic():
            return models.BankImport.objects.create(
                sha256=digest, file_name=file_name[-255:], kind=kind.value, imported_by=by,
                imported_at=at, lines_total=total,
            )  # fmt: skip
    except IntegrityError:
        # Somebody sends the same file at the same moment: both store it, each line goes in once.
        return models.BankImport.objects.get(sha256=digest)


def _store(
    row: models.BankImport, found: Sequence[Found], told: Callable[[ImportSummary], None] | None
) -> ImportSummary:
    done = 0
    for portion in _portions(found):
        done += len(portion)
        if done > row.lines_stored:
            _store_portion(row, portion, upto=done)
            row.refresh_from_db()
            if told:
                told(import_summary(row))
    log.info("bank file imported: import=%s lines=%s", row.uuid, row.lines_new)
    return import_summary(row)


def _portions(found: Iterable[Found]) -> Iterator[tuple[Found, ...]]:
    rest = iter(found)
    while portion := tuple(islice(rest, PORTION)):
        yield portion


def _store_portion(row: models.BankImport, portion: tuple[Found, ...], *, upto: int) -> None:
    try:
        _add(row, portion, upto=upto)
    except IntegrityError:
        # An overlapping file came in meanwhile with some of the same entries; they are known now.
        _add(row, portion, upto=upto)


@run_again
def _add(row: models.BankImport, portion: tuple[Found, ...], *, upto: int) -> None:
    with transaction.atomic():
        # The row's lock first: of two who send the same file, one stores this portion.
        counted = models.BankImport.objects.filter(pk=row.pk, lines_stored__lt=upto)
        if not counted.update(lines_stored=upto):
            return
        known = _known(entry.key for _account, entry in portion)
        new = [_line(row, *one) for one in portion if one[1].key not in known]
        models.BankLine.objects.bulk_create(new)
        models.BankImport.objects.filter(pk=row.pk).update(lines_new=F("lines_new") + len(new))


def _known(keys: Iterable[str]) -> set[str]:
    rows = models.BankLine.objects.filter(key__in=list(keys))
    return set(rows.values_list("key", flat=True))


def _line(
    row: models.BankImport | None, account: models.BankAccount, entry: BankEntry
) -> models.BankLine:
    if entry.booked_on is None:
        raise BankFileError(_("An entry without a day is not kept."), place=entry.position)
    texts = {
        name: getattr(entry, name)[:length]
        for name, length in (
            ("position", 64), ("reference", 140), ("bank_reference", 140),
            ("structured_reference", 140), ("payer_name", 140), ("payer_account", 64),
        )
    }  # fmt: skip
    return models.BankLine(
        key=entry.key,
        imported=row,
        account=account,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        currency=entry.amount.currency,
        amount_minor=entry.amount.minor,
        is_credit=entry.is_credit,
        is_reversal=entry.is_reversal,
        remittance=entry.remittance,
        **texts,
    )
