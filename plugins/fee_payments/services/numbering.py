"""Numbers of documents: one after the other, without a gap, each once.

The number is taken in the transaction that writes the document, under the lock of the series' row:
what is rolled back has used none, and who comes next waits until it is known. The lock is held
until the commit, so a number is taken as the last thing before the document is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from fairgate_tables.inserting import insert_or_lock
from fee_payments import models
from fee_payments.data.invoices import DocumentKind
from fee_payments.exceptions import InvoiceRefused

_LETTERS = {DocumentKind.INVOICE: "", DocumentKind.QUOTE: "QU-", DocumentKind.CREDIT_NOTE: "CN-"}
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,5}", re.ASCII)
#: Before the numbers of documents that were issued while nothing is real.
TEST = "TEST"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number that was given: its row, its place in the series, and how it is written."""

    series: models.DocumentSeries
    place: int
    number: str


def next_number(kind: DocumentKind, *, prefix: str, year: int, is_test: bool) -> Numbered:
    """The next number of a series: ``INV-2026-000001``, ``INV-CN-2026-000001`` (a credit note).

    Test documents have a series of their own. Call it in the transaction that writes the document.

    Raises:
        InvoiceRefused: the prefix is not two to six capitals and digits, the first a letter.
    """
    if not _PREFIX.fullmatch(prefix):
        raise InvoiceRefused(
            _("The prefix of the seller’s numbers, “%(prefix)s”, is not two to six capitals and "
              "digits that begin with a letter.") % {"prefix": prefix}
        )  # fmt: skip
    full = f"{TEST}{prefix}" if is_test else prefix
    series = _locked_series(f"{kind.value}:{full}:{year}")
    series.last += 1
    series.save(update_fields=["last"])
    return Numbered(series, series.last, f"{full}-{_LETTERS[kind]}{year}-{series.last:06d}")


def shapes(prefix: str, *years: int) -> tuple[str, ...]:
    """The shapes of a seller's invoice numbers, with ``#`` for a digit, to find them in a text."""
    return tuple(f"{full}-{year}-######" for full in (prefix, f"{TEST}{prefix}") for year in years)


def _locked_series(key: str) -> models.DocumentSeries:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A number is taken with its document.")
    rows = models.DocumentSeries.objects.filter(key=key)
    # Looked for without a lock: a locking read that finds nothing locks the gap. Who adds the row
    # at the same moment as another locks the other's.
    if not rows.exists():
        insert_or_lock(models.DocumentSeries(key=key), field="key")
    return rows.select_for_update().get()
