"""Proves frozen statements: their hashes, their chain, and that every line is on one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from django.db.models import Count, F, Max, Min, Q, Sum, Window
from django.db.models.functions import Coalesce, Lag

from fairgate_tables.paging import pages

from ..data import Fault
from ..models import AllocationLine, PeriodClose, Statement
from . import frozen
from . import statements as reads
from .frozen import is_as_frozen
from .statements import SPENT_BY_FUND

# A document is as long as its party has courses.
_DOCUMENTS = 100


def _statements_are_as_frozen() -> Iterator[Fault]:
    for page in pages(Statement.objects.select_related("close"), size=_DOCUMENTS):
        for row in page:
            if not is_as_frozen(row):
                sentence = "its columns, its document and its hash do not say the same."
                yield Fault(invariant="statement is as frozen", row=str(row), sentence=sentence)


def _statements_follow_from_their_sums() -> Iterator[Fault]:
    # The sums are proved with the lines (``checking_positions``): a document forged with its hash
    # and its columns says something else than they do.
    rows = reads.with_minimum_before(Statement.objects.select_related("close"))
    for page in pages(rows, size=_DOCUMENTS):
        for row, made in reads.made_again(page):
            said = frozen.read(row)
            # The earlier format has another hash for the same.
            if said and replace(said, sha256=made.sha256) != made:
                sentence = "its document is not what the sums of its month make."
                yield Fault(invariant="statement is as its sums", row=str(row), sentence=sentence)


def _statements_are_numbered() -> Iterator[Fault]:
    numbers = Statement.objects.aggregate(first=Min("number"), last=Max("number"), of=Count("pk"))
    if numbers["of"] and (numbers["first"], numbers["last"]) != (1, numbers["of"]):
        first, last, of = numbers["first"], numbers["last"], numbers["of"]
        sentence = f"{of} statements are numbered {first} to {last}."
        yield Fault(invariant="statements are numbered", row="statements", sentence=sentence)


def _statements_chain() -> Iterator[Fault]:
    before = Window(
        Lag("closing_minor"), partition_by=["party", "currency"], order_by=F("number").asc()
    )
    rows = Statement.objects.defer("document").annotate(before=Coalesce(before, 0))
    for row in rows.filter(~Q(opening_minor=F("before"))).order_by("number")[:1]:
        sentence = f"opens with {row.opening_minor}, the one before closed with {row.before}."
        yield Fault(invariant="statements chain", row=str(row), sentence=sentence)


def _statements_hold_every_line() -> Iterator[Fault]:
    closed = PeriodClose.objects.values("period")
    counted = AllocationLine.objects.filter(period__in=closed).exclude(SPENT_BY_FUND)
    groups = counted.order_by("period", "party", "currency")
    sums = {
        (period, party, currency): units
        for period, party, currency, units in groups.values_list(
            "period", "party", "currency"
        ).annotate(units=Sum("units_minor"))
    }
    for page in pages(Statement.objects.defer("document")):
        for row in page:
            lines = sums.pop((row.period, row.party, row.currency), 0)
            if lines != row.subtotal_minor:
                sentence = f"says {row.subtotal_minor}, its lines sum to {lines}."
                yield Fault(invariant="statement equals its lines", row=str(row), sentence=sentence)
    for key, units in sums.items():
        yield Fault(
            invariant="statement equals its lines",
            row=" ".join(key),
            sentence=f"lines of {units} are on no statement.",
        )


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _statements_are_as_frozen,
    _statements_follow_from_their_sums,
    _statements_are_numbered,
    _statements_chain,
    _statements_hold_every_line,
)
