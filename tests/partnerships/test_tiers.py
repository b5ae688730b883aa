"""Which tier deliveries reach: pure, by the scheme alone."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.recognition import NOW, tiers_text
from fairgate.documents import DocumentErrors
from fairgate.money import Money
from partnerships import rules, tiers_file
from partnerships.data import Counted, Scheme
from partnerships.exceptions import AwardRefused

SCHEME = tiers_file.read(tiers_text(), file="tiers")


def given_(amount: str, currency: str = "USD", kind: str = "cash") -> Counted:
    return Counted(record=UUID(int=1), kind=kind, amount=Money(amount, currency))


deliveries = st.lists(
    st.builds(
        Counted,
        record=st.uuids(),
        kind=st.sampled_from(["cash", "in_kind"]),
        amount=st.builds(
            Money.from_minor, st.integers(0, 10**9), st.sampled_from(["USD", "EUR", "JPY"])
        ),
    ),
    max_size=8,
)


def place(found) -> int:
    return -1 if found.tier is None else [one.code for one in SCHEME.tiers].index(found.tier.code)


@given(deliveries, deliveries)
def test_one_more_delivery_never_lowers_the_tier(some, more):
    less, all_of_it = rules.reached(SCHEME, some), rules.reached(SCHEME, some + more)

    assert all_of_it.worth >= less.worth
    assert place(all_of_it) >= place(less)


@given(deliveries)
def test_the_order_of_deliveries_does_not_matter(some):
    assert rules.reached(SCHEME, some) == rules.reached(SCHEME, some[::-1])


@given(deliveries)
def test_a_tier_is_reached_exactly_when_its_threshold_is(some):
    found = rules.reached(SCHEME, some)

    over = [tier for tier in SCHEME.tiers if found.worth >= tier.threshold]
    assert found.tier == (over[-1] if over else None)


@pytest.mark.parametrize(
    ("amount", "code"),
    [("9999.99", None), ("10000.00", "SILVER"), ("19999.99", "SILVER"), ("20000.00", "GOLD")],
)
def test_exactly_the_threshold_is_enough_and_one_cent_less_is_not(amount, code):
    found = rules.reached(SCHEME, [given_(amount)]).tier

    assert (found.code if found else None) == code


def test_of_things_the_declared_share_counts():
    assert rules.reached(SCHEME, [given_("7800.00", kind="in_kind")]).worth == Money("3900", "USD")


def test_another_currency_counts_by_the_declared_rate_rounded_down():
    assert rules.reached(SCHEME, [given_("0.01", "EUR")]).worth == Money("0.01", "USD")
    assert rules.reached(SCHEME, [given_("100.01", "EUR")]).worth == Money("125.01", "USD")


def test_a_currency_without_a_rate_does_not_count_and_is_named():
    found = rules.reached(SCHEME, [given_("900000", "JPY"), given_("10000.00")])

    assert (found.worth, found.uncounted) == (Money("10000", "USD"), ("JPY",))


def test_what_a_scheme_says_is_read_as_it_is_written():
    assert (
        Scheme(
            currency="USD",
            in_kind_percent=50,
            rates=(("EUR", Decimal("1.25")),),
            valid_from=date(2026, 10, 1),
            valid_until=None,
            tiers=SCHEME.tiers,
        )
        == SCHEME
    )
    assert [(one.code, str(one.emblem), dict(one.names)["fr"]) for one in SCHEME.tiers] == [
        ("SILVER", "silver", "Partenaire d’argent"),
        ("GOLD", "gold", "Partenaire d’or"),
    ]


TIER = '\n  - {code: A, threshold: "1.00", emblem: star, names: {en: A}}'


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tiers": "[]"}, "a list of 1 to 12 tiers"),
        ({"tiers": TIER + TIER}, "is there already"),
        ({"tiers": TIER + TIER.replace("A", "B")}, "not above that of the tier before"),
        ({"tiers": TIER.replace("1.00", "0.00")}, "is above zero"),
        ({"tiers": TIER.replace("1.00", "1.001")}, "threshold"),
        ({"tiers": TIER.replace("star", "crown")}, "none of: bronze"),
        ({"tiers": TIER.replace("en:", "fr:")}, "an English name"),
        ({"tiers": TIER.replace("en:", "tlh:")}, "not a known key"),
        ({"currency": "XXY"}, "currency"),
        ({"in_kind_percent": "101"}, "from 0 to 100"),
        ({"rates": '[{currency: USD, rate: "1"}]'}, "that of the scheme"),
        ({"rates": '[{currency: EUR, rate: "0"}]'}, "above zero"),
        ({"rates": "[{currency: EUR, rate: 1e9}]"}, "rate"),
        ({"valid_from": "2026-02-30"}, "not a day"),
        ({"valid_until": "2026-09-30"}, "before valid_from"),
        ({"surprise": "1"}, "not a known key"),
    ],
)
def test_a_scheme_that_cannot_be_meant_is_refused_with_the_field(changes, sentence):
    with pytest.raises(DocumentErrors, match=sentence):
        tiers_file.read(tiers_text(**changes), file="tiers")


FIRST, LAST = date(2026, 11, 1), date(2027, 10, 31)
SILVER, GOLD = (tier.threshold for tier in SCHEME.tiers)


@pytest.mark.parametrize(
    "other",
    [
        (FIRST, LAST, GOLD),
        (LAST, date(2029, 1, 1), GOLD),
        (date(2025, 1, 1), FIRST, GOLD),
        (FIRST, LAST, Money("100000", "USD")),
        (FIRST, LAST, Money("1", "EUR")),
    ],
)
def test_two_awards_for_a_day_are_refused(other):
    with pytest.raises(AwardRefused, match="for the same days"):
        rules.check_no_double(FIRST, LAST, GOLD, [other])


@pytest.mark.parametrize(
    "other",
    [
        (FIRST, LAST, SILVER),
        (date(2027, 11, 1), date(2028, 1, 1), GOLD),
        (date(2026, 1, 1), date(2026, 10, 31), GOLD),
    ],
)
def test_a_higher_tier_may_be_added_and_the_next_day_is_free(other):
    rules.check_no_double(FIRST, LAST, GOLD, [other])


def test_the_inputs_are_one_text_whatever_their_order():
    some = [given_("1.00"), Counted(record=UUID(int=2), kind="cash", amount=Money("2", "USD"))]

    text = rules.inputs_text("s", FIRST, LAST, NOW, some)

    assert text == rules.inputs_text("s", FIRST, LAST, NOW, some[::-1])
    assert [row[2] for row in json.loads(text)["deliveries"]] == ["1.00", "2.00"]
