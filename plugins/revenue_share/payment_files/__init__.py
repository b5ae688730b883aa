"""Files that ask a bank to pay: ISO 20022 pain.001.001.09, and what may stand in them.

Plain Python: values in, bytes out. ``write_transfers`` is the one door, ``read_transfers`` the way
back for those who prove what was written; ``accounts`` says what an
IBAN and a BIC are, ``latin`` what of a text a bank takes.
"""

from __future__ import annotations

from .accounts import is_in_sepa, read_account
from .latin import in_latin
from .pain001 import read_transfers, write_transfers

__all__ = ["in_latin", "is_in_sepa", "read_account", "read_transfers", "write_transfers"]
