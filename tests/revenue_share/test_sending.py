"""Statements that are sent together do what they do one after the other, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from fairgate_tables import sending
from fairgate_tables.inserting import Into
from fairgate_tables.sending import Statement, send
from revenue_share.models import PartyRollup, PeriodClose

pytestmark = pytest.mark.django_db

CLOSES = Into(PeriodClose, "period", "closed_at", "closed_by")
SUMS = Into(
    PartyRollup, "key", "period", "party", "currency", "part", "sale_period", "course_key",
    "offering_code", "agreement", "version", "minimum_payout_minor", "hold_ends_at", "events",
    "base_minor", "units_minor",
)  # fmt: skip
AT = datetime(2026, 11, 1, 12, 30, 15, 250_000, tzinfo=UTC)


def said(value):
    """What the database reads where this value stands."""
    (answer,) = send([Statement("SELECT %s", [value])])
    return answer.rows[0][0]


def sums_row(units, party="GSMA", key="k"):
    return (key, "2026-10", party, "USD", "share", "2026-10", "C", "O", "A", 1, None, AT, 1, units,
            units)  # fmt: skip


def test_answers_come_in_the_order_of_the_statements():
    answers = send([Statement("SELECT %s, %s", [1, "a"]), Statement("SELECT %s", [2])])

    assert [list(map(tuple, answer.rows)) for answer in answers] == [[(1, "a")], [(2,)]]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_any_text_is_a_value_and_never_a_part_of_the_statement(text):
    assert said(text) == text


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE x; --", "%s %(a)s 100%", "\\' OR 1=1", '";', "a\nb\r\t", "／；'"]
)
def test_what_looks_like_a_statement_is_a_value(text):
    first, second = send([Statement("SELECT %s", [text]), Statement("SELECT %s", [text])])

    assert first.rows[0][0] == second.rows[0][0] == text


@pytest.mark.parametrize("value", [0, -1, 10**18, True, None])
def test_numbers_and_nothing_are_what_they_are(value):
    assert said(value) == value


def test_new_rows_tell_their_numbers_in_their_order():
    rows = [(f"2026-{month:02d}", AT, "ines") for month in (3, 1, 2)]

    numbers = [one for answer in send(CLOSES.numbered(rows)) for one in answer.numbers]

    found = dict(PeriodClose.objects.values_list("pk", "period"))
    assert [found[number] for number in numbers] == ["2026-03", "2026-01", "2026-02"]
    assert PeriodClose.objects.filter(closed_at=AT).count() == 3


def test_rows_that_are_there_are_added_to_and_others_made():
    fields = ("events", "base_minor", "units_minor")
    send(SUMS.adding_up([sums_row(5)], field="key", sums=fields))

    send(SUMS.adding_up([sums_row(-7), sums_row(3, "ATC", "l")], field="key", sums=fields))

    found = PartyRollup.objects.order_by("key").values_list("party", "events", "units_minor")
    assert list(found) == [("GSMA", 2, -2), ("ATC", 1, 3)]


def test_what_fails_in_the_middle_raises_and_nothing_after_it_is_done():
    once, other = (CLOSES.statements([(period, AT, "ines")]) for period in ("2026-01", "2026-02"))
    again = CLOSES.statements([("2026-01", AT, "ines")])

    with pytest.raises(IntegrityError), transaction.atomic():
        send([*once, *again, *other])

    assert not PeriodClose.objects.exists()
    assert said(1) == 1


def test_a_statement_that_cannot_be_read_is_an_error_of_the_database():
    with pytest.raises(DatabaseError), transaction.atomic():
        send([Statement("SELECT %s", [1]), Statement("FROM %s SELECT", [2])])
    assert said(3) == 3


def test_very_many_rows_are_sent_in_several_packets(monkeypatch):
    monkeypatch.setattr(sending, "_MOST_VALUES", 7)
    rows = [(f"{year}-01", AT, "ines") for year in range(2000, 2010)]

    numbers = [
        number
        for answer in send([one for row in rows for one in CLOSES.numbered([row])])
        for number in answer.numbers
    ]

    assert len(set(numbers)) == PeriodClose.objects.count() == 10


def test_columns_are_named_all_or_the_rows_are_refused():
    with pytest.raises(TypeError, match="closed_by"):
        Into(PeriodClose, "period", "closed_at")


@pytest.mark.mariadb
def test_the_ways_to_the_server_are_as_many_as_the_packets(django_assert_num_queries):
    assert sending._takes_several(connection)
    with django_assert_num_queries(1):
        send([Statement("SELECT 1"), Statement("SELECT 2"), Statement("SELECT 3")])
