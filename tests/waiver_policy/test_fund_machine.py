"""The fund and its waiting list against a model of a few numbers, whatever happens in any order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
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
from fairgate.money import Money
from machines import lives
from waiver_policy import api
from waiver_policy.exceptions import FundEmpty, GrantClosed

pytestmark = pytest.mark.django_db

#: Grants lapse after 180 days and offers after 14; places do not.
LAPSED = make.EVE + timedelta(days=200)
VALIDITY = "  validity: {after_approval: P180D}\n"


def money(minor):
    return Money.from_minor(minor, "USD")


class Fund(RuleBasedStateMachine):
    """Every grant and place by the user who has it; nothing is done beyond the calls themselves."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.free = self.held = self.spent = self.owed = 0
        self.grants = {}
        self.offers = {}
        self.queue = []
        self.number = 0

    @initialize()
    def prepare(self):
        make.lists(make.list_text({}))
        make.policy(make.policy_text(make.LDC_FREE, extra=VALIDITY))

    def next(self):
        self.number += 1
        return self.number

    def receive(self, minor):
        covered = min(minor, self.owed)
        self.owed -= covered
        self.free += minor - covered

    @rule(minor=st.integers(min_value=1, max_value=3000), again=st.booleans())
    def credit(self, minor, again):
        key = f"credit {self.next()}"
        for _ in range(2 if again else 1):
            api.credit_fund(money(minor), key=key, reason="", at=make.EVE)
        self.receive(minor)

    @rule(minor=st.integers(min_value=1, max_value=3000), again=st.booleans())
    def claw_back(self, minor, again):
        key = f"refund {self.next()}"
        for _ in range(2 if again else 1):
            api.claw_back_fund(money(minor), key=key, reason="", at=make.EVE)
        taken = min(minor, self.free)
        self.free, self.owed = self.free - taken, self.owed + minor - taken

    @rule(minor=st.integers(min_value=0, max_value=2000))
    def ask(self, minor):
        user = self.next()
        may = not minor or (minor <= self.free and not self.owed and not self.queue)
        try:
            grant = make.grant(user, country="LA", cost=money(minor))
        except FundEmpty:
            assert not may
            self.queue.append((user, minor))
            return
        assert may
        self.free, self.held = self.free - minor, self.held + minor
        self.grants[grant.uuid] = ("reserved", minor)

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def ask_again(self, data):
        user, minor = data.draw(st.sampled_from(self.queue))
        with pytest.raises(FundEmpty) as caught:
            make.grant(user, country="LA", cost=money(minor))
        assert caught.value.place.position == self.queue.index((user, minor)) + 1

    @rule()
    def serve(self):
        made = api.serve_waiting_list("USD", at=make.EVE)
        for grant in made:
            user, minor = self.queue.pop(0)
            assert (grant.user_id, minor <= self.free, self.owed) == (user, True, 0)
            self.free, self.held = self.free - minor, self.held + minor
            self.offers[user] = (grant.uuid, minor)
        assert not self.queue or self.owed or self.queue[0][1] > self.free

    @precondition(lambda self: self.offers)
    @rule(data=st.data())
    def take_the_offer(self, data):
        user = data.draw(st.sampled_from(sorted(self.offers)))
        uuid, minor = self.offers.pop(user)
        taken = make.grant(user, country="LA", key=f"later {user}", cost=money(minor))
        assert taken.uuid == uuid
        api.commit_grant(uuid, at=make.EVE)
        self.held, self.spent = self.held - minor, self.spent + minor
        self.grants[uuid] = ("committed", minor)

    @precondition(lambda self: self.queue or self.offers)
    @rule(data=st.data())
    def leave(self, data):
        users = sorted(self.offers) + [user for user, _ in self.queue]
        user = data.draw(st.sampled_from(users))
        assert api.leave_waiting_list(user, make.COURSE, at=make.EVE)
        self.queue = [one for one in self.queue if one[0] != user]
        if user in self.offers:
            _, minor = self.offers.pop(user)
            self.held -= minor
            self.receive(minor)

    @precondition(lambda self: self.grants)
    @rule(data=st.data(), wanted=st.sampled_from(["committed", "released", "returned"]))
    def close(self, data, wanted):
        uuid = data.draw(st.sampled_from(sorted(self.grants)))
        state, minor = self.grants[uuid]
        may = {
            "committed": ("reserved", "committed"),
            "released": ("reserved", "released", "expired", "returned"),
            "returned": ("committed", "returned"),
        }
        try:
            self._close(uuid, wanted)
        except GrantClosed:
            assert state not in may[wanted]
            return
        assert state in may[wanted]
        if state not in ("reserved", "committed") or state == wanted:
            return
        self.held -= minor if state == "reserved" else 0
        self.spent -= minor if state == "committed" else 0
        if wanted == "committed":
            self.spent += minor
        else:
            self.receive(minor)
        self.grants[uuid] = (wanted, minor)

    def _close(self, uuid, wanted):
        if wanted == "committed":
            api.commit_grant(uuid, at=make.EVE)
        elif wanted == "released":
            api.release_grant(uuid, at=make.EVE, reason="lapsed")
        else:
            api.return_grant(uuid, at=make.EVE, reason="refund")

    @rule()
    def expire(self):
        due = [uuid for uuid, (state, _) in self.grants.items() if state == "reserved"]
        gone = [(uuid, self.grants[uuid][1]) for uuid in due] + list(self.offers.values())
        assert api.expire_grants(at=LAPSED).grants == len(gone)
        for uuid, minor in gone:
            self.held -= minor
            self.receive(minor)
            self.grants[uuid] = ("expired", minor)
        self.offers.clear()

    @invariant()
    def the_columns_are_what_happened(self):
        found = api.fund_balance("USD")
        told = (
            found.available.minor, found.reserved.minor, found.committed.minor,
            found.shortfall.minor, found.waiting,
        )  # fmt: skip
        assert told == (self.free, self.held, self.spent, self.owed, len(self.queue))

    @invariant()
    def all_that_is_stored_adds_up(self):
        assert api.check_funds() == ()

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def test_the_fund_keeps_its_books_whatever_happens():
    run_state_machine_as_test(
        Fund,
        settings=settings(
            max_examples=lives(15), stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
