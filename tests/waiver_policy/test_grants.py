"""Grants and the fund: held, spent, freed, never more than there is."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from factories import waiver_policy as make
from fairgate.money import Money, UnknownCurrency
from waiver_policy import api, models
from waiver_policy.exceptions import (
    FundEmpty,
    GrantClosed,
    InvalidCredit,
    KeyReused,
    NotEligible,
    UnknownGrant,
)
from waiver_policy.selectors import decisions, replaying
from waiver_policy.services import grants

pytestmark = pytest.mark.django_db


def dollars(amount):
    return Money(amount, "USD")


def balance():
    found = api.fund_balance("USD")
    return tuple(str(m.amount) for m in (found.available, found.reserved, found.committed))


@pytest.fixture
def programme():
    make.programme()


@pytest.mark.usefixtures("programme")
class TestAGrant:
    def test_holds_the_waived_part_of_the_seats_cost(self):
        grant = make.grant(country="FJ")
        assert grant.seat_cost == dollars("11.25")
        assert balance() == ("48.75", "11.25", "0.00")

    def test_is_spent_when_the_seat_is_taken_and_only_once(self):
        grant = make.grant()
        for _ in range(2):
            assert api.commit_grant(grant.uuid, at=make.EVE).state == "committed"
        assert balance() == ("45.00", "0.00", "15.00")

    def test_is_free_again_when_the_seat_is_not_taken_and_only_once(self):
        grant = make.grant()
        for _ in range(2):
            released = api.release_grant(grant.uuid, at=make.EVE, reason="lapsed")
            assert released.state == "released"
        assert balance() == ("60.00", "0.00", "0.00")

    def test_cannot_be_released_once_spent_nor_spent_once_released(self):
        spent, freed = make.grant(1), make.grant(2)
        api.commit_grant(spent.uuid, at=make.EVE)
        api.release_grant(freed.uuid, at=make.EVE, reason="lapsed")
        before = balance()
        with pytest.raises(GrantClosed, match="is committed already"):
            api.release_grant(spent.uuid, at=make.EVE, reason="late")
        with pytest.raises(GrantClosed, match="is released already"):
            api.commit_grant(freed.uuid, at=make.EVE)
        assert balance() == before

    def test_is_the_first_one_when_the_key_comes_again(self):
        assert make.grant(key="k") == make.grant(key="k")
        assert balance() == ("45.00", "15.00", "0.00")

    def test_is_the_first_one_when_the_same_key_won_after_we_looked(self, monkeypatch):
        first = make.grant(key="k")
        look = grants._Wanted.known

        def too_early(self, *, locking=False):
            return look(self, locking=True) if locking else None

        monkeypatch.setattr(grants._Wanted, "known", too_early)

        assert make.grant(key="k") == first
        assert balance() == ("45.00", "15.00", "0.00")
        with pytest.raises(NotEligible, match="ALREADY_GRANTED"):
            make.grant(key="another")

    @pytest.mark.parametrize(
        "other", [{"user_id": 2}, {"offering": "other"}, {"cost": dollars("1")}, {"cost": None}]
    )
    def test_is_refused_when_the_key_was_for_something_else(self, other):
        make.grant(key="k")
        with pytest.raises(KeyReused, match="“k” was used before"):
            make.grant(**{"user_id": 1, "key": "k", **other})
        assert models.WaiverGrant.objects.count() == 1

    @pytest.mark.parametrize("cost", [None, dollars(0)])
    def test_takes_nothing_when_the_seat_costs_nothing(self, cost):
        assert make.grant(cost=cost).seat_cost is None
        assert balance() == ("60.00", "0.00", "0.00")

    def test_takes_nothing_from_a_fund_of_another_currency(self):
        with pytest.raises(FundEmpty):
            make.grant(cost=Money("15.00", "CHF"))
        assert balance() == ("60.00", "0.00", "0.00")

    def test_lapses_after_the_days_of_the_policy(self):
        assert make.grant().expires_on == make.EVE.date() + timedelta(days=180)

    def test_is_refused_to_who_holds_one_for_the_offering(self):
        make.grant(key="a")
        with pytest.raises(NotEligible, match="ALREADY_GRANTED"):
            make.grant(key="b")
        assert balance() == ("45.00", "15.00", "0.00")

    def test_can_be_had_again_after_a_release(self):
        first = make.grant(key="a")
        api.release_grant(first.uuid, at=make.EVE, reason="lapsed")
        assert make.grant(key="b").uuid != first.uuid

    def test_is_refused_with_the_decision_kept(self):
        with pytest.raises(NotEligible, match="NOT_LISTED") as caught:
            make.grant(country="CH")
        assert decisions.to_decision(models.WaiverDecision.objects.get()) == caught.value.decision
        assert balance() == ("60.00", "0.00", "0.00")

    def test_waits_when_the_fund_is_empty_and_the_decision_replays(self):
        for user_id in range(1, 5):
            make.grant(user_id)
        with pytest.raises(FundEmpty, match="waiting list") as caught:
            make.grant(5)
        row = models.WaiverDecision.objects.last()
        assert (row.outcome, row.reduction) == ("waitlisted", {"percent": "0", "steps": []})
        assert replaying.replay(row) == decisions.to_decision(row) == caught.value.decision
        assert balance() == ("0.00", "60.00", "0.00")

    def test_is_made_from_the_waiting_list_when_money_comes(self):
        for user_id in range(1, 5):
            make.grant(user_id)
        with pytest.raises(FundEmpty):
            make.grant(5)
        make.credit("15.00", key="more")
        assert make.grant(5).seat_cost == dollars("15.00")

    def test_that_is_not_there_is_not_found(self):
        with pytest.raises(UnknownGrant, match="There is no waiver grant"):
            api.commit_grant(uuid4(), at=make.EVE)


class TestLimits:
    @pytest.fixture(autouse=True)
    def lists(self):
        make.lists()
        make.credit("60000.00")

    def limit(self, caps):
        make.policy(make.policy_text(make.LDC_FREE, extra=f"  caps: [{caps}]\n"))

    def test_a_person_has_three_grants_in_twelve_months_and_a_fourth_a_year_later(self):
        self.limit("{scope: person, period: P12M, any_of: [{grants: 3}]}")
        for number in range(3):
            make.grant(offering=f"c{number}")
        with pytest.raises(NotEligible, match="QUOTA_PERSON"):
            make.grant(offering="c4", at=make.EVE + timedelta(days=364))
        assert make.grant(offering="c4", at=make.EVE + timedelta(days=365), key="later")

    def test_a_country_has_so_many_seats_in_a_course_run(self):
        self.limit("{scope: country, period: course_run, limit: 2, unit: seats}")
        make.grant(1), make.grant(2)
        with pytest.raises(NotEligible, match="QUOTA_COUNTRY") as caught:
            make.grant(3)
        assert caught.value.decision.outcome == "waitlisted"
        assert make.grant(4, country="ET")
        assert make.grant(3, offering="another run")

    def test_a_released_seat_counts_no_more(self):
        self.limit("{scope: country, period: course_run, limit: 1, unit: seats}")
        first = make.grant(1)
        api.release_grant(first.uuid, at=make.EVE, reason="no show")
        assert make.grant(2)

    def test_the_year_has_so_much_money(self):
        self.limit('{scope: fund, period: year, limit: "20.00", unit: USD}')
        make.grant(1)
        with pytest.raises(FundEmpty) as caught:
            make.grant(2)
        assert [r.code for r in caught.value.decision.reasons] == ["LIST_MEMBER", "QUOTA_FUND"]
        assert make.grant(2, at=make.EVE + timedelta(days=60), key="next year")


class TestTheFund:
    def test_is_credited_once_per_key(self):
        for _ in range(2):
            make.credit("10.00")
        assert balance() == ("10.00", "0.00", "0.00")

    @pytest.mark.parametrize(
        "other", [{"amount": dollars(11)}, {"amount": Money(10, "CHF")}, {"kind": "revenue"}]
    )
    def test_refuses_a_key_that_was_for_something_else(self, other):
        make.credit("10.00", key="k")
        with pytest.raises(KeyReused, match="“k”"):
            api.credit_fund(**{"amount": dollars(10), "key": "k", "reason": "x",
                               "at": make.EVE, "kind": "deposit", **other})  # fmt: skip
        assert balance() == ("10.00", "0.00", "0.00")

    @pytest.mark.parametrize(
        ("amount", "kind", "words"),
        [("0", "deposit", "must be positive"), ("-1", "deposit", "must be positive"),
         ("1", "gift", "“gift” is not a kind")],
    )  # fmt: skip
    def test_takes_only_positive_credits(self, amount, kind, words):
        with pytest.raises(InvalidCredit, match=words):
            api.credit_fund(dollars(amount), key="k", reason="x", at=make.EVE, kind=kind)
        assert not models.FundEntry.objects.exists()

    def test_is_zero_before_anybody_pays_in_and_unknown_for_no_currency(self):
        assert balance() == ("0.00", "0.00", "0.00")
        with pytest.raises(UnknownCurrency):
            api.fund_balance("XYZ")

    def test_entries_tell_the_story(self):
        make.programme()
        grant = make.grant()
        api.commit_grant(grant.uuid, at=make.EVE)
        told = [(e.kind, str(e.amount), e.grant_uuid) for e in api.list_fund_entries("USD")]
        assert told == [
            ("deposit", "USD 60.00", None), ("reserved", "USD -15.00", grant.uuid),
            ("committed", "USD -15.00", grant.uuid),
        ]  # fmt: skip

    @pytest.mark.parametrize("column", ["available_minor", "reserved_minor", "committed_minor"])
    def test_is_held_above_zero_by_the_database_itself(self, column):
        make.credit("10.00")
        funds = models.WaiverFund.objects.all()
        # MariaDB says 4025 (OperationalError), MySQL 3819, SQLite IntegrityError.
        with pytest.raises((IntegrityError, OperationalError)), transaction.atomic():
            funds.update(**{column: F(column) - 1001})
        assert balance() == ("10.00", "0.00", "0.00")


class Fund(RuleBasedStateMachine):
    """Credits, grants, commits, releases and retries in any order, against a simple model."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.free = self.held = self.spent = 0
        self.grants = {}
        self.user = 0

    @initialize()
    def prepare(self):
        make.lists(make.list_text({}))
        make.policy(make.policy_text(make.LDC_FREE))

    @rule(minor=st.integers(min_value=1, max_value=3000), again=st.booleans())
    def credit(self, minor, again):
        key = f"credit {minor} {self.user}"
        known = models.FundEntry.objects.filter(key=f"credit:{key}").exists()
        for _ in range(2 if again else 1):
            api.credit_fund(Money.from_minor(minor, "USD"), key=key, reason="", at=make.EVE)
        self.free += 0 if known else minor

    @rule(minor=st.integers(min_value=0, max_value=2000))
    def grant(self, minor):
        self.user += 1
        try:
            grant = make.grant(self.user, country="LA", cost=Money.from_minor(minor, "USD"))
        except FundEmpty:
            assert minor > self.free
            return
        assert minor <= self.free
        self.free, self.held = self.free - minor, self.held + minor
        self.grants[grant.uuid] = ("reserved", minor)

    @precondition(lambda self: self.grants)
    @rule(data=st.data(), spend=st.booleans())
    def close(self, data, spend):
        uuid = data.draw(st.sampled_from(sorted(self.grants)))
        state, minor = self.grants[uuid]
        wanted = "committed" if spend else "released"
        try:
            self._close(uuid, spend)
        except GrantClosed:
            assert state not in ("reserved", wanted)
            return
        if state == "reserved":
            self.held -= minor
            self.spent += minor if spend else 0
            self.free += 0 if spend else minor
            self.grants[uuid] = (wanted, minor)

    def _close(self, uuid, spend):
        if spend:
            api.commit_grant(uuid, at=make.EVE)
        else:
            api.release_grant(uuid, at=make.EVE, reason="lapsed")

    @invariant()
    def the_columns_are_what_happened(self):
        found = api.fund_balance("USD")
        told = (found.available.minor, found.reserved.minor, found.committed.minor)
        assert told == (self.free, self.held, self.spent)

    @invariant()
    def the_entries_add_up_to_the_columns(self):
        sums = dict.fromkeys(("deposit", "revenue", "reserved", "released", "committed"), 0)
        for entry in api.list_fund_entries("USD"):
            sums[entry.kind] += entry.amount.minor
        assert self.free == sum(sums.values()) - sums["committed"]
        assert self.spent == -sums["committed"]
        assert self.held == -sums["reserved"] - sums["released"] + sums["committed"]

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def test_the_fund_keeps_its_books_whatever_happens():
    run_state_machine_as_test(
        Fund,
        settings=settings(
            max_examples=8, stateful_step_count=15, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
