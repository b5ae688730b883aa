"""Several workers on the same books at the same moment, on MariaDB."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from functools import partial

import pytest

from factories import revenue_share as facts
from fairgate.money import Money
from races import ISOLATIONS, READ_COMMITTED, REPEATABLE_READ, errors, race, values
from revenue_share import api, lock_objects
from revenue_share.exceptions import AdjustmentRefused, RefundExceedsSale
from revenue_share.models import (
    Adjustment,
    AllocationLine,
    CarriedRemainder,
    DisputeStanding,
    LedgerTransaction,
    RecoupmentStanding,
    RevenueEvent,
    SaleStanding,
    Statement,
)
from revenue_share.services import holds
from waiver_policy import api as waivers

pytestmark = pytest.mark.mariadb

WORKERS = 8
AMOUNTS = ("120.00", "59.99", "10.00", "33.33", "7.77", "105.50", "480.00", "0.07")


@pytest.fixture(autouse=True)
def terms(transactional_db):
    facts.put_terms_in_force()


def book(name: str = "S1", gross: str = "120.00"):
    return api.book_payment(facts.payment(name, gross), at=facts.NOON)


def warm_up() -> None:
    # The carries are there, as after the first sale of every agreement.
    book("warm", "1.00")


def carry_errors() -> list[Fraction]:
    """What the carries say less what the lines say; nothing when no update was lost."""
    rows = CarriedRemainder.objects.order_by("place")
    net = sum(RevenueEvent.objects.values_list("net_minor", flat=True))
    lines = AllocationLine.objects
    units = [
        sum(lines.filter(party=row.party).values_list("units_minor", flat=True)) for row in rows
    ]
    return [
        Fraction(row.numerator, row.denominator)
        - (Fraction(net * row.weight, row.denominator) - unit)
        for row, unit in zip(rows, units, strict=True)
    ]


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_f04_workers_that_book_one_payment_book_it_once(isolation, atomic):
    # when
    outcomes = race(*[book] * WORKERS, isolation=isolation, atomic=atomic)

    # then: under ATOMIC_REQUESTS the very first booking may lose a deadlock, loudly
    done = values(outcomes)
    assert done
    assert all(one == done[0] for one in done)
    assert atomic or not errors(outcomes)
    assert RevenueEvent.objects.count() == 1
    assert LedgerTransaction.objects.count() == 2
    assert api.check() == ()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_workers_that_book_without_terms_book_once(isolation):
    payment = facts.payment(course="course-v1:NO+TERMS+1")
    outcomes = race(*[partial(api.book_payment, payment, at=facts.NOON)] * WORKERS,
                    isolation=isolation)  # fmt: skip
    assert errors(outcomes) == []
    assert RevenueEvent.objects.count() == 1
    assert api.check() == ()


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_carries_stay_exact_when_many_book_under_one_agreement(isolation, atomic):
    # given
    warm_up()

    # when
    calls = [partial(book, f"S{place}", gross) for place, gross in enumerate(AMOUNTS)]
    outcomes = race(*calls, isolation=isolation, atomic=atomic)

    # then
    assert errors(outcomes) == []
    assert carry_errors() == [0, 0, 0, 0]
    assert api.check() == ()


def test_without_the_lock_an_update_of_the_carries_is_lost(monkeypatch):
    # given: the twin of the test before, with a plain read in place of the lock
    def read(terms_version, currency):
        rows = CarriedRemainder.objects.filter(terms_version=terms_version, currency=currency)
        return list(rows.order_by("place"))

    warm_up()
    monkeypatch.setattr(lock_objects, "lock_carries", read)

    # when: enough rounds for two readers to meet
    for turn in range(10):
        calls = [partial(book, f"S{turn} {n}", gross) for n, gross in enumerate(AMOUNTS)]
        race(*calls, isolation=READ_COMMITTED)

    # then
    assert carry_errors() != [0, 0, 0, 0]
    assert "carry is exact" in {fault.invariant for fault in api.check()}


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_f10_of_two_refunds_that_are_too_much_together_one_is_refused(isolation):
    # given
    book("S1", "100.00")
    refunds = [facts.refund(name, "S1", "60.00") for name in ("R1", "R2")]

    # when
    calls = [partial(api.book_refund, one, at=facts.REFUND_DAY) for one in refunds]
    outcomes = race(*calls, isolation=isolation)

    # then
    assert len(values(outcomes)) == 1
    assert [type(error) for error in errors(outcomes)] == [RefundExceedsSale]
    assert api.check() == ()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_k17_partial_refunds_by_many_workers_sum_to_the_mirror(isolation):
    # given
    book("S1", "100.00")
    refunds = [facts.refund(f"R{place}", "S1", "12.50") for place in range(WORKERS)]

    # when
    calls = [partial(api.book_refund, one, at=facts.REFUND_DAY) for one in refunds]
    outcomes = race(*calls, isolation=isolation)

    # then
    assert errors(outcomes) == []
    assert carry_errors() == [0, 0, 0, 0]
    assert {one.closing.minor for one in api.list_statements()} == {0}
    assert api.check() == ()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_the_fund_receives_once_what_many_workers_clear(isolation):
    # given
    facts.book_october()

    # when
    outcomes = race(*[partial(api.clear_holds, at=facts.CLOSE_DAY)] * 4, isolation=isolation)

    # then
    assert errors(outcomes) == []
    assert waivers.fund_balance("USD").available == Money("50.96", "USD")
    assert api.check() == ()


def test_without_the_lock_a_hold_is_cleared_twice_or_dies(monkeypatch):
    # given: the twin of the test before, with a plain read in place of the lock
    facts.book_october()

    def read_only(sale_ids):
        return list(SaleStanding.objects.filter(sale_id__in=sale_ids).order_by("sale_id"))

    monkeypatch.setattr(lock_objects, "lock_standings", read_only)

    # when
    outcomes = race(*[partial(api.clear_holds, at=facts.CLOSE_DAY)] * 4)

    # then: the unique key of a transaction is what is left to stop it
    assert errors(outcomes)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_holds_that_are_cleared_by_the_page_while_sales_are_refunded_leave_books_that_hold(
    isolation, monkeypatch
):
    # given: pages that overlap differently with what refunds want
    monkeypatch.setattr(holds, "PAGE", 2)
    facts.book_october()
    refunds = [
        partial(api.book_refund, facts.refund(f"R{sale}", sale, "5.00"), at=facts.CLOSE_DAY)
        for sale in ("S4", "S2", "S1", "S3")
    ]

    # when
    clear = partial(api.clear_holds, at=facts.CLOSE_DAY)
    outcomes = race(*[clear] * 4, *refunds, isolation=isolation)

    # then
    assert errors(outcomes) == []
    api.clear_holds(at=facts.CLOSE_DAY)
    assert (api.check(), waivers.check_funds()) == ((), ())


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_month_is_closed_once_by_many_while_others_book(isolation):
    # given
    facts.book_october()
    close = partial(api.close_period, "2026-10", at=facts.CLOSE_DAY, by="ines")

    # when
    late = [partial(book, f"L{place}", gross) for place, gross in enumerate(AMOUNTS[:4])]
    outcomes = race(*[close] * 4, *late, isolation=isolation)

    # then
    assert errors(outcomes) == []
    assert Statement.objects.filter(period="2026-10").count() == 4
    assert sorted(Statement.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert api.check() == ()


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_a_dispute_told_to_many_workers_is_booked_once(isolation, atomic):
    # given
    book("S1", "100.00")
    told = partial(api.book_dispute, facts.dispute(amount="100.00"), at=facts.REFUND_DAY)

    # when
    outcomes = race(*[told] * WORKERS, isolation=isolation, atomic=atomic)

    # then: under ATOMIC_REQUESTS the very first telling may lose a deadlock, loudly
    done = values(outcomes)
    assert done
    assert all(one == done[0] for one in done)
    assert atomic or not errors(outcomes)
    assert RevenueEvent.objects.filter(kind="dispute_opened").count() == 1
    assert api.check() == ()


def test_without_the_lock_a_dispute_is_booked_twice_or_dies(monkeypatch):
    # given: the twin of the test before, with a plain read in place of the lock
    def read(uuid):
        return DisputeStanding.objects.get(uuid=uuid)

    book("S1", "100.00")
    monkeypatch.setattr(lock_objects, "lock_dispute", read)

    # when: lost and won are told at the same moment, enough times to meet
    def told(name, state, days):
        at = facts.REFUND_DAY + timedelta(days=days)
        dispute = facts.dispute(state, amount="1.00", at=at, name=name)
        return partial(api.book_dispute, dispute, at=facts.CLOSE_DAY)

    failed = []
    for turn in range(10):
        calls = [told(f"D{turn}", state, days) for days, state in enumerate(("lost", "won"))]
        failed += errors(race(*calls * 2, isolation=READ_COMMITTED))

    # then: a step is written by two, or what a sale lost is counted twice
    assert failed or api.check()


RECOUPING = facts.partnership_factory.REVENUE + (
    '    recoupments: [{party: ATC, amount: "200.00", currency: USD}]\n'
)
OTHER = "course-v1:ATC+STUDIO+1"


def recouping_terms() -> None:
    factory = facts.partnership_factory
    version = factory.version_text(agreement="STUDIO", courses=[OTHER], revenue=RECOUPING)
    factory.put_in_force(factory.terms_text(version))


def sell_studio(name):
    return api.book_payment(facts.payment(name, "60.00", course=OTHER), at=facts.NOON)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_many_workers_recoup_no_more_than_the_terms_state(isolation):
    # given
    recouping_terms()
    sell_studio("warm")

    # when
    calls = [partial(sell_studio, f"S{place}") for place in range(WORKERS)]
    outcomes = race(*calls, isolation=isolation)

    # then
    assert errors(outcomes) == []
    assert RecoupmentStanding.objects.get().recouped_minor == 20_000
    assert api.check() == ()


def test_without_the_lock_too_much_is_recouped(monkeypatch):
    # given: the twin of the test before, with a plain read in place of the lock
    def read(agreement, currency):
        rows = RecoupmentStanding.objects.filter(agreement=agreement, currency=currency)
        return {row.party: row for row in rows}

    recouping_terms()
    sell_studio("warm")
    monkeypatch.setattr(lock_objects, "lock_recoupments", read)

    # when: enough rounds for two readers to meet
    for turn in range(6):
        race(*[partial(sell_studio, f"S{turn} {place}") for place in range(4)],
             isolation=READ_COMMITTED)  # fmt: skip

    # then
    assert "recoupment equals lines" in {fault.invariant for fault in api.check()}


def proposed():
    amounts = {"GSMA": Money("-1.00", "USD"), "ATC": Money("1.00", "USD")}
    return api.propose_adjustment(
        amounts, reason="A mistake.", period="2026-10", by=1, at=facts.NOON
    )


def confirming(uuid, by):
    return partial(api.confirm_adjustment, uuid, by=by, at=facts.NOON)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_an_adjustment_that_many_confirm_or_refuse_is_decided_once(isolation):
    # given
    uuid = proposed()
    refusing = partial(api.refuse_adjustment, uuid, because="No.", by=9, at=facts.NOON)

    # when
    outcomes = race(*[confirming(uuid, by) for by in range(2, 8)], refusing, isolation=isolation)

    # then
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {AdjustmentRefused}
    assert api.check() == ()


def test_without_the_lock_an_adjustment_is_confirmed_and_refused(monkeypatch):
    # given: the twin of the test before, with a plain read in place of the lock
    def read(uuid):
        return Adjustment.objects.filter(uuid=uuid).first()

    monkeypatch.setattr(lock_objects, "lock_adjustment", read)

    # when: enough rounds for two readers to meet
    failed = []
    for _turn in range(10):
        uuid = proposed()
        refusing = partial(api.refuse_adjustment, uuid, because="No.", by=9, at=facts.NOON)
        failed += errors(race(confirming(uuid, 2), refusing, confirming(uuid, 3),
                              isolation=READ_COMMITTED))  # fmt: skip

    # then: only the constraints and unique keys stop them, as errors that nobody explains
    assert {type(error) for error in failed} - {AdjustmentRefused}


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_workers_that_post_dispute_refund_and_close_at_once_leave_books_that_hold(isolation):
    # given
    facts.book_october()
    api.clear_holds(at=facts.CLOSE_DAY)

    def dispute(name, of, state):
        told = facts.dispute(state, (of,), "10.00", at=facts.CLOSE_DAY, name=name)
        return partial(api.book_dispute, told, at=facts.CLOSE_DAY)

    calls = [
        partial(book, "N1", "33.33"),
        confirming(proposed(), 2),
        dispute("D1", "S1", "lost"),
        dispute("D2", "S2", "opened"),
        dispute("D3", "S2", "won"),
        partial(api.book_refund, facts.refund("R8", "S2", "5.00"), at=facts.CLOSE_DAY),
        partial(api.book_refund, facts.refund("R9", "S1", "5.00"), at=facts.CLOSE_DAY),
        partial(api.close_period, "2026-10", at=facts.CLOSE_DAY, by="ines"),
    ]

    # when
    outcomes = race(*calls, isolation=isolation)

    # then: the month may have been closed before the adjustment
    assert {type(error) for error in errors(outcomes)} <= {AdjustmentRefused}
    assert api.check() == ()
    assert waivers.check_funds() == ()


def test_a_stale_view_of_the_books_does_not_mislead_a_refund():
    # given: under REPEATABLE READ and ATOMIC_REQUESTS each worker has read before it refunds
    book("S1", "100.00")

    def read_then_refund(name):
        RevenueEvent.objects.count()
        return api.book_refund(facts.refund(name, "S1", "40.00"), at=facts.REFUND_DAY)

    # when
    calls = [partial(read_then_refund, f"R{place}") for place in range(4)]
    outcomes = race(*calls, isolation=REPEATABLE_READ, atomic=True)

    # then
    assert len(values(outcomes)) == 2
    assert {type(error) for error in errors(outcomes)} == {RefundExceedsSale}
    assert api.check() == ()
