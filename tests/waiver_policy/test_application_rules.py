"""The life of an application as a table, and what a review depends on, without a database."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy.data import ApplicationState, Organisation, RefusalCode
from waiver_policy.exceptions import (
    ApplicationClosed,
    InvalidReview,
    OutOfTurn,
    ReviewFault,
)
from waiver_policy.rules import applications as rules
from waiver_policy.rules import conflicts, nominations
from waiver_policy.rules.applications import MOVES, OPEN_STATES, Action, Actor
from waiver_policy.rules.language import read_policies
from waiver_policy.rules.nominations import Used
from waiver_policy.rules.review_terms import Quota, review_terms

STATES = list(ApplicationState)
ENDS = [state for state in STATES if state not in OPEN_STATES]
every_move = pytest.mark.parametrize(
    ("action", "state", "appealed"), list(itertools.product(MOVES, STATES, [False, True]))
)


@every_move
def test_a_step_that_may_be_taken_leads_on_and_another_is_refused(action, state, appealed):
    if rules.may(action, state, appealed=appealed):
        assert rules.next_state(action, state, appealed=appealed) in STATES
    else:
        with pytest.raises((ApplicationClosed, OutOfTurn)):
            rules.next_state(action, state, appealed=appealed)


@pytest.mark.parametrize("state", ENDS)
@pytest.mark.parametrize("action", MOVES)
def test_an_end_is_left_only_by_an_appeal_or_by_the_clock(action, state):
    leaves = rules.may(action, state, appealed=False)
    assert leaves == (
        (action is Action.APPEAL and state == "refused")
        or (action in (Action.LAPSE, Action.WAITLIST) and state == "approved")
        or (action is Action.RESUME and state == "waitlisted")
    )


def test_a_second_refusal_is_the_last_word():
    assert not [action for action in MOVES if rules.may(action, "refused", appealed=True)]


def test_after_an_appeal_silence_and_withdrawal_lead_back_to_the_refusal():
    assert rules.next_state(Action.EXPIRE, "more_information", appealed=True) == "refused"
    assert rules.next_state(Action.WITHDRAW, "appealed", appealed=True) == "refused"


def test_every_open_state_is_somebodys_turn():
    someones = {source for move in MOVES.values() for source in move.sources}
    assert someones >= set(OPEN_STATES)


def test_only_a_learner_withdraws_answers_and_appeals():
    learners = {action for action, move in MOVES.items() if move.actor is Actor.LEARNER}
    assert learners == {Action.WITHDRAW, Action.ANSWER, Action.APPEAL}


@given(st.lists(st.sampled_from(list(MOVES)), max_size=30))
def test_no_story_appeals_twice_or_comes_back_from_an_end(story):
    state, appeals = ApplicationState.SUBMITTED, 0
    for action in story:
        if not rules.may(action, state, appealed=bool(appeals)):
            continue
        before, state = state, rules.next_state(action, state, appealed=bool(appeals))
        appeals += action is Action.APPEAL
        assert before not in ("withdrawn", "expired")
    assert appeals <= 1


# Reasons


def test_a_refusal_has_a_code_of_the_list():
    for code in RefusalCode:
        rules.check_reason("Words.", code=code)
    with pytest.raises(InvalidReview, match="fixed list") as refused:
        rules.check_reason("Words.", code="because")
    assert refused.value.fault is ReviewFault.UNKNOWN_CODE


def test_another_reason_has_words():
    rules.check_reason(" ", code=RefusalCode.NO_ANSWER)
    with pytest.raises(InvalidReview, match="A reason is needed"):
        rules.check_reason(" ", code=RefusalCode.OTHER)


# Two people

LIMIT = {"USD": Money("500.00", "USD")}


@pytest.mark.parametrize(
    ("percent", "worth", "second"),
    [
        (50, [Money("1000.00", "USD")], False),
        (50, [Money("1000.02", "USD")], True),
        (100, [Money("500.00", "USD"), Money("500.01", "USD")], True),
        (100, [Money("100.00", "USD"), Money("9000.00", "CHF")], False),
        (1, [Money("100.00", "CHF")], True),
        (1, [], True),
    ],
)
def test_above_the_amount_and_where_it_is_not_known_two_people_decide(percent, worth, second):
    assert rules.needs_second(Percent(percent), worth, LIMIT) is second


@pytest.mark.parametrize(
    ("left", "worth", "second"),
    [
        ("500.00", ["USD 1000.00"], False),
        ("499.99", ["USD 1000.00"], True),
        ("100.00", ["USD 300.00", "USD 700.00"], True),
        ("50.00", ["USD 100.00", "CHF 2000.00"], False),
        ("10.00", ["CHF 900.00"], True),
        ("10.00", [], True),
    ],
)
def test_what_a_price_waives_is_what_it_takes_off_the_prices_of_its_currency(left, worth, second):
    worth = [Money(amount, code) for code, _, amount in (one.partition(" ") for one in worth)]
    assert rules.needs_second(Money(left, "USD"), worth, LIMIT) is second


def test_a_price_waives_the_same_part_of_a_seat_in_another_currency():
    # Three quarters of the price: 750 of the 1,000 dollars that a seat costs the fund.
    worth = [Money("400.00", "CHF"), Money("1000.00", "USD")]
    assert rules.needs_second(Money("100.00", "CHF"), worth, LIMIT)
    assert not rules.needs_second(Money("200.00", "CHF"), worth, LIMIT)


@pytest.mark.parametrize(
    ("award", "worth", "fault"),
    [
        (None, [], ReviewFault.NO_PERCENT),
        (Percent(0), [], ReviewFault.NO_PERCENT),
        (Money("100.00", "USD"), [Money("100.00", "USD")], ReviewFault.PRICE_OF_NO_USE),
        (Money("10.00", "EUR"), [Money("100.00", "USD")], ReviewFault.PRICE_OF_NO_USE),
        (Money("-1.00", "USD"), [], ReviewFault.PRICE_OF_NO_USE),
    ],
)
def test_an_award_takes_something_off_a_price(award, worth, fault):
    with pytest.raises(InvalidReview) as refused:
        rules.check_award(award, worth)
    assert refused.value.fault is fault


@pytest.mark.parametrize("award", [Percent(1), Money("0.00", "USD"), Money("99.99", "USD")])
@pytest.mark.parametrize("worth", [[], [Money("100.00", "USD")]])
def test_an_award_that_does_is_granted(award, worth):
    assert rules.check_award(award, worth) == award


def test_without_an_amount_one_person_decides():
    assert not rules.needs_second(Percent(100), [Money("9000.00", "USD")], {})


@given(st.integers(1, 100), st.integers(1, 100), st.integers(0, 200_000))
def test_who_waives_more_does_not_need_fewer_people(less, more, minor):
    less, more = sorted((less, more))
    worth = [Money.from_minor(minor, "USD")]
    asked = [rules.needs_second(Percent(one), worth, LIMIT) for one in (less, more)]
    assert asked in ([False, False], [False, True], [True, True])


# The same organisation


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Centro de Rádio", "CENTRO-DE  RADIO."),
        ("Министерство связи", "министерство  СВЯЗИ"),
        ("École Nationale", "Ecole nationale"),
        ("ＩＴＵ", "itu"),
        ("وزارة الاتصالات", "وزارة  الاتصالات"),
        ("Straße GmbH", "STRASSE GMBH"),
    ],
)
def test_a_name_is_the_same_whatever_its_case_accents_and_signs(one, other):
    assert conflicts.is_same(Organisation(name=one), Organisation(name=other))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("itu.int", "@ITU.INT.", True),
        ("radio.itu.int", "itu.int", True),
        ("itu.int", "www.itu.int", True),
        ("amina@mail.itu.int", "https://itu.int/home", True),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("notitu.int", "itu.int", False),
        ("itu.int", "itu.int.example", False),
        ("", "", False),
        ("a..b", "a..b", True),
    ],
)
def test_a_domain_counts_with_what_is_below_it(one, other, same):
    found = conflicts.is_same(Organisation(domain=one), Organisation(domain=other))
    assert found is same
    assert conflicts.is_same(Organisation(domain=other), Organisation(domain=one)) is same


def test_who_has_no_organisation_has_none_in_common():
    assert not conflicts.is_same(Organisation(), Organisation())
    assert not conflicts.is_same(Organisation(name=" - "), Organisation(name="…"))


# What a document says


def terms_of(text):
    return review_terms(read_policies(text, file="policy.yaml")[0])


def test_the_terms_of_a_fellowship_are_read_from_its_document():
    terms = terms_of(make.FELLOWSHIP)
    assert terms.is_nomination
    assert terms.of_state == Quota(full=1, partial=2, ticket_needed=True)
    assert terms.of_person == Quota(full=1, partial=2)
    assert terms.items == ("air_ticket", "daily_allowance")
    assert (terms.covers, terms.closes_on) == (Percent(100), None)


@pytest.mark.parametrize(
    ("extra", "within", "closes_on"),
    [
        ("  sla: {decision_within: P16D}\n", 16, None),
        ("  sla: {decision_within: P1M}\n", 30, None),
        ("  sla: {decision_within: P1Y}\n", 365, None),
        ('  deadline: {kind: fixed, date: "2017-03-14"}\n', None, date(2017, 3, 14)),
        ('  deadline: {date: "2017-03-14T23:30:00-01:00"}\n', None, date(2017, 3, 15)),
        ("", None, None),
    ],
)
def test_a_term_that_is_not_written_is_none(extra, within, closes_on):
    terms = terms_of(make.policy_text(make.LDC_FREE, extra=extra))
    assert (terms.decide_within, terms.closes_on) == (within, closes_on)
    assert not terms.is_nomination
    assert terms.of_state is None


# How many nominations fit

QUOTA = Quota(full=1, partial=2, ticket_needed=True)
KINDS = st.sampled_from([("full", ""), ("partial", "air_ticket"), ("partial", "daily_allowance")])


@given(st.lists(KINDS, max_size=6))
def test_whoever_nominates_there_is_one_full_or_two_partial_with_room_for_a_ticket(wishes):
    used = Used()
    for kind, item in wishes:
        more = used.with_one(kind, item)
        if nominations.fits(QUOTA, more) and nominations.leaves_room_for_a_ticket(QUOTA, more):
            assert more.without(kind, item) == used
            used = more
    assert (used.full, used.partial) in {(0, 0), (1, 0), (0, 1), (0, 2)}
    assert used.partial < 2 or used.tickets


@pytest.mark.parametrize(
    ("day", "starts_in", "year"),
    [
        (date(2027, 2, 15), 1, 2027),
        (date(2027, 2, 15), 4, 2026),
        (date(2027, 4, 1), 4, 2027),
        (date(2028, 2, 29), 3, 2027),
    ],
)
def test_a_financial_year_is_named_by_the_year_it_began_in(day, starts_in, year):
    assert nominations.financial_year(day, starts_in=starts_in) == year


def test_a_term_ends_with_its_last_day_and_is_over_on_the_next():
    begun = date(2028, 2, 28)
    assert rules.last_day(begun, 1) == date(2028, 2, 29)
    assert rules.first_day_after(begun, 1) == date(2028, 3, 1)


def test_one_organisation_on_both_sides_is_enough():
    some = [Organisation(name="Centre"), Organisation(domain="itu.int")]
    assert conflicts.share_one(some, [Organisation(domain="radio.itu.int")])
    assert not conflicts.share_one(some, [Organisation(name="School")])
    assert not conflicts.share_one([], some)
