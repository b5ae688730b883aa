"""Statement files of banks, read strictly: camt.053, camt.054, MT940, and CSV by a mapping.

Plain Python: nothing here knows orders, invoices, tables or Django. ``read_statement_file`` is the
one door; what it gives are values whose ``key`` tells when two entries are the same payment
(``entry_keys``). ``find_references`` finds our numbers in an entry, and ``creditor_reference``
makes one that banking apps check while the payer types.
"""

from __future__ import annotations

from .csv_mapping import CsvMapping
from .limits import MAX_BYTES, MAX_ENTRIES
from .reading import read_statement_file
from .references import creditor_reference, find_references, is_valid_reference
from .values import BankEntry, BankStatement, FileKind, plain_account

__all__ = [
    "MAX_BYTES",
    "MAX_ENTRIES",
    "BankEntry",
    "BankStatement",
    "CsvMapping",
    "FileKind",
    "creditor_reference",
    "find_references",
    "is_valid_reference",
    "plain_account",
    "read_statement_file",
]
