"""Books of millions of entries, filled once: history, statements, proofs and exports in one run.

    python benchmarks/bench_large_books.py [--rounds 5] [--entries 20000] [--sales 100]
                                           [--openedx-entries 20000] [--peer-python PYTHON]

The contestants are those of ``bench_books.py`` (P4, P7) and ``bench_statements.py`` (P5, P6, P8),
which fill books of their own. Ours and the peers' are filled side by side here, by statements
alone. openedx-ledger has an index for each question and takes longest, so that it may be given
fewer entries.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

import bench_books as books
import bench_statements as statements
import django
import filling
from django.db import connection
from measuring import Contestant, in_turns, peers, print_table, timed

import two_databases


def fill(theirs: dict[str, Contestant], entries: int, of_openedx: int) -> None:
    """Ours, and the peers' meanwhile."""
    began = time.perf_counter()
    meanwhile = threading.Thread(target=partial(_fill_peers, theirs, entries, of_openedx))
    meanwhile.start()
    filled = filling.fill(entries)
    taken = time.perf_counter() - began
    print(f"\nfilled in {filled:,} sales, {entries:,} entries: {taken:.0f} s", flush=True)
    meanwhile.join()


def _fill_peers(theirs: dict[str, Contestant], entries: int, of_openedx: int) -> None:
    for name, wanted in (("django-hordak", entries), ("openedx-ledger", of_openedx)):
        if f"{name} fill" in theirs:
            taken = theirs[f"{name} fill"](wanted // 6)
            print(f"{name}, {wanted:,} entries: {taken:.0f} s", flush=True)


def history(theirs: dict[str, Contestant], options: argparse.Namespace) -> None:
    """P4: a sale before and after. It leaves the books filled."""
    acts = {"book_payment": timed(books.post)}
    acts |= {name: theirs[f"{name} post"] for name in books.PEERS if f"{name} post" in theirs}
    numbers = dict.fromkeys(acts, options.sales) | {"openedx-ledger": max(1, options.sales // 20)}
    few = in_turns(acts, numbers, options.rounds)
    fill(theirs, options.entries, options.openedx_entries)
    many = in_turns(acts, numbers, options.rounds)
    for name in acts:
        found = {"hardly any": few[name], "after that": many[name]}
        print_table(f"history: {name}", found, ours="hardly any")


def main() -> None:
    """Parse the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sales", type=int, default=100)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--openedx-entries", type=int, default=20_000)
    parser.add_argument("--peer-python", help="a Python that has the peers")
    options = parser.parse_args()
    if missing := two_databases.missing():
        raise SystemExit(f"This needs MariaDB: {missing}")
    with (
        two_databases.test_database() as settings,
        two_databases.default_database(settings),
        tempfile.TemporaryDirectory() as folder,
    ):
        print(f"{two_databases.version()}, Python {sys.version.split()[0]}, Django "
              f"{django.get_version()}, {options.rounds} rounds")  # fmt: skip
        books.put_terms_in_force()
        books.post(5)
        file = Path(folder) / "entries.csv"
        with peers(options.peer_python, str(file)) as theirs:
            history(theirs, options)
            if theirs:
                filling.write_entries(file)
                theirs["duckdb fill"](0)
            print("innodb_buffer_pool_size", _ask("SELECT @@innodb_buffer_pool_size"))
            statements.compare_statements(theirs, options.rounds)
            statements.compare_export(Path(folder))
            books.compare_proof(theirs, options.rounds)
        books.prove_whole()


def _ask(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


if __name__ == "__main__":
    main()
