"""Which test files are begun first: the longest, so that no worker is left with one at the end.

By itself, ``pytest-xdist`` begins with the files that have the most tests. Here some of the longest
have a handful: a state machine, a journey, a worker that dies at each of its steps.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
SECONDS_OF_A_TEST = 0.06

#: Files whose tests take much longer than that, with their seconds. Roughly is good enough.
SECONDS = {
    "journeys/test_accessibility.py": 110,
    "fee_payments/test_killed_workers.py": 45,
    "journeys/test_every_page.py": 40,
    "journeys/test_learners.py": 40,
    "journeys/test_seat_codes.py": 30,
    "journeys/test_offices.py": 20,
    "journeys/test_waivers.py": 17,
    "journeys/test_money.py": 12,
    "journeys/test_country_lists.py": 10,
    "journeys/test_facts.py": 8,
    "contracts/test_matrix_of_demo.py": 17,
    "fee_payments/test_money_machine.py": 12,
    "fee_payments/test_institution_pages.py": 10,
    "fee_payments/test_inbox.py": 8,
    "fee_payments/stripe_checkout/test_refunds_and_disputes.py": 8,
    "fee_payments/test_killed_processes.py": 8,
    "fee_payments/test_killed_invoices.py": 7,
    "fee_payments/test_one_quote.py": 6,
    "fee_payments/test_enrolment_races.py": 5,
    "fee_payments/test_institution_seat_races.py": 5,
    "fee_payments/test_invoice_races.py": 5,
    "fee_payments/test_providers.py": 5,
    "fee_payments/test_invoice_machine.py": 5,
    "fee_payments/test_order_machine.py": 4,
    "partnerships/test_life_of_an_agreement.py": 14,
    "packaging/test_benchmarks.py": 125,
    "revenue_share/test_clickhouse.py": 40,
    "revenue_share/test_ledger_machine.py": 25,
    "revenue_share/test_dbt.py": 20,
    "revenue_share/test_superset_datasets.py": 9,
    "revenue_share/test_beancount.py": 12,
}


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests in this order; those of a file stay in theirs."""
    names = {item.path: item.path.relative_to(TESTS).as_posix() for item in items}
    counted = Counter(item.path for item in items)
    seconds = {
        path: SECONDS.get(names[path], number * SECONDS_OF_A_TEST)
        for path, number in counted.items()
    }
    items.sort(key=lambda item: (-seconds[item.path], names[item.path]))
