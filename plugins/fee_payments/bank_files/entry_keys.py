"""When an entry of one file and an entry of another are the same payment.

A key is the SHA-256 (in hex) of what a bank repeats each time it reports an entry: account, the
bank's reference, booking and value day, amount, currency, direction, whether it is a reversal and
whether it is booked, the end-to-end reference, what the payer wrote, and the number of the entry
among those of one statement that are equal in all of this. Blanks, line breaks and case of texts
do not count: banks break lines where they like.

Recognised as the same:

* a file that is uploaded twice, or whose entries come again in a statement of more days
  (overlapping periods), in any order of entries that differ in anything;
* a second camt.053 of a day that repeats the first and goes on, as long as equal payments without
  a bank's reference come in full and together;
* a camt.054 and the camt.053 after it, if the bank states the same details in both: its reference
  (``AcctSvcrRef``), the days, the end-to-end reference and the text. Banks that put the sum of a
  batch into the statement and its parts into the notification state other entries: import one of
  the two kinds.

Kept apart:

* really equal payments of one day: they have numbers, the first is always the first;
* an entry that was pending and is booked later: it counts when it is booked;
* an entry and its reversal.

Not recognised:

* the same payment in another format (MT940 and camt, CSV and anything): banks cut and fill the
  texts of each differently. Use one format for an account;
* a CSV that is read with another mapping of the columns named above;
* one day in several statements, of which each has a part: two payments that are equal in
  everything *and* have no reference of the bank, one in each part, are taken for one. With
  references (every camt of a European bank, nearly every MT940) they are two.

``NtryRef`` is no part of the key: at many banks it is the number within the file.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from .values import BankEntry, plain_account

#: Part of each key, so that keys of another recipe can never meet these.
_RECIPE = "1"


def with_keys(account: str, entries: Iterable[tuple[BankEntry, str]]) -> tuple[BankEntry, ...]:
    """The entries of one statement with their keys.

    Each comes with the reference that the bank gives the payment for good, ``""`` if it gives none.
    """
    seen: Counter[str] = Counter()
    keyed = []
    for entry, lasting_reference in entries:
        said = _said(account, entry, lasting_reference)
        seen[said] += 1
        key = hashlib.sha256(f"{said}{seen[said]}".encode()).hexdigest()
        keyed.append(replace(entry, key=key))
    return tuple(keyed)


def _said(account: str, entry: BankEntry, lasting_reference: str) -> str:
    """What a bank repeats, in one text that cannot be put together in two ways (JSON)."""
    return json.dumps(
        [
            _RECIPE,
            plain_account(account),
            _bare(lasting_reference),
            str(entry.booked_on or ""),
            str(entry.value_on or ""),
            entry.amount.minor,
            entry.amount.currency,
            entry.is_credit,
            entry.is_reversal,
            entry.is_booked,
            _bare(entry.reference),
            _bare(entry.structured_reference),
            _bare(entry.remittance),
        ]
    )


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()
