"""Run by a Python that has beancount, not by ours: does this ledger hold, and what is on it?

Reads a ledger and writes JSON: beancount's own complaints, and the balance of each account in each
currency, all of it and month by month.
"""

import json
import sys
from collections import defaultdict
from decimal import Decimal

from beancount import loader
from beancount.core.data import Transaction

entries, errors, _ = loader.load_string(sys.stdin.read())
balances, months = defaultdict(Decimal), defaultdict(Decimal)
for entry in entries:
    if isinstance(entry, Transaction):
        for posting in entry.postings:
            key = (posting.account, posting.units.currency)
            balances[key] += posting.units.number
            months[(f"{entry.date:%Y-%m}", *key)] += posting.units.number
json.dump(
    {
        "errors": [error.message for error in errors],
        "transactions": sum(isinstance(entry, Transaction) for entry in entries),
        "balances": [[*key, str(number)] for key, number in sorted(balances.items())],
        "months": [[*key, str(number)] for key, number in sorted(months.items())],
    },
    sys.stdout,
)
