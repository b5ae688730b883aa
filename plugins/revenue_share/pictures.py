"""Charts of reports as they are drawn: places from ``rules.charts``, words from ``wording``.

A picture is an SVG in the page: no script, no other host. Its title and its description are read
aloud in its place; its numbers stand in the table beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from fairgate.money import Money, exponent, total

from . import wording
from . import wording_reports as words
from .data import (
    CostRecovery,
    Dimension,
    FundFlow,
    Report,
    StepKind,
    Waterfall,
    WaterfallStep,
)
from .report_tables import Table, table_of
from .rules import charts
from .rules.charts import Bar, Chart, Line, Span

#: So many bars are looked at; the others are one bar together.
MOST = 12
_LONGEST = 44


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A bar with its words; ``look`` is ``up``, ``down`` or ``level``.

    ``lines`` is its label where there is little room beside other ones: line by line.
    """

    bar: Bar
    label: str
    amount: str
    look: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart with its words. ``anchor`` is where texts beside bars begin to be written."""

    chart: Chart
    bars: tuple[Drawn, ...]
    lines: tuple[tuple[Line, str], ...]
    title: str
    description: str
    is_rtl: bool
    has_columns: bool = False

    @property
    def anchor(self) -> str:
        """Amounts are written from left to right also where the page is not."""
        return "end" if self.is_rtl else "start"


def of_report(report: Report) -> Picture:
    """Months stand beside one another, everything else lies below."""
    title = _("%(what)s, %(span)s, in %(currency)s") % {
        "what": words.dimension(report.dimension),
        "span": words.span(report.first, report.last),
        "currency": report.currency,
    }
    is_by_month = report.dimension is Dimension.MONTH
    rows = _looked_at(report)
    labels = [label for label, _amount in rows]
    amounts = [amount for _label, amount in rows]
    lines = [wording.month_lines(row.key) for row in report.rows] if is_by_month else ()
    chart = (
        charts.columns([amount.minor for amount in amounts])
        if is_by_month
        else charts.rows([Span(0, amount.minor) for amount in amounts])
    )
    return _picture(
        chart,
        labels=labels,
        amounts=amounts,
        looks=["down" if amount.minor < 0 else "up" for amount in amounts],
        title=title,
        description=_described(labels, amounts, report.total.amount),
        lines=lines,
    )


def of_waterfall(fall: Waterfall) -> Picture:
    """One step below the other, each joined to the next."""
    spans = [_span_of(step) for step in fall.steps]
    labels = [words.step(step.kind, step.party) for step in fall.steps]
    amounts = [step.shown for step in fall.steps]
    values = {
        "gross": wording.amount(fall.amount(StepKind.GROSS)),
        "net": wording.amount(fall.amount(StepKind.NET)),
        "left": wording.amount(fall.amount(StepKind.UNALLOCATED)),
    }
    return _picture(
        charts.rows(spans, is_joined=True),
        labels=labels,
        amounts=amounts,
        looks=[_look(step) for step in fall.steps],
        title=_("Where the receipts of %(span)s went, in %(currency)s")
        % {"span": words.span(fall.first, fall.last), "currency": fall.currency},
        description=_(
            "From %(gross)s paid by payers to %(net)s that is shared; %(left)s is not allocated. "
            "The table beside it has every step."
        )
        % values,
    )


def of_fund(flow: FundFlow) -> Picture:
    """What the books say of the fund, and what it says itself, one below the other."""
    title = _("The waiver fund, %(span)s, in %(currency)s")
    description = _("Free now: %(free)s. The table beside it has every number.") % {
        "free": wording.amount(flow.balance.available)
    }
    return _of_table(table_of(flow), title, description)


def of_costs(costs: CostRecovery) -> Picture:
    """What was received, what it cost, and what the platform has of it."""
    title = _("Cost recovery, %(span)s, in %(currency)s")
    description = _(
        "%(costs)s of %(receipts)s received was kept by processors and banks; %(left)s is left of "
        "the platform’s share. The table beside it has every number."
    ) % {
        "costs": wording.amount(costs.costs),
        "receipts": wording.amount(costs.receipts),
        "left": wording.amount(costs.platform_left),
    }
    return _of_table(table_of(costs), title, description)


def _of_table(table: Table, title: str, description: str) -> Picture:
    amounts = [row.amounts[0] for row in table.rows]
    return _picture(
        charts.rows([Span(0, amount.minor) for amount in amounts]),
        labels=[row.label for row in table.rows],
        amounts=amounts,
        looks=["down" if amount.minor < 0 else "up" for amount in amounts],
        title=title % {"span": words.span(table.first, table.last), "currency": table.currency},
        description=description,
    )


def _looked_at(report: Report) -> list[tuple[str, Money]]:
    """The rows that get a bar, the others together: a picture of a thousand bars is none."""
    rows = [(words.key(report.dimension, row.key), row.amount) for row in report.rows]
    if report.dimension is Dimension.MONTH or len(rows) <= MOST:
        return rows
    others = total([amount for _label, amount in rows[MOST - 1 :]], report.currency)
    said = ngettext("%(count)d other", "%(count)d others", len(rows) - MOST + 1)
    return [*rows[: MOST - 1], (said % {"count": len(rows) - MOST + 1}, others)]


def _described(labels: Sequence[str], amounts: Sequence[Money], whole: Money) -> str:
    if not labels:
        return _("There is nothing in these months.")
    largest = max(range(len(labels)), key=lambda place: amounts[place].minor)
    return _(
        "%(total)s in all; the most, %(amount)s, is %(label)s. The table beside it has every row."
    ) % {
        "total": wording.amount(whole),
        "amount": wording.amount(amounts[largest]),
        "label": labels[largest],
    }


def _span_of(step: WaterfallStep) -> Span:
    if step.is_level:
        return Span(0, step.level.minor)
    return Span(step.level.minor - step.amount.minor, step.level.minor)


def _look(step: WaterfallStep) -> str:
    if step.is_level:
        return "level"
    return "up" if step.kind is StepKind.PARTY else "down"


def _picture(
    chart: Chart,
    *,
    labels: Iterable[str],
    amounts: Iterable[Money],
    looks: Iterable[str],
    title: str,
    description: str,
    lines: Sequence[tuple[str, ...]] = (),
) -> Picture:
    """``lines`` are what stands below columns; without it, bars lie below their labels."""
    is_rtl, has_columns = get_language_bidi(), bool(lines)
    placed = charts.mirrored(chart) if is_rtl else chart
    kept = list(amounts)
    currency = kept[0].currency if kept else ""
    below = lines or [()] * len(kept)
    drawn = zip(placed.bars, labels, kept, looks, below, strict=True)
    return Picture(
        chart=placed,
        bars=tuple(
            Drawn(bar=bar, label=_cut(label), amount=wording.figures(amount), look=look, lines=said)
            for bar, label, amount, look, said in drawn
        ),
        lines=tuple(
            (line, _round(line.value, currency) if has_columns and currency else "")
            for line in placed.lines
        ),
        title=title,
        description=description,
        is_rtl=is_rtl,
        has_columns=has_columns,
    )


def _cut(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"


def _round(minor: int, currency: str) -> str:
    """A round amount without decimals that are nothing."""
    whole, rest = divmod(minor, 10 ** exponent(currency))
    if rest:
        return wording.figures(Money.from_minor(minor, currency))
    return wording.number(whole)
