"""What is taken off a price, and that quote, grant, fund, order and decision agree about it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import fee_payments as shop
from factories import waiver_policy as make
from fairgate.money import CurrencyMismatch, Money
from fairgate.percent import Percent
from fee_payments import api as payments
from fee_payments import models as shop_models
from fee_payments.data import PayerClass
from fee_payments.exceptions import QuoteChanged
from strategies import monies
from waiver_policy import api, models
from waiver_policy.data import NOTHING_OFF, Applicant, Reduction
from waiver_policy.exceptions import AlreadyEligible, KeyReused, PriceNeeded
from waiver_policy.rules.deciding import kept_reduction, restored_reduction
from waiver_policy.selectors import decisions, replaying

prices = monies(st.integers(min_value=0, max_value=10**10))
percents = st.integers(min_value=0, max_value=10_000).map(Percent.from_basis_points)


def usd(text):
    return Money(text, "USD")


@st.composite
def priced(draw):
    """A price, and a reduction in its currency."""
    price = draw(prices)
    amounts = st.integers(min_value=0, max_value=10**10)
    at_most = amounts.map(lambda minor: Money.from_minor(minor, price.currency))
    steps = draw(st.lists(st.one_of(percents, at_most), max_size=4))
    return price, Reduction(tuple(steps))


@given(priced())
def test_the_waived_part_is_never_negative_and_never_more_than_the_price(pair):
    price, reduction = pair
    assert Money.zero(price.currency) <= reduction.of(price) <= price


@given(priced(), percents)
def test_one_more_step_never_leaves_more_to_pay(pair, more):
    price, reduction = pair
    assert reduction.then(Reduction.off(more)).of(price) >= reduction.of(price)


@given(priced())
def test_a_reduction_is_kept_in_json_and_comes_back(pair):
    assert restored_reduction(kept_reduction(pair[1])) == pair[1]


@given(prices, percents)
def test_one_percentage_is_rounded_as_a_percentage_is(price, percent):
    assert Reduction.off(percent).of(price) == percent.of(price)
    assert Reduction.off(percent).part_of(price) == percent


@given(priced(), monies(st.integers(min_value=0, max_value=10**8)))
def test_the_fund_pays_the_part_of_the_cost_that_is_waived_of_the_price(pair, cost):
    price, reduction = pair
    paid = reduction.of_cost(cost, price)
    assert Money.zero(cost.currency) <= paid <= cost
    if reduction.currencies and price:
        exact = cost.minor * Fraction(reduction.of(price).minor, price.minor)
        assert abs(paid.minor - exact) <= Fraction(1, 2)


def test_all_above_a_price_is_waived_and_nothing_below_it():
    fifty = Reduction.down_to(usd("50.00"))
    assert fifty.of(usd("120.00")) == usd("70.00")
    assert fifty.of(usd("50.00")) == usd("0.00")
    assert fifty.of(usd("20.00")) == usd("0.00")


def test_steps_are_rounded_once_at_the_end():
    early_bird = Reduction((Percent(30), Percent(25)))
    assert early_bird.of(usd("99.99")) == usd("47.50")
    assert early_bird.part_of(None) == Percent("47.5")


def test_a_price_in_another_currency_is_no_price():
    fifty = Reduction.down_to(usd("50.00"))
    assert not fifty.applies_to(Money("120.00", "EUR"))
    with pytest.raises(CurrencyMismatch):
        fifty.of(Money("120.00", "EUR"))


def test_half_a_unit_of_the_fund_is_rounded_up():
    # 70 of 120 waived; 15.00 x 7/12 is 8.75, 15.01 x 7/12 is 8.7558…, 0.06 x 7/12 is 0.035.
    fifty = Reduction.down_to(usd("50.00"))
    costs = [fifty.of_cost(usd(cost), usd("120.00")) for cost in ("15.00", "15.01", "0.06")]
    assert costs == [usd("8.75"), usd("8.76"), usd("0.04")]


def test_a_free_course_costs_the_fund_nothing_and_an_unknown_price_is_an_error():
    fifty = Reduction.down_to(usd("50.00"))
    assert fifty.of_cost(usd("15.00"), usd("0.00")) == usd("0.00")
    assert fifty.part_of(None) == fifty.part_of(usd("0.00")) == Percent(0)
    with pytest.raises(ValueError, match="The price is needed"):
        fifty.of_cost(usd("15.00"), None)


EURO = Money("120.00", "EUR")
FIFTY = (
    "  - {label: fifty, when: {in_group: {group: LDC}},"
    ' benefit: {kind: fixed_price, amount: "50.00", currency: USD}}\n'
)
BEST = (
    "  - {label: half, when: {in_group: {group: LDC}}, benefit: {kind: percent_off, percent: 50}}\n"
    + FIFTY
)


@pytest.fixture
def fixed_price():
    make.programme(fund="100.00")
    make.policy(make.policy_text(FIFTY), at=shop.NOON)


@pytest.mark.django_db
class TestAFixedPrice:
    def test_is_the_same_in_quote_grant_fund_order_and_decision(self, fixed_price):
        shop.offering(waivable=True, full_seat_cost=usd("15.00"))
        placed = shop.order(shop.learner(country="UG"))
        line = shop_models.OrderLine.objects.get()
        row = models.WaiverGrant.objects.get(uuid=line.waiver_grant)
        decision = decisions.to_decision(row.decision)
        assert placed.breakdown.waived == usd("70.00")
        assert placed.breakdown.total == usd("50.00")
        assert line.waived_minor == decision.reduction.of(shop.PRICE).minor
        assert decision.percent == Percent("58.33")
        assert line.waived_basis_points == row.percent_bp == 5833
        assert row.cost_minor == line.seat_cost_minor == 875
        assert api.fund_balance("USD").reserved == usd("8.75")
        said = placed.first.explanation
        assert "You pay USD 50.00 of the fee; the rest is waived for you." in said

    def test_replays_to_itself(self, fixed_price):
        api.grant(
            make.applicant(), offering_code=make.COURSE, full_seat_cost=make.SEAT,
            price=shop.PRICE, key="k", at=make.EVE,
        )  # fmt: skip
        row = models.WaiverDecision.objects.get()
        assert replaying.replay(row) == decisions.to_decision(row)

    def test_in_another_currency_goes_to_a_person_and_nothing_is_waived(self, fixed_price):
        shop.offering(waivable=True, prices=(shop.price(EURO),))
        quote = payments.quote(shop.learner(country="UG"), "spectrum", at=shop.NOON)
        assert (quote.waiver.outcome, quote.total) == ("review", EURO)
        assert quote.waiver.reasons[-1].code == "OTHER_CURRENCY"
        assert any("in USD, and this fee is in EUR" in said for said in quote.explanation)

    def test_in_another_currency_can_be_applied_for_as_the_quote_says(self, fixed_price):
        # given
        in_euro = shop.offering(waivable=True, prices=(shop.price(EURO),))
        quote = payments.quote(shop.learner(country="UG"), "spectrum", at=shop.NOON)

        # when
        applied = api.apply(
            make.applicant(1001), offering_code=in_euro.code, note="Please", at=shop.NOON
        )

        # then
        kept = models.WaiverApplication.objects.get(uuid=applied.uuid).decision
        decision = decisions.to_decision(kept)
        assert (decision.outcome, decision.reasons) == ("review", quote.waiver.reasons)
        assert decision.inputs["price"] == [EURO.minor, "EUR"]
        assert replaying.replay(kept) == decision

    def test_in_the_first_of_two_currencies_needs_no_application(self, fixed_price):
        shop.offering(waivable=True, prices=(shop.price(), shop.price(EURO)))
        with pytest.raises(AlreadyEligible):
            api.apply(make.applicant(), offering_code="spectrum", note="Please", at=shop.NOON)

    def test_is_decided_at_the_price_of_who_pays(self, fixed_price):
        of_states = shop.price(EURO, payer_class=PayerClass.MEMBER_STATE)
        shop.offering(waivable=True, prices=(shop.price(), of_states))
        person = make.applicant()
        state = replace(person, payer_class="member_state")
        prices = [
            api.decide(one, offering_code="spectrum", at=shop.NOON).inputs["price"]
            for one in (person, state)
        ]
        assert prices == [[shop.PRICE.minor, "USD"], [EURO.minor, "EUR"]]

    @pytest.mark.parametrize(
        "changes",
        [{"on_sale_until": shop.NOON.date()}, {"prices": ()}],
        ids=["not on sale", "no price"],
    )
    def test_is_decided_without_a_price_where_nobody_is_quoted_one(self, fixed_price, changes):
        shop.offering(waivable=True, **changes)
        decision = api.decide(make.applicant(), offering_code="spectrum", at=shop.NOON)
        assert (decision.outcome, decision.inputs["price"]) == ("granted", None)

    @pytest.mark.parametrize(
        ("door", "person"),
        [(api, make.applicant(1001)), (payments, shop.learner(country="UG"))],
        ids=["policy", "fees"],
    )
    def test_in_another_currency_is_kept_as_it_stands(self, fixed_price, door, person):
        # given
        shop.offering(waivable=True, prices=(shop.price(EURO),))

        # when
        lock = door.keep_price(person, offering_code="spectrum", at=shop.NOON)

        # then
        kept = models.PriceLock.objects.get(uuid=lock.uuid).decision
        assert (kept.outcome, kept.facts.inputs["price"]) == ("review", [EURO.minor, "EUR"])
        assert replaying.replay(kept) == decisions.to_decision(kept)

    def test_is_kept_in_the_currency_that_the_learner_chose(self, fixed_price):
        shop.offering(waivable=True, prices=(shop.price(EURO), shop.price()))
        payments.keep_price(shop.learner(country="UG"), "spectrum", at=shop.NOON, currency="USD")
        kept = models.PriceLock.objects.get().decision
        assert (kept.outcome, kept.facts.inputs["price"]) == ("granted", [shop.PRICE.minor, "USD"])

    def test_is_not_granted_for_a_cost_without_a_price_and_nothing_is_held(self, fixed_price):
        with pytest.raises(PriceNeeded, match="depends on the list price"):
            make.grant()
        assert not models.WaiverGrant.objects.exists()
        assert api.fund_balance("USD").reserved == usd("0.00")

    def test_that_is_not_below_the_fee_is_no_waiver(self, fixed_price):
        shop.offering(waivable=True, prices=(shop.price(usd("50.00")),))
        quote = payments.quote(shop.learner(country="UG"), "spectrum", at=shop.NOON)
        assert (quote.waiver.outcome, quote.waiver.reduction) == ("refused", NOTHING_OFF)

    def test_wins_over_a_percentage_only_where_it_leaves_less_to_pay(self, fixed_price):
        make.policy(make.policy_text(BEST, extra="  stack: {mode: best_of}\n"), at=shop.NOON)
        rules = [
            api.decide(
                make.applicant(), offering_code=make.COURSE, at=make.EVE, price=usd(price)
            ).rule
            for price in ("99.99", "100.00", "100.01")
        ]
        assert rules == ["half", "half", "fifty"]

    def test_is_not_taken_when_the_policy_changed_after_the_quote(self, fixed_price, monkeypatch):
        shop.offering(waivable=True)
        learner = shop.learner(country="UG")
        offer = payments.quote(learner, "spectrum", at=shop.NOON)
        monkeypatch.setattr("fee_payments.services.ordering.quote", lambda *_, **__: offer)
        make.policy(make.policy_text(make.LDC_FREE), at=shop.NOON)
        with pytest.raises(QuoteChanged, match="The waiver has just changed"):
            payments.place_order(learner, "spectrum", key="k", expected=offer.total, at=shop.NOON)
        assert not models.WaiverGrant.objects.exists()
        assert not shop_models.Order.objects.exists()


@pytest.mark.django_db
def test_the_key_of_a_grant_is_refused_for_another_price():
    make.programme()
    wish = {
        "offering_code": make.COURSE, "full_seat_cost": make.SEAT, "key": "k", "at": make.EVE,
    }  # fmt: skip
    first = api.grant(make.applicant(), price=usd("120.00"), **wish)
    assert api.grant(make.applicant(), price=usd("120.00"), **wish) == first
    with pytest.raises(KeyReused, match="was used before"):
        api.grant(make.applicant(), price=usd("100.00"), **wish)


@pytest.mark.django_db
def test_a_person_fills_in_what_no_rule_can_compute():
    make.lists()
    rule = (
        "  - {label: travel, when: {in_group: {group: LDC}},"
        " benefit: {kind: in_kind, items: [air_ticket]}}\n"
    )
    make.policy(make.policy_text(rule))
    person = Applicant(user_id=7, country="UG")
    asked = api.decide(person, offering_code=make.COURSE, at=make.EVE, price=shop.PRICE)
    assert (asked.outcome, asked.percent) == ("review", Percent(0))
    application = api.apply(person, offering_code=make.COURSE, note="Please", at=make.EVE)
    api.approve(application.uuid, by=1, reason="Yes", award=Percent(40), at=make.EVE)
    granted = api.decide(person, offering_code=make.COURSE, at=make.EVE, price=shop.PRICE)
    assert granted.reduction.of(shop.PRICE) == usd("48.00")
