"""Rates: the newest in effect wins, as it was known, and nothing is ever changed backwards."""

from __future__ import annotations

import io
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import permutations
from uuid import UUID

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from factories import rates as files
from factories.kept import ATTEMPTS, rows
from fairgate import clock
from fairgate.documents import DocumentErrors
from fairgate.errors import RowIsKept
from fairgate.money import Money, exponent
from revenue_share import api
from revenue_share.data import Correction, Rate, RateSource
from revenue_share.exceptions import NoRate, RateRefused, SecondPersonNeeded, StepNotFound
from revenue_share.models import FxRate, RateProposal
from revenue_share.rules import rates as rules

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)
CLOSE = datetime(2026, 10, 31, 12, tzinfo=UTC)
KNOWN = datetime(2026, 10, 1, 6, tzinfo=UTC)
LATER = datetime(2026, 11, 20, tzinfo=UTC)


def converted(amount: str, currency: str, to: str, at: datetime = CLOSE) -> str:
    return str(api.convert(Money(amount, currency), to, at=at).converted)


@pytest.fixture
def october():
    files.load(at=KNOWN)


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("amount", "currency", "to", "expected"),
    [
        ("35.02", "EUR", "USD", "USD 40.49"),  # money.md 5.3
        ("91.73", "USD", "CHF", "CHF 73.20"),  # money.md 5.3
        ("35.02", "EUR", "CHF", "CHF 32.31"),  # through USD, rounded once
        ("10.00", "USD", "JPY", "JPY 1,493"),
        ("1493", "JPY", "USD", "USD 10.00"),
        ("100.00", "USD", "KWD", "KWD 30.500"),
        ("7.00", "USD", "USD", "USD 7.00"),
        ("-35.02", "EUR", "USD", "USD -40.49"),
    ],
)
def test_an_amount_is_converted_by_the_un_s_rate_and_rounded_once(amount, currency, to, expected):
    assert converted(amount, currency, to) == expected


@pytest.mark.usefixtures("october")
def test_the_rates_of_a_conversion_are_told():
    through = api.convert(Money("35.02", "EUR"), "CHF", at=CLOSE)
    assert [str(rate) for rate in through.rates] == [
        "1 USD = 0.865 EUR (unore, 2026-10-01)",
        "1 USD = 0.798 CHF (unore, 2026-10-01)",
    ]
    assert api.convert(Money("1.00", "USD"), "USD", at=CLOSE).rates == ()


def test_the_newest_effective_date_wins_and_the_day_counts_whole():
    # given
    files.load(files.unore(files.unore_row("CHF", "0.7", "15 Oct 2026")), at=KNOWN)
    files.load(files.unore(files.unore_row("CHF", "0.9", "01 Oct 2026")), at=KNOWN)

    # then
    before = datetime(2026, 10, 14, 23, 59, 59, tzinfo=UTC)
    assert converted("100.00", "USD", "CHF", at=before) == "CHF 90.00"
    assert converted("100.00", "USD", "CHF", before + timedelta(seconds=1)) == "CHF 70.00"


def test_a_rate_of_a_later_day_is_not_used_though_it_is_known():
    files.load(files.unore(files.unore_row("CHF", "0.7", "01 Nov 2026")), at=KNOWN)
    with pytest.raises(NoRate, match="No rate of USD in CHF is known for 2026-10-31"):
        api.convert(Money("1.00", "USD"), "CHF", at=CLOSE)


@pytest.mark.usefixtures("october")
def test_a_correction_counts_for_what_comes_later_and_never_backwards():
    # when
    done = files.load(files.unore(files.unore_row("CHF", "0.9")), at=CLOSE + timedelta(days=2))

    # then
    assert done.corrections == (
        Correction(currency="CHF", effective_on=OCTOBER, before=Decimal("0.798"),
                   now=Decimal("0.9")),
    )  # fmt: skip
    assert (done.new, done.known) == (0, 0)
    assert converted("91.73", "USD", "CHF", at=CLOSE) == "CHF 73.20"
    assert converted("91.73", "USD", "CHF", at=CLOSE + timedelta(days=3)) == "CHF 82.56"
    assert FxRate.objects.filter(currency="CHF").count() == 2


def test_where_no_rate_was_known_a_correction_counts():
    # given: nothing was known when the statement was closed
    files.load(at=LATER)
    assert converted("91.73", "USD", "CHF", at=CLOSE) == "CHF 73.20"

    # when: and a correction comes later still
    files.load(files.unore(files.unore_row("CHF", "0.9")), at=LATER + timedelta(days=1))

    # then
    assert converted("91.73", "USD", "CHF", at=CLOSE) == "CHF 82.56"


LATE = {
    "first of the month": ("CHF", "0.5", "01 Oct 2026"),
    "put right": ("CHF", "0.8", "01 Oct 2026"),
    "newest": ("CHF", "0.9", "20 Oct 2026"),
    "too late": ("CHF", "0.1", "01 Nov 2026"),
}


@pytest.mark.parametrize(
    "order",
    [one for one in permutations(LATE) if one.index("first of the month") < one.index("put right")],
)
def test_where_no_rate_was_known_the_newest_counts_in_whatever_order_they_are_loaded(order):
    # given: nothing was known when the statement was closed
    for later, name in enumerate(order):
        files.load(files.unore(files.unore_row(*LATE[name])), at=LATER + timedelta(days=later))

    # then
    assert converted("100.00", "USD", "CHF", at=CLOSE) == "CHF 90.00"


def test_a_rate_by_hand_that_was_mistyped_is_put_right_where_none_was_known():
    # given
    for minute, (value, day) in enumerate((("150", "05"), ("160", "05"), ("170", "09"))):
        found = {"rate": Decimal(value), "effective_on": date(2026, 10, int(day))}
        at = LATER + timedelta(minutes=minute)
        api.confirm_rate(propose(currency="JPY", at=at, **found), by=2, at=at)

    # then
    assert converted("1.00", "USD", "JPY", at=datetime(2026, 10, 8, tzinfo=UTC)) == "JPY 160"
    assert converted("1.00", "USD", "JPY", at=datetime(2026, 10, 10, tzinfo=UTC)) == "JPY 170"


@pytest.mark.usefixtures("october")
def test_where_a_rate_was_known_a_newer_one_that_is_loaded_late_changes_nothing():
    files.load(files.unore(files.unore_row("CHF", "0.9", "20 Oct 2026")), at=LATER)
    assert converted("100.00", "USD", "CHF", at=CLOSE) == "CHF 79.80"


@pytest.mark.usefixtures("october")
def test_a_rate_that_is_too_old_is_not_used(settings):
    forty_five_days = datetime(2026, 11, 15, tzinfo=UTC)
    with pytest.raises(NoRate):
        api.convert(Money("1.00", "USD"), "CHF", at=forty_five_days)
    assert converted("1.00", "USD", "CHF", forty_five_days - timedelta(days=1)) == "CHF 0.80"
    settings.REVENUE_SHARE_RATE_DAYS = 60
    assert converted("1.00", "USD", "CHF", forty_five_days) == "CHF 0.80"


def test_the_ecb_s_rates_convert_where_the_site_says_so(settings):
    # given
    settings.REVENUE_SHARE_RATE_SOURCE = "ecb"
    files.load(files.ecb(), source=RateSource.ECB, at=KNOWN)

    # then
    assert converted("100.00", "EUR", "USD") == "USD 108.23"
    assert converted("108.23", "USD", "EUR") == "EUR 100.00"
    assert converted("108.23", "USD", "CHF") == "CHF 93.91"


@pytest.mark.usefixtures("october")
def test_the_rates_of_the_other_source_are_not_mixed_in():
    later = files.ecb(("2026-10-20", (("USD", "9"),)))
    files.load(later, source=RateSource.ECB, at=KNOWN)
    assert converted("35.02", "EUR", "USD") == "USD 40.49"


@pytest.mark.usefixtures("october")
def test_a_file_that_comes_again_does_nothing():
    # given
    before = rows(FxRate)

    # when
    done = files.load(at=LATER)

    # then
    assert (done.new, done.known, done.corrections) == (0, 5, ())
    assert rows(FxRate) == before


@pytest.mark.usefixtures("october")
def test_an_old_file_that_comes_again_does_not_undo_a_correction():
    files.load(files.unore(files.unore_row("CHF", "0.9")), at=CLOSE)
    done = files.load(at=CLOSE + timedelta(days=1))
    assert done.corrections == ()
    assert converted("100.00", "USD", "CHF", at=CLOSE + timedelta(days=2)) == "CHF 90.00"


@pytest.mark.usefixtures("october")
def test_a_file_that_overlaps_adds_only_what_is_new():
    rows_of_two_days = (
        files.unore_row("CHF", "0.798"),
        files.unore_row("CHF", "0.81", "15 Oct 2026"),
    )
    done = files.load(files.unore(*rows_of_two_days), at=CLOSE)
    assert (done.new, done.known, done.corrections) == (1, 1, ())


def test_a_faulty_file_leaves_nothing_behind():
    with pytest.raises(DocumentErrors, match="is not a rate"):
        files.load(files.unore(files.unore_row(), files.unore_row("CHF", "x")))
    assert not FxRate.objects.exists()


def test_a_file_of_a_day_far_ahead_is_refused_whole_with_its_line():
    rows_of_two_days = (
        files.unore_row("CHF", "0.798"),
        files.unore_row("JPY", "150", "01 Oct 2037"),
    )
    with pytest.raises(DocumentErrors, match="2037-10-01 is more than 31 days ahead") as error:
        files.load(files.unore(*rows_of_two_days), at=KNOWN)

    assert error.value.faults[0].line
    assert not FxRate.objects.exists()


@pytest.mark.parametrize(("day", "is_taken"), [("01 Nov 2026", True), ("02 Nov 2026", False)])
def test_a_published_rate_takes_effect_within_31_days(day, is_taken):
    file = files.unore(files.unore_row("CHF", "0.8", day))
    with nullcontext() if is_taken else pytest.raises(DocumentErrors):
        files.load(file, at=KNOWN)

    assert FxRate.objects.exists() is is_taken


def propose(**changes):
    values = {
        "base": "USD", "currency": "CHF", "rate": Decimal("0.8"), "effective_on": OCTOBER,
        "reason": "the UN publishes none", "by": 1, "at": KNOWN, **changes,
    }  # fmt: skip
    base, currency, rate = (values.pop(name) for name in ("base", "currency", "rate"))
    return api.propose_rate(base, currency, rate, **values)


@pytest.mark.usefixtures("october")
def test_a_rate_by_hand_counts_when_a_second_person_confirms_it():
    # given
    uuid = propose(effective_on=date(2026, 10, 20))
    assert converted("100.00", "USD", "CHF") == "CHF 79.80"

    # when
    api.confirm_rate(uuid, by=2, at=CLOSE - timedelta(days=1))

    # then
    assert converted("100.00", "USD", "CHF") == "CHF 80.00"
    assert converted("100.00", "USD", "CHF", at=CLOSE - timedelta(days=2)) == "CHF 79.80"


def test_who_has_entered_a_rate_does_not_confirm_it():
    uuid = propose()
    with pytest.raises(SecondPersonNeeded, match="Another person than who asked"):
        api.confirm_rate(uuid, by=1, at=KNOWN)
    assert not FxRate.objects.exists()


def test_the_database_refuses_a_rate_of_one_person():
    propose()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE revenue_share_rateproposal SET confirmed_by = asked_by, confirmed_at = asked_at"
        )


def test_a_rate_that_was_refused_or_confirmed_is_decided():
    # given
    refused, confirmed = propose(), propose()
    api.refuse_rate(refused, by=2, because="a slip", at=KNOWN)
    api.confirm_rate(confirmed, by=2, at=KNOWN)

    # then
    for uuid in (refused, confirmed):
        with pytest.raises(RateRefused, match="This was decided already"):
            api.confirm_rate(uuid, by=2, at=KNOWN)
        with pytest.raises(RateRefused, match="This was decided already"):
            api.refuse_rate(uuid, by=2, because="no", at=KNOWN)
    assert FxRate.objects.count() == 1


def test_a_rate_is_not_refused_without_a_reason():
    uuid = propose()
    with pytest.raises(RateRefused, match="Please say why"):
        api.refuse_rate(uuid, by=2, because=" ", at=KNOWN)
    assert RateProposal.objects.get().is_waiting


def test_a_rate_that_is_not_there_is_neither_confirmed_nor_refused():
    with pytest.raises(StepNotFound):
        api.confirm_rate(UUID(int=1), by=2, at=KNOWN)


def test_two_rates_by_hand_of_one_day_are_two_revisions():
    for rate in ("0.8", "0.9"):
        api.confirm_rate(propose(rate=Decimal(rate)), by=2, at=KNOWN)
    assert list(FxRate.objects.order_by("revision").values_list("revision", "rate")) == [
        (1, Decimal("0.8")), (2, Decimal("0.9")),
    ]  # fmt: skip
    assert converted("100.00", "USD", "CHF") == "CHF 90.00"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": "  "}, "Please say why"),
        ({"base": "XXX"}, "“XXX” is not a currency code"),
        ({"currency": "chf"}, "“chf” is not a currency code"),
        ({"currency": "USD"}, "A rate is between two currencies"),
        ({"base": "CHF", "currency": "USD"}, "A rate says what one of USD, EUR is worth"),
        ({"rate": Decimal(0)}, "A rate is above zero, with at most 8 decimals"),
        ({"rate": Decimal("-1")}, "A rate is above zero"),
        ({"rate": Decimal("NaN")}, "A rate is above zero"),
        ({"rate": Decimal("Infinity")}, "A rate is above zero"),
        ({"rate": Decimal("0.123456789")}, "A rate is above zero, with at most 8 decimals"),
        ({"rate": Decimal("1E10")}, "A rate is above zero"),
        ({"effective_on": date(2020, 1, 1)}, "from a day within a year of today"),
    ],
)
def test_a_rate_by_hand_that_cannot_be_is_refused(changes, said):
    with pytest.raises(RateRefused, match=said):
        propose(**changes)
    assert not RateProposal.objects.exists()


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=list(ATTEMPTS))
def test_f39_a_rate_is_neither_changed_nor_deleted(attempt):
    before = rows(FxRate)
    with pytest.raises(RowIsKept), transaction.atomic():
        attempt(FxRate)
    assert rows(FxRate) == before


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE revenue_share_fxrate SET rate = 0",
        "UPDATE revenue_share_fxrate SET currency = base",
        "UPDATE revenue_share_fxrate SET source = 'manual'",
        "UPDATE revenue_share_fxrate SET currency = 'EUR'",
    ],
)
def test_the_database_holds_what_a_rate_is(statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


values = st.decimals("0.00000001", "9999", places=8)


def rate(base: str, currency: str, value: Decimal) -> Rate:
    return Rate(id=1, source=RateSource.UNORE, base=base, currency=currency,
                effective_on=OCTOBER, rate=value, recorded_at=KNOWN)  # fmt: skip


@given(st.integers(-(10**10), 10**10), values, st.sampled_from(["CHF", "JPY", "KWD"]))
def test_a_conversion_is_what_decimal_says_rounded_half_up(minor, value, currency):
    amount = Money.from_minor(minor, "USD")
    with localcontext(prec=60):
        exact = amount.amount * value
        expected = exact.quantize(Decimal(1).scaleb(-exponent(currency)), ROUND_HALF_UP)
    assert rules.convert(amount, currency, [rate("USD", currency, value)]).amount == expected


@given(st.integers(-(10**9), 10**9), values)
def test_a_conversion_back_is_within_half_a_unit_of_the_larger_step(minor, value):
    amount = Money.from_minor(minor, "USD")
    there = rules.convert(amount, "CHF", [rate("USD", "CHF", value)])
    back = rules.convert(there, "USD", [rate("USD", "CHF", value)])
    assert abs(back.minor - minor) <= 1 / value / 2 + 1


def test_rates_that_lead_nowhere_are_a_mistake_of_the_caller():
    one = rate("USD", "CHF", Decimal("0.8"))
    with pytest.raises(ValueError, match="does not convert EUR"):
        rules.convert(Money("1.00", "EUR"), "CHF", [one])
    with pytest.raises(ValueError, match="lead to CHF, not to JPY"):
        rules.convert(Money("1.00", "USD"), "JPY", [one])


@pytest.fixture
def on_close_day():
    clock.use(lambda: CLOSE)
    yield
    clock.use(None)


def command(path, source: str = "unore") -> str:
    out = io.StringIO()
    call_command("revenue_share_rates", str(path), source=source, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("on_close_day")
def test_the_command_loads_a_file_and_says_what_was_new(tmp_path):
    # given
    first, second = tmp_path / "october.xml", tmp_path / "corrected.xml"
    first.write_bytes(files.unore())
    second.write_bytes(files.unore(files.unore_row("CHF", "0.9"), files.unore_row("CYP", "0.5")))

    # then
    assert command(first) == "5 new rates, 0 known, 0 corrections.\n"
    assert command(first) == "0 new rates, 5 known, 0 corrections.\n"
    assert command(second).splitlines() == [
        "corrected: CHF of 2026-10-01 was 0.798, is 0.9 from now on",
        "left out, no currency of ours: CYP",
        "0 new rates, 0 known, 1 correction.",
    ]


@pytest.mark.usefixtures("on_close_day")
def test_the_command_refuses_a_bad_file_with_exit_code_two(tmp_path):
    bad = tmp_path / "bad.xml"
    bad.write_bytes(files.unore(files.unore_row(rate="x")))
    with pytest.raises(CommandError, match=r"bad\.xml, line 11, rate: “x” is not") as refused:
        command(bad)
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="cannot be read: No such file") as refused:
        command(tmp_path / "none.xml")
    assert refused.value.returncode == 2
    assert not FxRate.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REVENUE_SHARE_RATE_SOURCE", "imf"),
        ("REVENUE_SHARE_RATE_SOURCE", "manual"),
        ("REVENUE_SHARE_RATE_DAYS", 0),
        ("REVENUE_SHARE_RATE_DAYS", "45"),
        ("REVENUE_SHARE_RATE_DAYS", True),
    ],
)
def test_a_setting_with_which_nothing_is_converted_is_told_at_start_up(settings, name, value):
    assert "revenue_share.E001" not in {found.id for found in run_checks(tags=["fairgate"])}
    setattr(settings, name, value)
    assert "revenue_share.E001" in {found.id for found in run_checks(tags=["fairgate"])}
