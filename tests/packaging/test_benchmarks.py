"""Each benchmark runs from its beginning to its end, with numbers too small to measure anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import two_databases

ROOT = Path(__file__).resolve().parents[2]
FEW = {
    "bench_allocation.py": ["--sales", "50", "--rounds", "1"],
    "bench_books.py": [
        "--rounds", "1", "--sales", "2", "--entries", "200", "--workers", "2", "--seconds", "0.1",
    ],
    "bench_fund.py": ["--rounds", "1", "--seconds", "0.1", "--workers", "2"],
    "bench_gate.py": ["--rounds", "1", "--blocks", "20"],
    "bench_large_books.py": [
        "--rounds", "1", "--sales", "2", "--entries", "200", "--openedx-entries", "200",
    ],
    "bench_lists.py": ["--rounds", "1", "--questions", "400"],
    "bench_papers.py": ["--rounds", "1", "--lines", "3"],
    "bench_policies.py": ["--rounds", "1", "--rules", "1"],
    "bench_quote.py": ["--rounds", "1", "--quotes", "5"],
    "bench_replay.py": ["--rounds", "1", "--decisions", "20"],
    "bench_statements.py": [
        "--rounds", "1", "--entries", "200", "--rows", "20", "--events", "20",
    ],
    "bench_webhooks.py": ["--rounds", "1", "--events", "2"],
}  # fmt: skip

NEED_MARIADB = (
    "bench_books.py", "bench_fund.py", "bench_large_books.py", "bench_statements.py",
    "bench_webhooks.py",
)  # fmt: skip


def test_every_benchmark_is_run_here():
    assert {path.name for path in (ROOT / "benchmarks").glob("bench_*.py")} == FEW.keys()


@pytest.mark.parametrize("name", FEW)
def test_a_benchmark_runs_to_its_end(name):
    if name in NEED_MARIADB and (missing := two_databases.missing()):
        pytest.skip(f"This needs MariaDB: {missing}")
    command = [sys.executable, str(ROOT / "benchmarks" / name), *FEW[name]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout
