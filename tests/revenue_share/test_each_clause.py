"""Clauses of proofs and rules, each by what it alone finds or refuses."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, transaction

from factories import payouts as make
from factories import revenue_share as facts
from fairgate.money import Money
from fee_payments.data import DisputeState
from revenue_share import api
from revenue_share.data import Account, Amounts, CauseKind, Rate, RateSource
from revenue_share.exceptions import CloseRefused, KeyReused, RefundExceedsSale
from revenue_share.models import (
    Adjustment,
    AllocationLine,
    LedgerTransaction,
    Payout,
    PeriodClose,
    RecoupmentStanding,
    RevenueEvent,
)
from revenue_share.rules import rates
from revenue_share.rules.disputes import Told, is_newer
from revenue_share.rules.refunds import does_fit
from revenue_share.services.closing import close_period

pytestmark = pytest.mark.django_db

ANNE, BEN = 7, 8
#: How a database stops holding what a table's CHECK says, and holds it again.
_CHECKS = {
    "sqlite": ("PRAGMA ignore_check_constraints = 1", "PRAGMA ignore_check_constraints = 0"),
    "mysql": ("SET check_constraint_checks = 0", "SET check_constraint_checks = 1"),
}


@contextmanager
def by_hand():
    """Nothing that the database itself holds is held; what is done in here is undone."""
    unchecked, checked = _CHECKS[connection.vendor]
    with transaction.atomic(), connection.constraint_checks_disabled(), connection.cursor() as sql:
        sql.execute(unchecked)
        try:
            yield
        finally:
            sql.execute(checked)
            transaction.set_rollback(True)


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount, statement


def found():
    return {(fault.invariant, fault.sentence) for fault in api.check()}


def invariants():
    return {fault.invariant for fault in api.check()}


@pytest.fixture
def october():
    facts.put_terms_in_force()
    facts.book_october()


@pytest.fixture
def adjustment(october):
    """What Anne proposes: GSMA gives 12.00, ATC and what is not allocated get them."""
    amounts = {"GSMA": "-12.00", "ATC": "5.00", "": "7.00"}
    wanted = {party: Money(amount, "USD") for party, amount in amounts.items()}
    return api.propose_adjustment(
        wanted, reason="the studio", period="2026-10", by=ANNE, at=facts.NOON
    )


# Adjustments


def test_an_adjustment_that_one_person_confirmed_alone_is_found(adjustment):
    api.confirm_adjustment(adjustment, by=BEN, at=facts.NOON)
    with by_hand():
        Adjustment.objects.update(confirmed_by=ANNE)
        assert invariants() == {"adjustment by two people"}


def test_an_adjustment_that_does_not_add_up_is_found_before_it_is_booked(adjustment):
    run("UPDATE revenue_share_adjustmentline SET units_minor = units_minor + 1 WHERE party = 'ATC'")
    assert invariants() == {"adjustment by two people"}


# Rows without those that they are of: a partitioned table has no foreign keys (decision 0071).


def test_an_entry_whose_transaction_is_gone_is_found(october):
    gone = LedgerTransaction.objects.get(kind="refund")
    with by_hand():
        run("DELETE FROM revenue_share_ledgertransaction WHERE kind = 'refund'")
        assert ("entry is of its transaction", f"there is no transaction {gone.pk}.") in found()


def test_a_line_whose_event_is_gone_is_found(october):
    gone = RevenueEvent.objects.get(kind="refund")
    of_it = f"there is no event {gone.pk} that is counted in 2026-10."
    with by_hand():
        run("DELETE FROM revenue_share_revenueevent WHERE kind = 'refund'")
        assert ("line is of its event", of_it) in found()


def test_a_line_that_was_moved_into_another_month_is_found(october):
    one = AllocationLine.objects.order_by("pk").first()
    with by_hand():
        run("UPDATE revenue_share_allocationline SET period = '2026-09' WHERE id = %s", one.pk)
        of_it = f"there is no event {one.event_id} that is counted in 2026-09."
        assert ("line is of its event", of_it) in found()


# Recoupments


def test_what_was_recouped_and_is_kept_nowhere_is_found():
    factory = facts.partnership_factory
    more = '    recoupments: [{party: ATC, amount: "20.00", currency: USD}]\n'
    text = factory.terms_text(factory.version_text(revenue=factory.REVENUE + more))
    factory.put_in_force(text)
    api.book_payment(facts.payment(), at=facts.NOON)
    assert RecoupmentStanding.objects.get().recouped_minor == 2_000
    assert api.check() == ()

    run("DELETE FROM revenue_share_recoupmentstanding")

    assert found() == {("recoupment equals lines", "lines of 2000 are kept nowhere.")}


# Payouts


@pytest.fixture
def paid(settings):
    make.set_up(settings)
    make.closed_october()
    make.account()
    make.approved()
    make.record(make.entry(Payout.objects.get().end_to_end_id, "91.73"))
    assert api.check() == ()


def test_an_account_of_another_currency_than_what_is_paid_is_found(paid):
    with by_hand():
        run("UPDATE revenue_share_payoutaccount SET currency = 'EUR'")
        assert "payout pays its statement" in invariants()


def test_what_was_posted_for_a_payout_that_never_was_is_found(paid):
    uuid = uuid4()
    forged = LedgerTransaction.objects.create(
        key=f"payout:{uuid}", kind="payout", cause_kind=CauseKind.PAYOUT.value, cause_uuid=uuid,
        period="2026-12", currency="USD", debit_minor=5, credit_minor=5,
        occurred_at=make.PAY_DAY, posted_at=make.PAY_DAY,
    )  # fmt: skip
    for account, debit in ((Account.TAX_PAYABLE, 5), (Account.PROCESSOR_FEE, 0)):
        run(
            "INSERT INTO revenue_share_ledgerentry (transaction_id, account, party, period, "
            "currency, debit_minor, credit_minor) VALUES (%s, %s, '', '2026-12', 'USD', %s, %s)",
            forged.pk, account.value, debit, 5 - debit,
        )  # fmt: skip
    assert ("payout is posted", "it is of no payout that was paid.") in found()


@pytest.mark.parametrize(("has_iban", "is_sepa"), [(True, True), (False, False)])
def test_a_payment_is_one_of_sepa_if_our_own_account_has_an_iban_too(settings, has_iban, is_sepa):
    far = {"holder": "Fairgate Host", "number": "000123456789", "bic": "KCBLKENX"}
    make.set_up(settings, EUR=make.ACCOUNTS["EUR"] if has_iban else far)
    make.closed_euros()
    make.account("GSMA", "EUR", number=make.THEIRS_EUR, bic="PSSTFRPP")
    content = api.payment_order(make.approved()).content
    assert (b"<Cd>SEPA</Cd>" in content) is is_sepa


@pytest.mark.parametrize(
    ("number", "is_sepa"),
    [
        ("FR1420041010050500013M02606", True),
        ("CH9300762011623852957", True),
        ("TR330006100519786457841326", False),
        ("MR1300020001010000123456753", False),
    ],
)
def test_a_payment_in_euros_is_one_of_sepa_if_their_country_takes_part(settings, number, is_sepa):
    make.set_up(settings)
    make.closed_euros()
    make.account("GSMA", "EUR", number=number, bic="")
    content = api.payment_order(make.approved()).content
    assert (b"<Cd>SEPA</Cd>" in content) is is_sepa


# Facts that are told again


@pytest.mark.parametrize(
    "changes",
    [
        {"offering_code": "another"},
        # What is shared is the same; what is kept for whom is not.
        {"tax": Money("19.00", "USD"), "processor_fee": Money("4.78", "USD")},
    ],
)
def test_f13_a_payment_that_is_told_again_is_the_same_in_all_that_is_booked(changes):
    facts.put_terms_in_force()
    told = facts.payment("S1", "120.00", "20.00", "3.78")
    api.book_payment(told, at=facts.NOON)
    with pytest.raises(KeyReused):
        api.book_payment(replace(told, **changes), at=facts.NOON)


def test_a_refund_takes_nothing_below_zero_of_any_part(october):
    """10.00 with a tax of −1.00 would take 11.00 from the shares."""
    with pytest.raises(RefundExceedsSale, match="has parts that its sale has not left"):
        api.book_refund(facts.refund("R9", "S1", "10.00", "-1.00"), at=facts.REFUND_DAY)
    assert api.check() == ()


@pytest.mark.parametrize(
    ("part", "does"),
    [
        (Amounts(0, 0, 0), True),
        (Amounts(100, 20, 5), True),
        (Amounts(-1, 20, 5), False),
        (Amounts(100, -1, 5), False),
        (Amounts(100, 20, -1), False),
        (Amounts(101, 20, 5), False),
    ],
)
def test_each_part_is_from_nothing_to_what_is_left(part, does):
    assert does_fit(part, Amounts(100, 20, 5)) is does


# Disputes


def test_what_is_told_late_of_a_dispute_in_the_same_state_changes_nothing(october):
    # given
    api.book_dispute(facts.dispute(amount="100.00"), at=facts.REFUND_DAY)

    # when: an older message comes after it
    older = facts.dispute(amount="50.00", at=facts.REFUND_DAY - timedelta(hours=1))
    api.book_dispute(older, at=facts.REFUND_DAY)

    # then
    assert RevenueEvent.objects.filter(kind="dispute_opened").count() == 1
    assert api.check() == ()


@pytest.mark.parametrize(("hours", "is_news"), [(-1, False), (0, True), (1, True)])
def test_of_two_messages_of_one_state_the_later_one_counts(hours, is_news):
    known = Told(DisputeState.OPENED, facts.NOON, 100, 15)
    told = Told(DisputeState.OPENED, facts.NOON + timedelta(hours=hours), 50, 15)
    assert is_newer(told, known) is is_news


# Rates


@pytest.mark.parametrize(
    ("minor", "converted"), [(1, 1), (-1, -1), (3, 2), (-3, -2), (5, 3), (2, 1)]
)
def test_half_a_minor_unit_goes_away_from_zero(minor, converted):
    half = Rate(
        id=1, source=RateSource.UNORE, base="USD", currency="CHF", effective_on=make.ON,
        rate=Decimal("0.5"), recorded_at=facts.NOON,
    )  # fmt: skip
    assert rates.convert(Money.from_minor(minor, "USD"), "CHF", [half]).minor == converted


# Closes


def test_a_month_that_another_close_overtook_is_not_closed():
    """Nothing was in October or November: both could be closed when each was asked for."""

    def meanwhile(done):
        if done == 2:
            close_period("2026-11", at=facts.CLOSE_DAY, by="omar")

    with pytest.raises(CloseRefused, match="cannot be closed after 2026-11"):
        close_period("2026-10", at=facts.CLOSE_DAY, by="ines", told=meanwhile)

    assert [close.period for close in PeriodClose.objects.all()] == ["2026-11"]
