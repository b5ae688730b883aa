"""Where the bars of a chart stand: whole units of a drawing that is as wide as a small phone.

Amounts are whole minor units. A drawing begins at its left; for a page that runs from right to left
it is ``mirrored``, so that what comes first is where such a page begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

#: How wide every drawing is, in its own units.
WIDTH = 400
#: What is kept free after the longest bar, for its amount.
_ROOM = 112
_ROW, _BAR, _LABEL = 46, 15, 14
# Columns: their height, what is above them, the room for names of lines, and of months and years.
_HEIGHT, _ABOVE, _SCALE, _BELOW = 170, 12, 92, 42
_LINES = 4
_LABELS = 4


class Span(NamedTuple):
    """From where to where a bar reaches, in minor units; the order does not matter."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar, where the text about it begins, and where its amount is written."""

    x: int
    y: int
    width: int
    height: int
    label_x: int
    label_y: int
    amount_x: int
    amount_y: int
    has_label: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line across the drawing; ``value`` is what it stands for, in minor units."""

    x1: int
    y1: int
    x2: int
    y2: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing: its size, its bars in their order, and its lines."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]


def rows(spans: Sequence[Span], *, is_joined: bool = False) -> Chart:
    """Bars that lie below one another, each under its text; a line stands at zero.

    ``is_joined``: the end of each is joined to the next, as in a waterfall.
    """
    low, high = _reach(spans)
    length = WIDTH - _ROOM

    def place(value: int) -> int:
        return (value - low) * length // (high - low)

    bars, joints = [], []
    for number, span in enumerate(spans):
        left, right = sorted((place(span.begin), place(span.end)))
        top = number * _ROW
        bars.append(
            Bar(
                x=left,
                y=top + _LABEL + 6,
                # What is not nothing is seen.
                width=max(right - left, 1 if span.begin != span.end else 0),
                height=_BAR,
                label_x=0,
                label_y=top + _LABEL,
                amount_x=max(right, place(0)) + 6,
                amount_y=top + _LABEL + 6 + 12,
            )
        )
        if is_joined and number + 1 < len(spans):
            x, y = place(span.end), top + _LABEL + 6 + _BAR
            joints.append(Line(x1=x, y1=y, x2=x, y2=y + _ROW - _BAR, value=span.end))
    height = len(spans) * _ROW
    zero = Line(x1=place(0), y1=0, x2=place(0), y2=height, value=0)
    return Chart(width=WIDTH, height=height, bars=tuple(bars), lines=(zero, *joints))


def columns(values: Sequence[int]) -> Chart:
    """Bars that stand beside one another on lines of round amounts, the first one first.

    Of many, some have a label only: as many as there is room for.
    """
    spans = [Span(0, value) for value in values]
    marks = ticks(*_reach(spans))
    low, high = marks[0], marks[-1]

    def place(value: int) -> int:
        return _ABOVE + (high - value) * _HEIGHT // (high - low)

    band = (WIDTH - _SCALE) // max(len(values), 1)
    every = -(-len(values) // _LABELS)
    bars = []
    for number, value in enumerate(values):
        top, bottom = sorted((place(value), place(0)))
        left = _SCALE + number * band
        bars.append(
            Bar(
                x=left + band // 6,
                y=top,
                width=max(band * 2 // 3, 1),
                height=max(bottom - top, 1 if value else 0),
                label_x=left + band // 6,
                label_y=_ABOVE + _HEIGHT + 18,
                amount_x=left,
                amount_y=top,
                has_label=number % every == 0,
            )
        )
    lines = tuple(
        Line(x1=_SCALE, y1=place(mark), x2=WIDTH, y2=place(mark), value=mark) for mark in marks
    )
    return Chart(width=WIDTH, height=_ABOVE + _HEIGHT + _BELOW, bars=tuple(bars), lines=lines)


def mirrored(chart: Chart) -> Chart:
    """The same drawing from its other side; its texts end where they began."""
    bars = tuple(
        replace(
            bar,
            x=chart.width - bar.x - bar.width,
            label_x=chart.width - bar.label_x,
            amount_x=chart.width - bar.amount_x,
        )
        for bar in chart.bars
    )
    lines = tuple(
        replace(line, x1=chart.width - line.x1, x2=chart.width - line.x2) for line in chart.lines
    )
    return replace(chart, bars=bars, lines=lines)


def ticks(low: int, high: int) -> tuple[int, ...]:
    """Round amounts from below ``low`` to above ``high``, zero among them, a handful of them."""
    step = _round(-(-(high - low) // _LINES))
    first, last = low // step, -(-high // step)
    return tuple(number * step for number in range(first, last + 1))


def _round(least: int) -> int:
    """The smallest 1, 2 or 5 with zeros that is not less."""
    power = 1
    while True:
        for leading in (1, 2, 5):
            if leading * power >= least:
                return leading * power
        power *= 10


def _reach(spans: Sequence[Span]) -> tuple[int, int]:
    """The lowest and the highest value, zero included; never the same, so that one may divide."""
    values = [0, *(span.begin for span in spans), *(span.end for span in spans)]
    low, high = min(values), max(values)
    return (low, high) if high > low else (low, low + 1)
