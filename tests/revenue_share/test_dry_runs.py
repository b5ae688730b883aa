"""A closed month under other terms: who would have got what, and nothing is written."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from factories import revenue_share as facts
from fairgate.money import Money
from partnerships import api as partnerships
from revenue_share import api
from revenue_share.data import Part
from revenue_share.exceptions import InvalidPeriod, PeriodNotClosed

pytestmark = pytest.mark.django_db

JANUARY = datetime(2027, 1, 31, 9, tzinfo=UTC)
factory = facts.partnership_factory
OTHER = "course-v1:ATC+ANTENNAS+2026_T4"


def terms_text(**changes) -> str:
    return factory.terms_text(factory.version_text(**changes))


def terms(**changes):
    return partnerships.read_terms(terms_text(**changes), file="TERMS.yaml")


def halves():
    """Half to the partner, half to the platform, nothing to the fund."""
    revenue = factory.REVENUE.replace("fund_percent: 20", "fund_percent: 0")
    return revenue.replace("{GSMA: 45, ATC: 25, PLATFORM: 30}", "{GSMA: 1, PLATFORM: 1}")


def months(done):
    return {party: (str(booked), str(new)) for _currency, party, booked, new in done.sums()}


def rows():
    """Everything that the app has written."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("revenue_share").get_models()
    }


@pytest.fixture
def october(db):
    facts.put_terms_in_force()
    facts.book_october()
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")


def test_under_the_terms_that_were_in_force_nothing_differs(october):
    done = api.dry_run("2026-10", terms())
    assert [line for line in done.lines if line.difference] == []
    assert (done.recomputed, done.as_booked) == (5, 0)
    assert months(done)["GSMA"] == ("USD 91.73", "USD 91.73")


def test_rounding_goes_on_from_what_it_owed_when_the_month_began(october):
    # given: a second month, whose first cents are due to who was owed them by October
    for place in range(7):
        at = datetime(2026, 11, 6, place, tzinfo=UTC)
        api.book_payment(facts.payment(f"N{place}", "10.01", "0.00", "0.59", at), at=at)
    # and: a refund of October that is counted in November, between the others
    late = datetime(2026, 12, 10, tzinfo=UTC)
    api.book_refund(facts.refund("R2", "S3", "34.99", "0.00", "1.19", late), at=late)
    at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    api.book_payment(facts.payment("N8", "10.01", "0.00", "0.59", at), at=late)
    api.close_period("2026-11", at=JANUARY, by="ines")

    # when
    done = api.dry_run("2026-11", terms())

    # then
    assert [line for line in done.lines if line.difference] == []
    assert (done.recomputed, done.as_booked) == (8, 1)


def test_events_of_another_month_between_them_carry_rounding_on(october):
    # given: November was booked while October was open, and the other way round
    facts_of_november = [
        facts.payment(f"N{place}", "10.01", "0.00", "0.59", datetime(2026, 12, place, tzinfo=UTC))
        for place in range(1, 6)
    ]
    for place, sold in enumerate(facts_of_november, start=1):
        api.book_payment(sold, at=sold.paid_at)
        at = datetime(2026, 11, place, tzinfo=UTC)
        api.book_payment(facts.payment(f"O{place}", "7.77", "0.00", "0.59", at), at=sold.paid_at)
    api.close_period("2026-11", at=JANUARY, by="ines")

    # then
    done = api.dry_run("2026-11", terms())
    assert [line for line in done.lines if line.difference] == []
    assert done.recomputed == 5


def test_other_terms_give_other_shares_of_the_same_money(october):
    # when
    done = api.dry_run("2026-10", terms(revenue=halves()))

    # then: 254.80 in all, the refund and its lost fee shared by the same halves
    assert months(done) == {
        "ATC": ("USD 50.96", "USD 0.00"),
        "FUND": ("USD 50.96", "USD 0.00"),
        "GSMA": ("USD 91.73", "USD 127.40"),
        "PLATFORM": ("USD 61.15", "USD 127.40"),
    }
    by_part = {line.part: str(line.proposed) for line in done.of("GSMA", "USD")}
    assert by_part == {Part.SHARE: "USD 139.90", Part.MIRROR: "USD -12.08",
                       Part.LOST_FEE: "USD -0.42"}  # fmt: skip


def test_a_dispute_and_its_end_are_shared_anew_with_their_sale(db):
    # given
    facts.put_terms_in_force()
    api.book_payment(facts.payment("S1", "120.00", "20.00", "3.78"), at=facts.NOON)
    api.book_dispute(facts.dispute(), at=facts.REFUND_DAY)
    won = facts.dispute("won", at=datetime(2026, 11, 9, tzinfo=UTC))
    api.book_dispute(won, at=facts.REFUND_DAY)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # when
    same, other = (api.dry_run("2026-10", one) for one in (terms(), terms(revenue=halves())))

    # then: the dispute's fee is the platform's under both
    assert not any(line.difference for line in same.lines)
    assert months(other)["GSMA"][1] == "USD 48.11"
    assert months(other)["PLATFORM"][1] == "USD 33.11"


def test_what_the_terms_do_not_name_stays_as_it_was_booked(october):
    done = api.dry_run("2026-10", terms(courses=[OTHER], revenue=halves()))
    assert (done.recomputed, done.as_booked) == (0, 5)
    assert not any(line.difference for line in done.lines)


def test_terms_of_another_time_are_taken_when_somebody_says_so(october):
    # given: terms that begin next year
    later = terms(revenue=halves(), valid_from="2027-01-01")

    # then
    assert api.dry_run("2026-10", later).recomputed == 0
    assert api.dry_run("2026-10", later, on_any_day=True).recomputed == 5


def test_what_was_not_allocated_would_have_been(db):
    # given
    api.book_payment(facts.payment("S1", "120.00", "20.00", "3.78"), at=facts.NOON)
    api.book_refund(facts.refund("R1", "S1", "24.00", "4.00", "0.76"), at=facts.REFUND_DAY)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # when
    done = api.dry_run("2026-10", terms(revenue=halves()))

    # then
    assert months(done)[""] == ("USD 76.22", "USD 0.00")
    assert sum((new for *_, new in done.sums()), Money.zero("USD")) == Money("76.22", "USD")


def test_nothing_is_written_and_no_hash_changes(october):
    # given
    before = rows()

    # when
    api.dry_run("2026-10", terms(revenue=halves()))

    # then
    assert rows() == before
    assert before["revenue_share.Statement"]
    assert api.check() == ()


def test_an_advance_is_recouped_as_far_as_it_was_not_before(october):
    # given: 60.00 to the centre before anything is shared
    advance = factory.REVENUE + (
        '    recoupments: [{party: ATC, amount: "60.00", currency: USD}]\n'
    )

    # when
    done = api.dry_run("2026-10", terms(revenue=advance))

    # then
    first = {line.part: line.proposed for line in done.of("ATC", "USD")}[Part.RECOUPED]
    assert first == Money("60.00", "USD")


def test_a_month_that_is_open_is_refused(october):
    with pytest.raises(PeriodNotClosed, match=r"2026-11 is not closed yet; a dry run"):
        api.dry_run("2026-11", terms())
    with pytest.raises(InvalidPeriod):
        api.dry_run("November", terms())


def test_a_closed_month_without_events_has_no_lines(october):
    done = api.dry_run("2026-09", terms())
    assert (done.lines, done.recomputed, done.as_booked) == ((), 0, 0)


# The command


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "terms.yaml"
    path.write_text(terms_text(revenue=halves()))
    return str(path)


def run(*args, **options) -> str:
    out = io.StringIO()
    call_command("revenue_share_dry_run", *args, stdout=out, **options)
    return out.getvalue()


def test_the_command_prints_each_line_and_the_sums(october, file):
    table = list(csv.DictReader(io.StringIO(run("2026-10", terms=file, format="csv"))))
    months = {row["party"]: row for row in table if row["part"] == "month"}
    assert (months["GSMA"]["booked"], months["GSMA"]["proposed"]) == ("91.73", "127.40")
    assert months["GSMA"]["difference"] == "35.67"
    assert {row["part"] for row in table} == {"share", "mirror", "lost_fee", "month"}


def test_the_text_says_that_nothing_is_posted_and_how_rounding_goes_on(october, file):
    text = run("2026-10", terms=file)
    assert text.startswith("2026-10 under other terms; nothing is posted.\n")
    assert "Rounding goes on from what it owed each party when the month began.\n" in text
    assert "    month            91.73          127.40           35.67\n" in text


def test_the_text_tells_the_offerings_of_a_course_apart(october, file):
    told = [
        line for line in run("2026-10", terms=file).splitlines() if line.startswith("    share")
    ]
    table = list(csv.DictReader(io.StringIO(run("2026-10", terms=file, format="csv"))))
    shares = [row for row in table if row["part"] == "share"]

    assert [line.split()[-1] for line in told] == [row["offering"] or "-" for row in shares]


def test_a_month_that_is_none_is_a_fault_of_the_call(october, file):
    with pytest.raises(CommandError, match="is not a month") as error:
        run("2026-1", terms=file)

    assert error.value.returncode == 2


def test_the_command_refuses_a_bad_file_and_an_open_month(october, file, tmp_path: Path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("nothing: here\n")
    with pytest.raises(CommandError, match=r"bad\.yaml") as error:
        run("2026-10", terms=str(bad))
    assert error.value.returncode == 2
    with pytest.raises(CommandError, match="2026-11 is not closed yet") as error:
        run("2026-11", terms=file)
    assert error.value.returncode == 1
