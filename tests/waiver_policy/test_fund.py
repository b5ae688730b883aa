"""The fund: credits with a date, what it owes, who may put money in by hand, how long it lasts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F

from factories import waiver_policy as make
from fairgate.errors import RowIsKept
from fairgate.money import Money, UnknownCurrency
from waiver_policy import api, models
from waiver_policy.exceptions import (
    CreditClosed,
    CreditNotAllowed,
    FundEmpty,
    InvalidCredit,
    KeyReused,
    UnknownCredit,
)

pytestmark = pytest.mark.django_db


def dollars(amount):
    return Money(amount, "USD")


def balance():
    found = api.fund_balance("USD")
    return tuple(str(m.amount) for m in (found.available, found.reserved, found.committed))


def shortfall():
    return str(api.fund_balance("USD").shortfall.amount)


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
                               "at": make.EVE, "kind": "donation", **other})  # fmt: skip
        assert balance() == ("10.00", "0.00", "0.00")

    @pytest.mark.parametrize(
        ("amount", "kind", "words"),
        [("0", "donation", "must be positive"), ("-1", "revenue", "must be positive"),
         ("1", "gift", "“gift” is not a kind"), ("1", "manual", "“manual” is not a kind")],
    )  # fmt: skip
    def test_takes_only_positive_credits(self, amount, kind, words):
        with pytest.raises(InvalidCredit, match=words):
            api.credit_fund(dollars(amount), key="k", reason="x", at=make.EVE, kind=kind)
        assert not models.FundEntry.objects.exists()

    def test_is_credited_with_the_day_from_which_the_money_counts(self):
        api.credit_fund(
            dollars(5), key="k", reason="A bank", at=make.EVE, effective_on=date(2026, 11, 20)
        )
        (entry,) = api.list_fund_entries("USD")
        assert (entry.kind, entry.effective_on, entry.at) == (
            "donation", date(2026, 11, 20), make.EVE,
        )  # fmt: skip

    def test_tells_what_was_written_in_some_days_by_kind(self):
        # given
        for number, day in enumerate((1, 20, 30), 1):
            at = datetime(2026, 11, day, 23, 59, 59, 999999, tzinfo=UTC)
            api.credit_fund(dollars(number), key=f"k{number}", reason="A bank", at=at)
        api.claw_back_fund(dollars(10), key="back", reason="A refund", at=make.EVE)

        # when
        told = api.fund_movements("USD", since=date(2026, 11, 20), until=date(2026, 11, 30))

        # then
        assert [(one.kind, one.available, one.shortfall) for one in told] == [
            ("clawback", dollars(-6), dollars(4)), ("donation", dollars(5), dollars(0)),
        ]  # fmt: skip

    def test_takes_no_credit_of_a_day_to_come(self):
        with pytest.raises(InvalidCredit, match="counts from 2026-11-24, which is to come"):
            api.credit_fund(
                dollars(5), key="k", reason="x", at=make.EVE, effective_on=date(2026, 11, 24)
            )
        assert balance() == ("0.00", "0.00", "0.00")

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
            ("donation", "USD 60.00", None), ("reserved", "USD -15.00", grant.uuid),
            ("committed", "USD -15.00", grant.uuid),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "column",
        ["available_minor", "reserved_minor", "committed_minor", "shortfall_minor", "waiting"],
    )
    def test_is_held_above_zero_by_the_database_itself(self, column):
        make.credit("10.00")
        funds = models.WaiverFund.objects.all()
        # MariaDB says 4025 (OperationalError), MySQL 3819, SQLite IntegrityError.
        with pytest.raises((IntegrityError, OperationalError)), transaction.atomic():
            funds.update(**{column: F(column) - 1001})
        assert balance() == ("10.00", "0.00", "0.00")

    def test_never_owes_and_has_free_money_at_once(self):
        make.credit("10.00")
        with pytest.raises((IntegrityError, OperationalError)), transaction.atomic():
            models.WaiverFund.objects.update(shortfall_minor=1)

    def test_keeps_no_entry_that_makes_money_out_of_nothing(self):
        make.programme()
        grant = models.WaiverGrant.objects.get(uuid=make.grant().uuid)
        wrong = models.FundEntry(
            fund_id="USD", kind="released", available_change=1501, reserved_change=-1500,
            key="k", grant=grant, effective_on=make.EVE.date(), at=make.EVE,
        )  # fmt: skip
        with pytest.raises((IntegrityError, OperationalError)), transaction.atomic():
            wrong.save()

    def test_keeps_its_entries_as_they_were_written(self):
        make.credit("10.00")
        with pytest.raises(RowIsKept):
            models.FundEntry.objects.update(available_change=0)


class TestMoneyThatIsCalledBack:
    def claw(self, amount, *, key="r"):
        return api.claw_back_fund(dollars(amount), key=key, reason="Refund", at=make.EVE)

    def test_goes_at_once_while_it_is_free(self):
        make.credit("60.00")
        assert self.claw("24.00").available == dollars("36.00")
        assert shortfall() == "0.00"

    def test_is_owed_when_it_is_held_or_spent_and_no_grant_is_taken_back(self):
        make.programme(fund="20.00")
        held = make.grant()
        self.claw("20.00")
        assert (balance(), shortfall()) == (("0.00", "15.00", "0.00"), "15.00")
        assert api.commit_grant(held.uuid, at=make.EVE).state == "committed"
        assert api.check_funds() == ()

    def test_stops_new_grants_until_credits_have_made_up_for_it(self):
        make.programme(fund="20.00")
        make.grant(1)
        self.claw("20.00")
        with pytest.raises(FundEmpty):
            make.grant(2)
        make.credit("15.00", key="half")
        assert (balance()[0], shortfall()) == ("0.00", "0.00")
        make.credit("15.00", key="whole")
        (offer,) = api.serve_waiting_list("USD", at=make.EVE)
        assert (offer.user_id, balance()) == (2, ("0.00", "30.00", "0.00"))

    def test_does_not_stop_a_seat_that_costs_the_fund_nothing(self):
        make.programme(fund="20.00")
        make.grant(1)
        self.claw("20.00")
        assert make.grant(2, cost=None).seat_cost is None

    def test_is_made_up_for_by_what_is_released_too(self):
        make.programme(fund="20.00")
        held = make.grant()
        self.claw("20.00")
        api.release_grant(held.uuid, at=make.EVE, reason="lapsed")
        assert (balance(), shortfall()) == (("0.00", "0.00", "0.00"), "0.00")
        assert api.check_funds() == ()

    def test_is_called_back_once_per_key_and_never_for_another_amount(self):
        make.credit("60.00")
        assert self.claw("24.00") == self.claw("24.00")
        with pytest.raises(KeyReused, match="“r”"):
            self.claw("25.00")
        assert balance() == ("36.00", "0.00", "0.00")

    def test_is_a_positive_amount(self):
        with pytest.raises(InvalidCredit, match="must be positive"):
            self.claw("0")

    def test_can_be_owed_by_a_fund_that_never_had_any(self):
        self.claw("1.00")
        assert shortfall() == "1.00"


def officer(name, *codenames):
    user = User.objects.create(username=name)
    for codename in codenames:
        user.user_permissions.add(Permission.objects.get(codename=codename))
    return user.pk


class TestACreditByHand:
    @pytest.fixture(autouse=True)
    def people(self):
        self.ines = officer("ines", "propose_credit", "confirm_credit")
        self.omar = officer("omar", "confirm_credit")

    def propose(self, amount="25.00", kind="manual", reason="Transfer 17", **more):
        return api.propose_credit(
            dollars(amount), kind=kind, reason=reason, at=make.EVE, **{"by": self.ines, **more}
        )

    def test_is_in_the_fund_once_a_second_person_has_confirmed_it(self):
        proposed = self.propose()
        assert balance()[0] == "0.00"
        assert [one.uuid for one in api.list_manual_credits()] == [proposed.uuid]
        confirmed = api.confirm_credit(proposed.uuid, by=self.omar, at=make.EVE)
        assert (confirmed.state, confirmed.decided_by, balance()[0]) == (
            "confirmed", self.omar, "25.00",
        )  # fmt: skip
        assert api.list_manual_credits() == ()
        (entry,) = api.list_fund_entries("USD")
        assert (entry.kind, entry.reason) == ("manual", "Transfer 17")

    def test_is_not_confirmed_by_who_proposed_it(self):
        proposed = self.propose()
        with pytest.raises(CreditNotAllowed, match="Another person has to confirm"):
            api.confirm_credit(proposed.uuid, by=self.ines, at=make.EVE)
        assert balance()[0] == "0.00"

    def test_takes_permissions_of_active_people(self):
        with pytest.raises(CreditNotAllowed, match="may not propose"):
            self.propose(by=self.omar)
        proposed = self.propose()
        for stranger in (officer("eve", "propose_credit"), 999_999):
            with pytest.raises(CreditNotAllowed, match="may not confirm"):
                api.confirm_credit(proposed.uuid, by=stranger, at=make.EVE)
        User.objects.filter(pk=self.omar).update(is_active=False)
        with pytest.raises(CreditNotAllowed, match="may not confirm"):
            api.confirm_credit(proposed.uuid, by=self.omar, at=make.EVE)
        assert balance()[0] == "0.00"

    def test_is_decided_once(self):
        proposed = self.propose()
        api.confirm_credit(proposed.uuid, by=self.omar, at=make.EVE)
        with pytest.raises(CreditClosed, match="is confirmed already"):
            api.confirm_credit(proposed.uuid, by=self.omar, at=make.EVE)
        with pytest.raises(CreditClosed, match="is confirmed already"):
            api.reject_credit(proposed.uuid, by=self.omar, at=make.EVE)
        with pytest.raises(UnknownCredit):
            api.confirm_credit(uuid4(), by=self.omar, at=make.EVE)
        assert balance()[0] == "25.00"

    def test_that_is_rejected_never_comes(self):
        mine = self.propose()
        assert api.reject_credit(mine.uuid, by=self.ines, at=make.EVE).state == "rejected"
        with pytest.raises(CreditClosed, match="is rejected already"):
            api.confirm_credit(mine.uuid, by=self.omar, at=make.EVE)
        assert balance()[0] == "0.00"

    def test_of_a_day_to_come_waits_for_its_day(self):
        proposed = self.propose(effective_on=date(2026, 12, 1))
        with pytest.raises(InvalidCredit, match="which is to come"):
            api.confirm_credit(proposed.uuid, by=self.omar, at=make.EVE)
        later = datetime(2026, 12, 1, tzinfo=UTC)
        api.confirm_credit(proposed.uuid, by=self.omar, at=later)
        assert api.list_fund_entries("USD")[0].effective_on == date(2026, 12, 1)

    def test_can_be_a_correction_down_to_what_is_free_and_no_further(self):
        make.programme(fund="20.00")
        make.grant()
        for amount, is_free in (("-5.01", False), ("-5.00", True)):
            proposed = self.propose(amount, "correction", "Counted twice")
            if is_free:
                api.confirm_credit(proposed.uuid, by=self.omar, at=make.EVE)
                continue
            with pytest.raises(InvalidCredit, match=r"USD 5\.00 is free"):
                api.confirm_credit(proposed.uuid, by=self.omar, at=make.EVE)
        assert balance() == ("0.00", "15.00", "0.00")
        assert api.check_funds() == ()

    @pytest.mark.parametrize(
        ("amount", "kind", "reason", "words"),
        [
            ("0", "manual", "x", "must be positive"),
            ("-1", "donation", "x", "must be positive"),
            ("1", "correction", "x", "must be negative"),
            ("1", "revenue", "x", "“revenue” is not a kind"),
            ("1", "manual", "  ", "Say where the money comes from"),
            ("1", "manual", "x" * 256, "has 256 characters"),
        ],
    )
    def test_is_refused_when_it_makes_no_sense(self, amount, kind, reason, words):
        with pytest.raises(InvalidCredit, match=words):
            self.propose(amount, kind, reason)
        assert not models.ManualCredit.objects.exists()

    def test_names_no_donor_in_the_log(self, caplog):
        caplog.set_level("INFO")
        proposed = self.propose(kind="donation", reason="Ms Amina Okello")
        api.confirm_credit(proposed.uuid, by=self.omar, at=make.EVE)
        assert "fund credit confirmed" in caplog.text
        assert "Okello" not in caplog.text


class TestTheRunway:
    def test_is_the_free_money_over_the_pace_of_the_last_full_months(self):
        # given: 45.00 were spent in six months, 15.00 of it came back, and 15.00 in this one
        make.programme(fund="105.00")
        days = (datetime(2026, month, 5, tzinfo=UTC) for month in (9, 9, 10, 11))
        spent = [make.grant(n, at=day) for n, day in enumerate(days, start=1)]
        for grant in spent:
            api.commit_grant(grant.uuid, at=grant.granted_at)
        api.return_grant(spent[2].uuid, at=datetime(2026, 10, 30, tzinfo=UTC), reason="refund")

        # when
        found = api.runway("USD", at=make.EVE)

        # then
        assert (found.available, found.spent) == (dollars("60.00"), dollars("30.00"))
        assert (found.over_months, found.months) == (6, Fraction(12))

    def test_is_unknown_while_nothing_was_spent(self):
        make.credit("10.00")
        assert api.runway("USD", at=make.EVE).months is None

    def test_counts_full_months_of_utc(self):
        make.programme()
        last = datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)
        first = last + timedelta(seconds=1)
        for number, at in enumerate((last, first)):
            api.commit_grant(make.grant(number, at=at).uuid, at=at)
        assert api.runway("USD", at=make.EVE, months=1).spent == dollars("15.00")
        assert api.runway("USD", at=make.EVE, months=1).months == Fraction(30, 15)


class TestTheCheck:
    def test_finds_nothing_when_all_is_well(self):
        make.programme()
        api.commit_grant(make.grant(1).uuid, at=make.EVE)
        api.release_grant(make.grant(2).uuid, at=make.EVE, reason="x")
        assert api.check_funds() == ()

    @pytest.mark.parametrize(
        ("damage", "sentence"),
        [
            (lambda: models.WaiverFund.objects.update(available_minor=1),
             "available is 1; its entries sum to 4500."),
            (lambda: models.WaiverGrant.objects.update(cost_minor=1),
             "reserved is 1500; its grants sum to 1."),
            (lambda: models.WaiverFund.objects.update(waiting=3),
             "3 are counted as waiting; 0 wait."),
            (lambda: models.QuotaSubject.objects.filter(subject="person:1").update(used=0),
             "0 are counted as used; its grants sum to 1."),
        ],
    )  # fmt: skip
    def test_names_every_difference(self, damage, sentence):
        make.programme()
        make.grant()
        damage()
        assert [fault.sentence for fault in api.check_funds()] == [sentence]
