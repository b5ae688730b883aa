"""The command that computes allocations for a file and posts nothing."""

from __future__ import annotations

import csv
import io
import re
from importlib import resources
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from fairgate.documents import DocumentErrors
from revenue_share.events_file import FileEvent, read_events

SHIPPED = resources.files("revenue_share").joinpath("data")
EVENTS = str(SHIPPED / "october-2026.events.csv")
TERMS = str(SHIPPED / "october-2026.terms.yaml")
HEADER = "event,kind,sale,occurred_at,course,currency,gross,tax,processor_fee\n"
COURSE = "course-v1:ATC+SPECTRUM101+2026_T4"


def run(events: str = EVENTS, terms: str = TERMS, **options: str) -> str:
    out = io.StringIO()
    call_command("revenue_share_replay", events, terms=terms, stdout=out, **options)
    return out.getvalue()


def read(text: str) -> list[FileEvent]:
    with read_events(text.splitlines(keepends=True), file="e.csv") as events:
        return list(events)


def sale(name="S1", at="2026-10-06T08:00:00Z", gross="120.00", tax="0.00", fee="0.00", **more):
    cells = {"kind": "sale", "sale": "", "course": COURSE, "currency": "USD", **more}
    return (f"{name},{cells['kind']},{cells['sale']},{at},{cells['course']},{cells['currency']},"
            f"{gross},{tax},{fee}\n")  # fmt: skip


def refund(name="R1", of="S1", at="2026-11-05T10:00:00Z", gross="25.00", tax="", fee="", **more):
    return sale(name, at, gross, tax, fee, **{"kind": "refund", "sale": of, **more})


def statement_sums(text: str) -> dict[tuple[str, str, str], str]:
    rows = csv.DictReader(io.StringIO(text))
    return {
        (row["period"], row["party"], row["part"]): row["amount"]
        for row in rows
        if row["row"] == "statement"
    }


def test_the_october_example_gives_the_numbers_of_the_design():
    sums = statement_sums(run(format="csv"))
    months = {party: sums["2026-10", party, "month"] for party in ("FUND", "GSMA", "ATC")}
    assert months == {"FUND": "50.96", "GSMA": "91.73", "ATC": "50.96"}
    assert sums["2026-10", "PLATFORM", "month"] == "61.15"


def test_the_files_that_the_readme_names_are_in_the_package():
    readme = resources.files("revenue_share").joinpath("README.md").read_text("utf-8")
    (command,) = [
        line
        for line in readme.splitlines()
        if line.startswith("$ python manage.py revenue_share_replay ")
    ]
    named = re.findall(r'"\$data/([^"]+)"', command)
    assert [SHIPPED.joinpath(name).is_file() for name in named] == [True, True]
    assert run(*(str(SHIPPED / name) for name in named)).startswith("Allocations")


def test_the_text_shows_every_allocation():
    text = run()
    assert (
        "  S1           share         GSMA-SPECTRUM v2  GSMA                  34.64 USD\n" in text
    )
    assert (
        "  R1           lost_fee      GSMA-SPECTRUM v2  PLATFORM              -0.20 USD\n" in text
    )
    assert "    month                              91.73\n" in text


def test_it_needs_no_database_and_is_the_same_every_time():
    # a test without a database mark: any query would be an error
    assert run() == run()


def test_a_refund_after_the_close_is_of_an_earlier_month(tmp_path: Path):
    # given: the rest of S3 goes back on 10 December
    events = tmp_path / "events.csv"
    rest = refund("R2", "S3", "2026-12-10T00:00:00Z", "34.99")
    events.write_text(Path(EVENTS).read_text() + rest)

    # when
    sums = statement_sums(run(str(events), format="csv"))

    # then
    assert sums["2026-10", "GSMA", "month"] == "91.73"
    assert sums["2026-11", "GSMA", "month"] == "-12.60"
    assert sums["2026-11", "GSMA", "closing"] == "-12.60"


OTHER_AGREEMENT = """  - agreement: ACADEMY-RADIO
    version: 1
    partner: ATC
    valid_from: 2026-10-01
    courses: ["course-v1:ATC+RADIO+2026"]
    fund_percent: 20
    shares: {ATC: 100}
    basis: net_receipts
    costs: {lost_processor_fee: pro_rata, dispute_fee: PLATFORM}
    hold_days: 30
"""


@pytest.mark.parametrize(
    ("last_day", "payable", "closing"),
    [("2027-09-30", "0.00", "4.32"), ("2026-11-30", "4.32", "0.00")],
)
def test_what_is_carried_stands_in_the_months_of_others_until_terms_end(
    tmp_path: Path, last_day, payable, closing
):
    # given: in October GSMA gets less than its 25.00, and in November others get something
    terms, events = tmp_path / "terms.yaml", tmp_path / "events.csv"
    text = Path(TERMS).read_text().replace("valid_until: 2027-09-30", f"valid_until: {last_day}")
    terms.write_text(text + OTHER_AGREEMENT)
    other = sale("S2", "2026-11-03T08:00:00Z", course="course-v1:ATC+RADIO+2026")
    events.write_text(HEADER + sale(gross="12.00") + other)

    # when
    sums = statement_sums(run(str(events), str(terms), format="csv"))

    # then
    assert sums["2026-10", "GSMA", "closing"] == sums["2026-11", "GSMA", "opening"] == "4.32"
    assert sums["2026-11", "GSMA", "payable"] == payable
    assert sums["2026-11", "GSMA", "closing"] == closing


def test_a_course_without_terms_is_not_allocated_and_said(tmp_path: Path):
    events = tmp_path / "events.csv"
    events.write_text(HEADER + sale(course="course-v1:NO+TERMS+1"))
    assert "not allocated: no terms were in force for course-v1:NO+TERMS+1" in run(str(events))


def test_rows_are_taken_in_the_order_they_happened():
    text = HEADER + refund() + sale()
    assert [one.event for one in read(text)] == ["S1", "R1"]


def test_the_parts_of_a_refund_follow_from_its_sale():
    text = HEADER + sale("S3", gross="59.99", fee="2.04") + refund(of="S3")
    back = read(text)[1]
    assert (str(back.net), str(back.tax), str(back.fee)) == ("USD 24.15", "USD 0.00", "USD 0.85")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (sale(kind="gift"), "e.csv, line 2, kind: “gift” is not sale, refund, dispute_opened, "
         "dispute_lost, dispute_won or bundle_line."),
        (sale(at="2026-10-06"), "e.csv, line 2, occurred_at: “2026-10-06” is not a moment in UTC"),
        (sale(at="2026-02-30T00:00:00Z"), "line 2, occurred_at: “2026-02-30T00:00:00Z” is not"),
        (sale(at="2026-10-06T08:00:00+02:00"), "occurred_at: “2026-10-06T08:00:00+02:00” is not"),
        (sale(at="9999-12-31T23:59:59Z"), "occurred_at: 9999 is not a year from 2000 to 2100."),
        (sale(at="1999-12-31T23:59:59Z"), "occurred_at: 1999 is not a year from 2000 to 2100."),
        (sale() + refund(at="2101-01-01T00:00:00Z"), "line 3, occurred_at: 2101 is not a year"),
        (sale(course="nope"), "line 2, course: “nope” is not the key of a course run."),
        (sale(course="library-v1:A+B"), "line 2, course: “library-v1:A+B” is not the key of a"),
        (sale() + refund(course=f"{COURSE} x"), f"line 3, course: “{COURSE} x” is not the key of"),
        (sale(currency="XXX"), "line 2, currency: “XXX” is not a currency code of ISO 4217."),
        (sale(gross="1.005"), "line 2, gross: 1.005 has more decimals than USD allows (2)."),
        (sale(gross="1e3"), "line 2, gross: “1e3” is not an amount; write it like 49.00."),
        (sale(gross="１２"), "line 2, gross: “１２” is not an amount; write it like 49.00."),
        (sale(gross="NaN"), "line 2, gross: “NaN” is not an amount; write it like 49.00."),
        (sale(gross="-5.00"), "line 2, gross: an amount is more than nothing."),
        (sale(gross="0.00"), "line 2, gross: an amount is more than nothing."),
        (sale(tax="-1.00"), "line 2, tax: an amount is not negative."),
        (sale(tax="121.00"), "line 2, tax: is more than the gross amount."),
        (sale(fee=""), "line 2, processor_fee: “” is not an amount; write it like 49.00."),
        (sale(""), "line 2, event: every event needs a name."),
        (sale(course=""), "line 2, course: every event needs a course."),
        (sale(sale="S0"), "line 2, sale: is for what comes after a sale; leave it blank."),
        (sale() + sale(), "line 3, event: “S1” is on line 2 too."),
        (refund(), "line 2, sale: no sale “S1” comes before this refund."),
        (sale() + refund(at="2026-10-01T00:00:00Z"), "line 3, sale: no sale “S1” comes before"),
        (sale() + refund(gross="120.01"), "line 3, gross: only USD 120.00 of the sale is left."),
        (sale() + refund() + refund("R2", gross="95.01"), "line 4, gross: only USD 95.00 of the"),
        (sale() + refund(currency="EUR"), "line 3, currency: the sale is in USD."),
        (sale() + refund(course="course-v1:A+B+C"), f"line 3, course: the sale is of {COURSE}."),
        (sale(tax="20.00") + refund(tax="0.00"), "tax: of a refund follows from its sale: leave it "
         "blank, or write 4.17."),
        ("S1,sale\n", "e.csv, line 2: has 2 cells, the header has 9."),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_line_and_field(rows, sentence):
    with pytest.raises(DocumentErrors) as error:
        read(HEADER + rows)
    assert sentence in str(error.value)


def test_all_faults_are_named_at_once():
    with pytest.raises(DocumentErrors) as error:
        read(HEADER + sale(gross="x") + sale("S2", currency="usd"))
    assert [fault.line for fault in error.value.faults] == [2, 3]


def test_what_does_not_fit_together_is_named_at_once_with_faulty_cells():
    with pytest.raises(DocumentErrors) as error:
        read(
            HEADER
            + sale(gross="x")
            + sale("S2")
            + refund("R2", gross="120.01", of="S2")
            + refund("R3", of="NONE")
        )
    assert [(fault.line, fault.field) for fault in error.value.faults] == [
        (2, "gross"), (4, "gross"), (5, "sale"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        sale(gross="x") + refund(gross="120.01"),
        sale() + refund(gross="x") + refund("R2", gross="120.01"),
        sale(kind="gift") + refund(),
        sale() + sale() + refund(gross="500.00"),
        "S1,sale\n" + refund(),
    ],
)
def test_what_follows_from_a_faulty_row_is_no_fault_of_its_own(rows):
    with pytest.raises(DocumentErrors) as error:
        read(HEADER + rows)
    assert len(error.value.faults) == 1


@pytest.mark.parametrize("at", ["2000-01-01T00:00:00Z", "2100-12-31T23:59:59Z"])
def test_the_first_and_the_last_moment_of_the_calendar_are_replayed(tmp_path: Path, at: str):
    # given
    terms = tmp_path / "terms.yaml"
    text = Path(TERMS).read_text().replace("2026-10-01", "2000-01-01")
    terms.write_text(text.replace("2027-09-30", "2100-12-31"))
    events = tmp_path / "events.csv"
    events.write_text(HEADER + sale(at=at))

    # when
    sums = statement_sums(run(str(events), str(terms), format="csv"))

    # then
    assert sums[at[:7], "GSMA", "month"] == "43.20"


@pytest.mark.parametrize("broken", ["events", "terms"])
def test_bad_input_ends_with_exit_code_2_and_prints_nothing(tmp_path: Path, broken):
    # given
    bad = tmp_path / "bad.file"
    bad.write_text("nothing: of: the: kind\n")
    files = {"events": EVENTS, "terms": TERMS, broken: str(bad)}
    out = io.StringIO()

    # when
    with pytest.raises(CommandError, match=r"bad\.file") as error:
        call_command("revenue_share_replay", files["events"], terms=files["terms"], stdout=out)

    # then
    assert error.value.returncode == 2
    assert out.getvalue() == ""


def test_two_agreements_for_one_course_on_the_same_days_are_refused(tmp_path: Path):
    # given: the agreement of the example once more, under another name
    text = Path(TERMS).read_text()
    agreement = text[text.index("  - agreement:") :]
    terms = tmp_path / "two.yaml"
    terms.write_text(text + agreement.replace("GSMA-SPECTRUM", "GSMA-AGAIN"))

    # when
    with pytest.raises(CommandError, match=r"two\.yaml, line 26, .*\(line 14\) would") as error:
        run(terms=str(terms))

    # then
    assert error.value.returncode == 2


def test_a_file_that_is_not_there_is_said():
    with pytest.raises(CommandError, match=r"nowhere\.csv: cannot be read") as error:
        run("nowhere.csv")
    assert error.value.returncode == 2


def test_a_name_that_a_spreadsheet_would_run_is_made_inert(tmp_path: Path):
    events = tmp_path / "events.csv"
    events.write_text(HEADER + sale("=1+1"))
    assert "allocation,'=1+1,share" in run(str(events), format="csv")
