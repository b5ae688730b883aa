"""Disputes and bundles of a file: the sample of the documentation, and what the books say."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import revenue_share as facts
from fairgate.documents import (
    LONGEST_LINE,
    MOST_FAULTS,
    DocumentError,
    DocumentErrors,
    Faults,
    each_row,
    read_lines,
)
from fairgate.money import Money
from fee_payments.data import SoldCourse
from partnerships import api as partnerships
from revenue_share import api
from revenue_share.data import EventLine, Part
from revenue_share.events_file import FileEvent, read_events
from revenue_share.models import AllocationLine
from revenue_share.replay import Unallocated, replaying

PAGE = Path(__file__).parents[2] / "docs/references/events-csv.md"
HEADER = (
    "event,kind,sale,occurred_at,course,currency,gross,tax,processor_fee,dispute,dispute_fee,weight"
    "\n"
)
COURSE, OTHER = facts.COURSE, "course-v1:ATC+ANTENNAS+2026_T4"
PARTIES = ("FUND", "GSMA", "ATC", "PLATFORM")


def sample(kind: str) -> str:
    return re.search(rf"```{kind}\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]


def row(
    name, kind, at, *, sale="", course=COURSE, gross="", tax="", fee="", dispute="", charged=""
):
    return f"{name},{kind},{sale},{at},{course},USD,{gross},{tax},{fee},{dispute},{charged},\n"


SALE = row("S2", "sale", "2026-10-13T14:00:00Z", gross="120.00", tax="0.00", fee="3.78")
BUNDLE = row(
    "S2", "sale", "2026-10-13T14:00:00Z", course="", gross="120.00", tax="0.00", fee="3.78"
)


def opened(gross="120.00", charged="15.00", at="2026-12-20T09:00:00Z", **more):
    return row("D1", "dispute_opened", at, gross=gross, charged=charged, **{"sale": "S2", **more})


def decided(kind, at="2026-12-21T09:00:00Z", **more):
    name = f"D1-{kind}-{at}"
    return row(name, f"dispute_{kind}", at, **{"dispute": "D1", **more})


def line_of(sale="S2", course=COURSE, weight="1"):
    return f",bundle_line,{sale},,{course},,,,,,,{weight}\n"


def read(text: str) -> list[FileEvent]:
    with read_events(text.splitlines(keepends=True), file="e.csv") as events:
        return list(events)


def replayed(text: str, terms: str | None = None) -> list[tuple[str, EventLine] | Unallocated]:
    agreed = partnerships.read_terms(terms or sample("yaml"), file="TERMS.yaml")
    with (
        read_events(text.splitlines(keepends=True), file="e.csv") as events,
        replaying(agreed) as replay,
    ):
        return list(replay.lines(events))


def amounts(lines, event, *parts):
    sums = Counter()
    for one in lines:
        if isinstance(one, Unallocated) or one[1].event != event:
            continue
        if not parts or one[1].part in parts:
            sums[one[0]] += one[1].amount.minor
    return tuple(str(Money.from_minor(sums[party], "USD").amount) for party in PARTIES)


def test_the_sample_of_the_documentation_gives_the_numbers_beside_it():
    lines = replayed(sample("csv"))
    assert amounts(lines, "D1", Part.MIRROR) == ("-23.24", "-41.84", "-23.25", "-27.89")
    assert amounts(lines, "D1", Part.LOST_FEE) == ("-0.76", "-1.36", "-0.75", "-0.91")
    assert amounts(lines, "D1", Part.DISPUTE_FEE) == ("0.00", "0.00", "0.00", "-15.00")
    assert amounts(lines, "D1-lost") == ("0.00", "0.00", "0.00", "0.00")
    assert amounts(lines, "D1-won") == ("24.00", "43.20", "24.00", "43.80")


def test_the_sample_is_played_by_the_command(tmp_path: Path):
    # given
    (tmp_path / "events.csv").write_text(sample("csv"))
    (tmp_path / "terms.yaml").write_text(sample("yaml"))
    out = io.StringIO()

    # when
    files = (str(tmp_path / "events.csv"), str(tmp_path / "terms.yaml"))
    call_command("revenue_share_replay", files[0], terms=files[1], format="csv", stdout=out)

    # then
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    months = {
        row["party"]: row["amount"]
        for row in rows
        if (row["row"], row["period"], row["part"]) == ("statement", "2026-10", "month")
    }
    assert months == {"FUND": "50.96", "GSMA": "91.73", "ATC": "50.96", "PLATFORM": "61.15"}
    assert "D1-won" in {row["event"] for row in rows}


def test_a_dispute_that_is_won_without_its_fee_leaves_the_fee_and_nothing_else():
    lines = replayed(HEADER + SALE + opened() + decided("won"))
    taken, again = amounts(lines, "D1"), amounts(lines, "D1-won-2026-12-21T09:00:00Z")
    left = [Decimal(one) + Decimal(other) for one, other in zip(taken, again, strict=True)]
    assert left == [0, 0, 0, Decimal("-15.00")]


def test_a_bundle_is_shared_by_course_each_under_its_own_terms():
    text = HEADER + line_of(weight="9000") + BUNDLE + line_of(course=OTHER, weight="3000")
    lines = replayed(text)
    gave = {(party, line.course_key): line.amount.minor for party, line in lines}
    assert gave["ATC", OTHER] + gave["FUND", OTHER] == 3_000 - 94
    assert sum(gave.values()) == 12_000 - 378


def test_a_course_of_a_bundle_without_terms_is_not_allocated_alone():
    free = "course-v1:NO+TERMS+1"
    lines = replayed(HEADER + BUNDLE + line_of() + line_of(course=free))
    alone = [one for one in lines if isinstance(one, Unallocated)]
    assert [(one.course, str(one.amount), one.is_beyond) for one in alone] == [
        (free, "USD 58.11", False)
    ]


def test_what_a_refund_and_a_dispute_take_beyond_the_sale_is_not_allocated():
    back = row("R1", "refund", "2026-11-05T10:00:00Z", sale="S2", gross="20.00")
    lines = replayed(HEADER + SALE + back + opened())
    beyond = [one for one in lines if isinstance(one, Unallocated)]
    assert [(str(one.amount), one.is_beyond) for one in beyond] == [("USD -20.00", True)]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (SALE + opened(sale="S9"), "line 3, sale: no sale “S9” comes before this dispute."),
        (SALE + opened(at="2026-10-01T00:00:00Z"), "line 3, sale: no sale “S2” comes before this"),
        (SALE + opened(gross="120.01"), "line 3, gross: the sale brought only USD 120.00."),
        (SALE + opened(gross=""), "line 3, gross: “” is not an amount; write it like 49.00."),
        (SALE + opened(charged="-1.00"), "line 3, dispute_fee: an amount is not negative."),
        (SALE + opened(tax="1.00"), "line 3, tax: of a dispute follows from its sale; leave it"),
        (SALE + opened(fee="1.00"), "line 3, processor_fee: of a dispute follows from its sale;"),
        (SALE + opened(dispute="D1"), "line 3, dispute: is for disputes that are decided; leave"),
        (SALE + opened(course=OTHER), f"line 3, course: the sale is of {COURSE}."),
        (SALE + decided("lost", dispute=""), "line 3, dispute: what is decided names its dispute"),
        (SALE + decided("lost"), "line 3, dispute: no dispute “D1” was opened before this."),
        (SALE + opened() + decided("won", at="2026-12-19T00:00:00Z"), "line 4, dispute: no disp"),
        (SALE + opened() + decided("won", sale="S3"), "line 4, sale: the dispute is about S2."),
        (SALE + opened() + decided("won", gross="1.00"), "line 4, gross: of a decision is that of "
         "its dispute: leave it blank, or write 120.00."),
        (SALE + opened() + decided("won") + decided("won", at="2026-12-22T00:00:00Z"),
         "line 5, kind: “D1” is decided like this already."),
        (SALE + opened().replace("dispute_opened", "refund"),
         "line 3, dispute_fee: is for disputes; leave it blank."),
        (BUNDLE, "line 2, course: a sale needs a course, or lines of a bundle (bundle_line)"),
        (SALE + line_of(), f"line 3, sale: the sale “S2” is of {COURSE}."),
        (line_of("S9"), "line 2, sale: there is no sale “S9”."),
        (BUNDLE + line_of("") + line_of(), "line 3, sale: a line of a bundle names its sale."),
        (BUNDLE + line_of() + line_of(), f"line 4, course: “{COURSE}” is in the bundle “S2” alre"),
        (BUNDLE + line_of(course=""), "line 3, course: every event needs a course."),
        (BUNDLE + line_of(course="x"), "line 3, course: “x” is not the key of a course run."),
        (BUNDLE + line_of(weight="0"), "line 3, weight: “0” is not a whole number from 1 to"),
        (BUNDLE + line_of(weight="1.5"), "line 3, weight: “1.5” is not a whole number from 1 to"),
        (BUNDLE + line_of() + opened(), "line 4, course: the sale is of a bundle; leave it blank."),
        (BUNDLE + "B1,bundle_line,S2,,x,USD,,,,,,1\n", "line 3, event: is for events; leave it"),
        (SALE.replace(",\n", ",9\n"), "line 2, weight: is for lines of a bundle; leave it blank."),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_line_and_field(rows, sentence):
    with pytest.raises(DocumentErrors) as error:
        read(HEADER + rows)
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    "rows",
    [
        "x,y\n" * 2_000,
        "x\n" * 2_000 + SALE.replace("USD", "XXX") * 2_000,
        SALE.replace("USD", "XXX") * 2_000,
        "".join(f"B{n},sale,,2026-10-01T00:00:00Z,,USD,10,0,0,,,\n" for n in range(2_000)),
    ],
    ids=["too short", "too short or bad", "bad", "of no course, which is seen at the end"],
)
def test_of_very_many_faults_the_first_are_named(rows):
    with pytest.raises(DocumentErrors) as error:
        read(HEADER + rows)
    assert len(error.value.faults) == MOST_FAULTS


def test_a_long_file_of_bad_rows_is_not_read_to_its_end():
    taken = 0

    def lines():
        nonlocal taken
        yield HEADER
        for taken in range(1, 1_000_000):  # noqa: B007 - it tells how far it was read
            yield "x,y\n"

    with pytest.raises(DocumentErrors), read_events(lines(), file="EVENTS.csv"):
        pass
    assert taken == MOST_FAULTS


# A long file


def test_rows_are_read_one_by_one():
    # given
    taken: list[str] = []

    def lines():
        for line in (HEADER, *[SALE] * 1_000):
            taken.append(line)
            yield line

    # when
    with Faults("e.csv") as faults:
        names = HEADER.strip().split(",")
        rows = each_row(lines(), file="e.csv", columns=names, faults=faults)
        first = next(rows)

    # then
    assert (first["event"], len(taken)) == ("S2", 2)


def test_lines_are_handed_out_before_the_next_event_is_taken():
    # given
    taken: list[str] = []
    sales = read(HEADER + "".join(SALE.replace("S2", f"S{place}") for place in range(50)))

    def events():
        for one in sales:
            taken.append(one.event)
            yield one

    # when
    terms = partnerships.read_terms(sample("yaml"), file="TERMS.yaml")
    with replaying(terms) as replay:
        next(replay.lines(events()))

    # then
    assert taken == ["S0"]


def test_a_file_is_read_line_by_line_whatever_its_length(tmp_path: Path):
    # given: more than any text that is read whole may have
    events = tmp_path / "events.csv"
    events.write_text(HEADER + SALE * 70_000)

    # when
    lines = read_lines(events)

    # then
    assert events.stat().st_size > 5 * 1024 * 1024
    assert (next(lines), next(lines)) == (HEADER, SALE)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a" * (LONGEST_LINE + 1), "e.csv, line 1: is longer than 64 KB; is there no end of a li"),
        (b"a\n\xff\n", "e.csv, line 2: is not UTF-8 text."),
        (b"a\nb\0\n", "e.csv, line 2: holds a NUL character."),
        (b"PK\x03\x04", "e.csv: is a spreadsheet or another ZIP archive"),
    ],
)
def test_what_is_no_text_is_refused_at_its_line(tmp_path: Path, monkeypatch, content, sentence):
    monkeypatch.chdir(tmp_path)
    Path("e.csv").write_bytes(content)
    with pytest.raises(DocumentError) as error:
        list(read_lines("e.csv"))
    assert sentence in str(error.value)


# What the books say


@pytest.mark.django_db
@pytest.mark.parametrize("course", ["one", "bundle"])
def test_the_books_and_the_replay_say_the_same_of_refunds_and_disputes(course):
    # given: refunded in part, disputed, lost, won and lost again
    factory = facts.partnership_factory
    half = factory.REVENUE.replace("fund_percent: 20", "fund_percent: 50")
    other = factory.version_text(agreement="ANTENNAS", courses=[OTHER], revenue=half)
    text = factory.terms_text(factory.version_text(), other)
    factory.put_in_force(text)
    sold = facts.payment("S2", "120.00", "20.00", "3.78")
    rows = [
        row(
            "S2",
            "sale",
            f"{facts.NOON:%Y-%m-%dT%H:%M:%SZ}",
            gross="120.00",
            tax="20.00",
            fee="3.78",
        )
    ]
    key = COURSE
    if course == "bundle":
        courses = (
            SoldCourse(course_key=COURSE, weight=9_000), SoldCourse(course_key=OTHER, weight=3_000)
        )  # fmt: skip
        sold, key = replace(sold, course_key="", courses=courses), ""
        rows[0] = rows[0].replace(COURSE, "")
        rows += [line_of(weight="9000"), line_of(course=OTHER, weight="3000")]
    rows.append(row("R1", "refund", "2026-11-05T10:00:00Z", sale="S2", gross="25.00", course=key))
    rows.append(opened(course=key))
    moments = [
        ("lost", "2026-12-21T09:00:00Z", "15.00"), ("won", "2027-01-10T09:00:00Z", "5.00"),
        ("lost", "2027-02-10T09:00:00Z", "20.00"),
    ]  # fmt: skip
    rows += [decided(kind, at, charged=fee, course=key) for kind, at, fee in moments]

    # when
    api.book_payment(sold, at=facts.NOON)
    events = read(HEADER + "".join(rows))
    api.book_refund(
        facts.refund("R1", "S2", "25.00", str(events[1].tax.amount), str(events[1].fee.amount)),
        at=facts.REFUND_DAY,
    )
    at = datetime(2026, 12, 20, 9, tzinfo=UTC)
    api.book_dispute(facts.dispute(of=("S2",), at=at), at=at)
    for kind, told, fee in moments:
        moment = datetime.fromisoformat(told)
        told_as = facts.dispute(kind, ("S2",), "120.00", fee, moment, opened_at=at)
        api.book_dispute(told_as, at=moment)

    # then
    booked = Counter()
    for party, part, units in AllocationLine.objects.values_list("party", "part", "units_minor"):
        booked[party, part] += units
    shared = Counter()
    for one in replayed(HEADER + "".join(rows), text):
        if not isinstance(one, Unallocated):
            shared[one[0], one[1].part.value] += one[1].amount.minor
    assert +shared == +booked
    assert -shared == -booked
    assert api.check() == ()


@given(
    gross=st.integers(1, 100_000),
    fee=st.integers(0, 2_000),
    back=st.integers(1, 100),
    states=st.lists(st.sampled_from(["lost", "won"]), max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_what_parties_have_after_a_dispute_is_what_came_less_what_went(gross, fee, back, states):
    # given
    fee = min(fee, gross)
    rest = Money.from_minor(gross, "USD").amount
    rows = row("S2", "sale", "2026-10-13T14:00:00Z", gross=f"{rest}", tax="0.00",
               fee=f"{Money.from_minor(fee, 'USD').amount}")  # fmt: skip
    part = Money.from_minor(max(gross * back // 100, 1), "USD").amount
    rows += opened(gross=f"{part}")
    last, number = "opened", 0
    for state in states:
        if state != last:
            number += 1
            rows += decided(state, f"2027-01-{number:02d}T00:00:00Z")
        last = state

    # when
    lines = replayed(HEADER + rows)

    # then: the dispute's fee stays with who charged it, whatever was decided
    has = sum(one[1].amount.minor for one in lines if not isinstance(one, Unallocated))
    gone = 0 if last == "won" else Money(part, "USD").minor
    assert has == gross - fee - gone - 1_500
