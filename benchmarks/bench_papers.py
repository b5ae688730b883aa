"""What a document costs: an invoice of one page and one of 200 lines.

    python benchmarks/bench_papers.py [--rounds 9] [--lines 200] [--peer-python PYTHON]

Contestants, interleaved in each round, print the same lines:

* ``document``   ours from the values of an invoice on, ``fee_payments.documents.render_document``:
                 translated, checked for glyphs, tagged, PDF/UA-1
* ``paper``      ours without the words: ``fairgate_papers.render`` of a paper that is there
* ``reportlab``  a table of reportlab's platypus in the Python of ``--peer-python`` (an environment
                 of its own: ``pip install reportlab``): no tags, no shaping, Latin only

Each file is another one, so that nothing is remembered from the file before. Printed are the time
on the wall over that of ``document`` as minimum, median and maximum over the rounds, the median in
milliseconds and the size of the file; at the end the most memory that our process had.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The roots before "tests", whose folders are called like the packages they test.
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite_settings")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

from factories.money_documents import full_document, line, money_document  # noqa: E402
from fairgate_papers import render  # noqa: E402
from fee_payments.documents import MoneyDocument, paper_of, render_document  # noqa: E402

# Prints one file and says how long it took and how large it is.
Contestant = Callable[[str], tuple[float, int]]

# Runs in the peer's environment, so it must not import anything of ours.
PEER = """
import io, sys, time
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
styles = getSampleStyleSheet()
lines = int(sys.argv[1])
for number in sys.stdin:
    start = time.perf_counter()
    rows = [["Item", "Quantity", "Unit price", "Net"]] + [
        [Paragraph(f"Spectrum management, seat {n}", styles["BodyText"]), "1", "1.00", "1.00"]
        for n in range(lines)
    ] + [["", "", "Total", f"EUR {lines}.00"]]
    table = Table(rows, colWidths=[260, 70, 70, 80], repeatRows=1)
    table.setStyle(TableStyle([
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey),
    ]))
    told = ["Example Training Centre", "Invoice " + number, "Ministry of Post", "Phnom Penh",
            "Date: 26 November 2026", "Due on: 26 December 2026", "IBAN CH93 0076 2011 6238 5295 7",
            "Payment reference RF18 5390 0754 7034"]
    file = io.BytesIO()
    SimpleDocTemplate(file, pagesize=A4).build(
        [Paragraph(one, styles["BodyText"]) for one in told] + [Spacer(1, 12), table]
    )
    print(time.perf_counter() - start, len(file.getvalue()), flush=True)
"""


def main() -> None:
    """Parse the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--peer-python", help="a Python that has reportlab")
    options = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, {options.rounds} rounds")
    if not options.peer_python:
        print("reportlab is left out: name a Python that has it with --peer-python")
    compare("one page", full_document(), 2, options.rounds, options.peer_python)
    lines = tuple(
        line("1.00", title=f"Spectrum management, seat {n}") for n in range(options.lines)
    )
    long = money_document(lines=lines)
    compare(f"{options.lines} lines", long, options.lines, options.rounds, options.peer_python)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"\nour process had {peak / 1024:.0f} MiB at most")


def compare(
    title: str, document: MoneyDocument, lines: int, rounds: int, peer_python: str | None
) -> None:
    """Run all contestants in turn, and print a line each."""
    paper = paper_of(document, "en")
    contestants: dict[str, Contestant] = {
        "document": lambda number: timed(
            lambda: render_document(replace(document, number=number), "en")
        ),
        "paper": lambda number: timed(lambda: render(replace(paper, number=f"P{number}"))),
    }
    with ExitStack() as stack:
        if peer_python:
            contestants["reportlab"] = stack.enter_context(peer(peer_python, lines))
        for contestant in contestants.values():
            contestant("warm")
        taken: dict[str, list[tuple[float, int]]] = {name: [] for name in contestants}
        for number in range(rounds):
            for name, contestant in contestants.items():
                taken[name].append(contestant(f"2026-{number:06d}"))
    print_table(title, taken)


def timed(print_one: Callable[[], bytes]) -> tuple[float, int]:
    """How long a file took, and its size."""
    start = time.perf_counter()
    file = print_one()
    return time.perf_counter() - start, len(file)


@contextmanager
def peer(python: str, lines: int) -> Iterator[Contestant]:
    """reportlab, waiting in a process of its own between the rounds."""
    with subprocess.Popen(  # noqa: S603 - the interpreter the caller names
        [python, "-c", PEER, str(lines)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        asked, answers = process.stdin, process.stdout

        def run(number: str) -> tuple[float, int]:
            asked.write(f"{number}\n")
            asked.flush()
            seconds, size = answers.readline().split()
            return float(seconds), int(size)

        yield run
        asked.close()


def print_table(title: str, taken: Mapping[str, list[tuple[float, int]]]) -> None:
    """A line per contestant: time over ours, milliseconds, size."""
    print(f"\n{title:12}{'time over document: min':>24}{'median':>9}{'max':>9}{'ms':>9}{'KiB':>7}")
    ours = [seconds for seconds, _ in taken["document"]]
    for name, files in taken.items():
        ratios = sorted(theirs / our for (theirs, _), our in zip(files, ours, strict=True))
        middle = statistics.median(seconds for seconds, _ in files) * 1000
        size = files[-1][1] / 1024
        print(
            f"{name:12}{ratios[0]:>24.2f}{statistics.median(ratios):>9.2f}{ratios[-1]:>9.2f}"
            f"{middle:>9.1f}{size:>7.0f}"
        )


if __name__ == "__main__":
    main()
