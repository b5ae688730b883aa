"""How many queries the gate adds to a request of a real LMS: none, or one.

Every SQL statement of a whole request is counted, with the suite's hooks and in the very same
course without them, each time with warm caches (``measured_course.py``). What may be more is not
written down here as a number of ours: it is the learner's entitlement, once, and what two other
questions cost, which are measured by asking them:

* the **price** of one fee for one person, when a page draws a paywall, and the **names** of the
  other fees where what it stands for needs several;
* the **platform's** list of a course's partitions, which it makes as soon as any block of a course
  has an access rule, of whatever kind.
"""

from __future__ import annotations

from collections import Counter

from measured_course import Comparison, counted
from xmodule.partitions.partitions_service import get_all_partitions_for_course

from fairgate import clock
from fee_gate import client
from fee_payments.api import entitled_offerings

PEOPLE = ("unpaid", "payer", "staff", "anonymous")
PAGES_WITH_A_PAYWALL = {"unit page, as the MFE asks", "unit page, plain"}


class Bounded(Comparison):
    """What a request may cost more."""

    def entitlement(self, user):
        return counted(lambda: entitled_offerings(user.id, at=clock.now()))[1]

    def price(self, user):
        self.forget()
        _, asked = counted(lambda: client.paywall(self.fees[0], user_id=user.id, at=clock.now()))
        assert asked
        return asked - self.entitlement(user)

    def platforms_own(self):
        with self.without_the_suite():
            course = self.store.get_course(self.course.id)
            return counted(lambda: get_all_partitions_for_course(course))[1]

    def assert_one_more(self, name):
        user = self.people[name]
        allowed = self.entitlement(user) + self.platforms_own()
        for door, found in self.compare(name).items():
            assert found.status in {200, 302, 403, 404}, (door, found.status)
            is_priced = door in PAGES_WITH_A_PAYWALL and name == "unpaid"
            price = self.price(user) if is_priced else Counter()
            assert not found.more - allowed - price, (name, door, found.more)


class Ungated(Comparison):
    """A course that has nothing to do with fees."""

    GATES = 0

    def test_no_request_costs_a_query_more(self):
        for name in PEOPLE:
            for door, found in self.compare(name).items():
                assert found.base, door
                assert not found.more, (name, door, found.more)


class OneGate(Bounded):
    """One gate, five blocks behind it."""

    def test_a_request_costs_one_query_more_at_most(self):
        for name in ("unpaid", "payer", "staff"):
            self.assert_one_more(name)

    def test_nobody_costs_no_query_at_all(self):
        allowed = self.platforms_own()
        for door, found in self.compare("anonymous").items():
            assert not found.more - allowed, (door, found.more)

    def test_the_paywall_is_what_draws_the_price(self):
        found = self.compare("unpaid")
        price = self.price(self.people["unpaid"])
        for door in PAGES_WITH_A_PAYWALL:
            assert not price - found[door].more, door  # else the bound above proves nothing


class ManyGates(Bounded):
    """Forty gates with twenty fees, two hundred blocks behind them."""

    UNITS, GATES, BLOCKS, FEES = 40, 40, 5, 20

    def test_a_request_costs_one_query_more_at_most(self):
        for name in ("unpaid", "payer", "staff"):
            self.assert_one_more(name)


class ShutUnits(Bounded):
    """Three gates that close all units behind them, so that most of a sequence is shut."""

    UNITS, GATES, BLOCKS, FEES, SCOPE = 20, 3, 2, 3, "subsection"

    def test_a_sequence_of_shut_units_draws_no_paywall(self):
        for name in ("unpaid", "payer", "staff"):
            self.assert_one_more(name)

    def test_a_unit_behind_three_fees_draws_one_paywall(self):
        learner = self.people["unpaid"]
        shut = self.units[-1]["unit"]
        found = self.compare("unpaid", doors={"shut": lambda who: self.visit(who, shut)})["shut"]
        assert "fee-gate" in found.text
        assert "This part needs other fees as well" in found.text
        _, names = counted(lambda: client.fee_titles(str(self.course.id), self.fees))
        allowed = self.entitlement(learner) + self.platforms_own() + self.price(learner) + names
        assert not found.more - allowed, found.more
