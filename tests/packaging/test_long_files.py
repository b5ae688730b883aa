"""The longest files are begun first, and those that are named are there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import long_files


@dataclass
class Item:
    path: Path
    name: str


def some(file, number):
    return [Item(long_files.TESTS / file, str(n)) for n in range(number)]


def test_long_files_come_first_and_tests_stay_in_their_order():
    long, short, many = "fee_payments/test_killed_workers.py", "a/test_few.py", "b/test_many.py"
    items = [*some(short, 2), *some(many, 500), *some(long, 1)]
    long_files.longest_first(items)
    assert items == [*some(long, 1), *some(many, 500), *some(short, 2)]


def test_files_that_are_named_are_there():
    assert [name for name in long_files.SECONDS if not (long_files.TESTS / name).is_file()] == []
