"""Where the bars of charts stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenue_share.rules import charts
from revenue_share.rules.charts import Span

UNITS = st.integers(-(10**15), 10**15)
SPANS = st.lists(st.builds(Span, UNITS, UNITS), max_size=20)


def inside(chart):
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= chart.width
        assert 0 <= bar.y <= bar.y + bar.height <= chart.height
    for line in chart.lines:
        assert {0 <= x <= chart.width for x in (line.x1, line.x2)} == {True}
    return True


@given(SPANS, st.booleans())
def test_rows_stay_inside_of_their_drawing(spans, is_joined):
    chart = charts.rows(spans, is_joined=is_joined)
    assert inside(chart)
    assert inside(charts.mirrored(chart))


@given(st.lists(UNITS, max_size=120))
def test_columns_stay_inside_of_their_drawing(values):
    chart = charts.columns(values)
    assert inside(chart)
    assert sum(bar.has_label for bar in chart.bars) <= 4


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=20))
def test_a_larger_amount_has_no_shorter_bar(values):
    bars = charts.rows([Span(0, value) for value in values]).bars
    by_amount = sorted(zip(values, bars, strict=True), key=lambda pair: pair[0])
    widths = [bar.width for _value, bar in by_amount]
    assert widths == sorted(widths)


@given(SPANS)
def test_a_mirrored_drawing_mirrored_again_is_the_first(spans):
    chart = charts.rows(spans)
    assert charts.mirrored(charts.mirrored(chart)) == chart


@given(UNITS, UNITS)
def test_lines_are_few_and_round_and_hold_all_values(one, other):
    # when
    low, high = min(one, other, 0), max(one, other, 0, 1)
    marks = charts.ticks(low, high)

    # then
    assert marks[0] <= low <= 0 < high <= marks[-1]
    assert 0 in marks
    assert len(marks) <= 6
    assert str(marks[1] - marks[0]).rstrip("0") in {"1", "2", "5"}


def test_half_of_an_amount_is_half_as_long():
    whole, half = charts.rows([Span(0, 30_999), Span(0, 15_500)]).bars
    assert whole.width == 288
    assert half.width == 144


def test_what_is_below_zero_lies_on_the_other_side_of_the_line():
    chart = charts.rows([Span(0, 100), Span(0, -100)])
    up, down = chart.bars
    assert down.x + down.width == up.x == chart.lines[0].x1


def test_the_steps_of_a_waterfall_are_joined_where_they_end():
    chart = charts.rows([Span(0, 100), Span(100, 40)], is_joined=True)
    first, second = chart.bars
    assert second.x + second.width == first.x + first.width == chart.lines[1].x1


@pytest.mark.parametrize("draw", [charts.rows, charts.columns])
def test_nothing_at_all_is_drawn_without_bars(draw):
    assert draw([]).bars == ()
