"""What the bank has not executed, what it charges beside a payment, and days that cannot be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import payouts as make
from fairgate.money import Money
from revenue_share import api
from revenue_share.data import AcceptedAs, Account, EntryFault
from revenue_share.exceptions import PayoutNotFound, PayoutRefused, SecondPersonNeeded, StepNotFound
from revenue_share.models import Payout, PayoutEntry, PayoutRejection

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-4000-8000-000000000000"
WHY = "The account is closed, says the bank."
LATER = make.PAY_DAY + timedelta(days=5)


@pytest.fixture(autouse=True)
def october(settings):
    make.set_up(settings)
    make.closed_october()
    make.account()


@pytest.fixture
def ordered():
    make.approved()
    return Payout.objects.get()


def ask(payout, by=make.ASKER):
    return api.ask_to_reject(payout.uuid, reason=WHY, by=by, at=make.PAY_DAY)


def reject(payout):
    api.reject_payout(ask(payout), by=make.CONFIRMER, at=make.PAY_DAY)


def states():
    return list(Payout.objects.order_by("pk").values_list("state", flat=True))


def tell(payout, amount, side="DBIT", reference="", day="2026-12-16"):
    entry = make.entry(
        payout.end_to_end_id, amount, side=side, reference=reference or amount + side, day=day
    )
    return make.record(entry, at=LATER)


def faults():
    told = [entry.fault for one in api.list_faulty_payouts() for entry in one.entries]
    return [fault for fault in told if fault]


def balance(account, party=""):
    found = [one for one in api.balances("USD") if (one.account, one.party) == (account, party)]
    return sum(one.amount.minor for one in found)


def accept(accepted_as, amount):
    minor = Money(amount, "USD").minor
    entry = PayoutEntry.objects.get(amount_minor=minor)
    uuid = api.ask_to_accept(
        entry.pk, accepted_as=accepted_as, reason="fee", by=make.ASKER, at=LATER
    )
    api.accept_difference(uuid, by=make.CONFIRMER, at=LATER)


# --- Not executed


def test_what_the_bank_did_not_execute_can_be_paid_again_when_two_people_say_so(ordered):
    # given
    uuid = ask(ordered)
    [waiting] = api.list_rejections()
    assert (waiting.name, waiting.reason, waiting.number) == (ordered.end_to_end_id, WHY, 3)
    assert make.numbers() == []
    with pytest.raises(SecondPersonNeeded):
        api.reject_payout(uuid, by=make.ASKER, at=make.PAY_DAY)

    # when
    api.reject_payout(uuid, by=make.CONFIRMER, at=make.PAY_DAY)

    # then
    assert (states(), make.numbers(), api.list_rejections()) == (["rejected"], [3], ())
    assert api.statement_states([3]) == {}
    make.approved(3)
    assert states() == ["rejected", "ordered"]
    assert api.check() == ()


def test_what_is_not_confirmed_is_still_to_be_paid(ordered):
    uuid = ask(ordered)
    with pytest.raises(PayoutRefused, match="waits for a second person already"):
        ask(ordered)
    api.refuse_rejection(uuid, by=make.CONFIRMER, because="It is on its way", at=make.PAY_DAY)
    assert states() == ["ordered"]
    with pytest.raises(PayoutRefused, match="decided already"):
        api.reject_payout(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    reject(ordered)
    assert states() == ["rejected"]


@pytest.mark.parametrize("amount", ["91.73", "90.00"])
def test_of_what_the_bank_has_told_something_it_was_executed(ordered, amount):
    # given
    uuid = ask(ordered)
    tell(ordered, amount)

    # then
    with pytest.raises(PayoutRefused, match="of which the bank has told nothing"):
        api.reject_payout(uuid, by=make.CONFIRMER, at=LATER)
    api.refuse_rejection(uuid, by=make.CONFIRMER, because="It was paid", at=LATER)
    with pytest.raises(PayoutRefused, match="of which the bank has told nothing"):
        ask(ordered)
    assert api.check() == ()


def test_money_that_came_in_alone_does_not_say_that_it_was_executed(ordered):
    """The debit was booked with others as one sum, which no file names."""
    tell(ordered, "91.73", side="CRDT")
    assert faults() == [EntryFault.UNEXPECTED]
    reject(ordered)
    assert (states(), make.numbers()) == (["rejected"], [3])
    assert api.check() == ()


def test_what_was_not_sent_is_refused_or_approved_and_not_rejected():
    make.proposed()
    with pytest.raises(PayoutRefused, match="Only a payout that was sent"):
        ask(Payout.objects.get())


def test_what_is_not_there_is_said(ordered):
    with pytest.raises(PayoutNotFound):
        api.ask_to_reject(NOBODY, reason=WHY, by=make.ASKER, at=make.PAY_DAY)
    with pytest.raises(StepNotFound):
        api.reject_payout(NOBODY, by=make.CONFIRMER, at=make.PAY_DAY)
    with pytest.raises(PayoutRefused, match="say why"):
        api.ask_to_reject(ordered.uuid, reason=" ", by=make.ASKER, at=make.PAY_DAY)


def test_one_key_says_it_once(ordered):
    told = {"reason": WHY, "by": make.ASKER, "at": make.PAY_DAY, "key": "k1"}
    assert api.ask_to_reject(ordered.uuid, **told) == api.ask_to_reject(ordered.uuid, **told)
    assert PayoutRejection.objects.count() == 1


# --- The bank executes it all the same


def test_what_the_bank_executes_after_all_counts_as_long_as_no_other_pays_the_statement(ordered):
    # given
    reject(ordered)

    # when
    tell(ordered, "91.73")

    # then
    assert (states(), make.numbers()) == (["paid"], [])
    assert balance(Account.PAYABLE_CLEARED, "GSMA") == 0
    assert api.check() == ()


def test_what_the_bank_executes_after_all_beside_another_payout_is_a_fault(ordered):
    # given
    reject(ordered)
    make.approved(3)

    # when
    done = tell(ordered, "91.73")

    # then
    assert states() == ["rejected", "ordered"]
    assert faults() == [EntryFault.REJECTED]
    assert "was executed after all" in done.faults[0]
    assert balance(Account.BANK) == 0
    assert api.check() == ()


def test_it_is_settled_when_it_comes_back(ordered):
    reject(ordered)
    make.approved(3)
    tell(ordered, "91.73")
    tell(ordered, "91.73", side="CRDT")
    assert (states(), faults()) == (["rejected", "ordered"], [])
    assert api.check() == ()


@pytest.mark.parametrize("other", ["rejected", "refused", "returned"])
def test_it_counts_as_soon_as_the_other_payout_is_none_any_more(ordered, other):
    # given
    reject(ordered)
    if other == "refused":
        batch = make.proposed(3)
    else:
        make.approved(3)
    second = Payout.objects.last()
    tell(ordered, "91.73")

    # when
    if other == "refused":
        api.refuse_batch(batch, by=make.CONFIRMER, because="Paid already", at=LATER)
    elif other == "rejected":
        reject(second)
    else:
        tell(second, "91.73", reference="A")
        tell(second, "91.73", side="CRDT", reference="B")

    # then
    assert (states(), faults(), make.numbers()) == (["paid", other], [], [])
    assert balance(Account.BANK) == -9173
    assert api.check() == ()


def test_a_file_that_tells_it_first_and_comes_back_leaves_the_statement_to_be_paid(ordered):
    reject(ordered)
    tell(ordered, "91.73")
    tell(ordered, "91.73", side="CRDT")
    assert (states(), make.numbers()) == (["returned"], [3])
    assert api.check() == ()


def test_a_second_execution_after_the_return_counts_if_nothing_else_pays(ordered):
    # given
    tell(ordered, "91.73")
    tell(ordered, "91.73", side="CRDT")
    assert (states(), make.numbers()) == (["returned"], [3])

    # when
    tell(ordered, "91.73", reference="again")

    # then
    assert (states(), faults(), make.numbers()) == (["paid"], [], [])
    assert (Payout.objects.get().lives, balance(Account.BANK)) == (2, -9173)
    assert balance(Account.PAYABLE_CLEARED, "GSMA") == 0
    assert api.check() == ()


@pytest.mark.parametrize("over", ["rejected", "returned"])
def test_what_is_executed_beside_a_proposal_stops_its_approval(ordered, over):
    # given
    if over == "rejected":
        reject(ordered)
    else:
        tell(ordered, "91.73")
        tell(ordered, "91.73", side="CRDT")
    batch = make.proposed(3)
    tell(ordered, "91.73", reference="after all")
    assert faults() == [EntryFault.REJECTED]

    # when
    with pytest.raises(PayoutRefused, match="which is over: that has to be settled first"):
        api.approve_batch(batch, by=make.CONFIRMER, at=LATER)
    api.refuse_batch(batch, by=make.CONFIRMER, because="Paid already", at=LATER)

    # then
    assert (states(), faults(), make.numbers()) == (["paid", "refused"], [], [])
    assert balance(Account.BANK) == -9173
    assert api.check() == ()


def test_a_rejected_payout_that_is_executed_with_another_amount_is_not_paid_again(ordered):
    # given
    reject(ordered)
    tell(ordered, "90.00")
    assert (states(), faults()) == (["rejected"], [EntryFault.WRONG_AMOUNT])
    [waiting] = [one for one in api.list_payables() if one.number == 3]
    assert "has to be settled first" in str(waiting.refusal)

    # when
    accept(AcceptedAs.PAYMENT, "90.00")

    # then
    assert (states(), faults(), make.numbers()) == (["paid"], [], [])
    assert (balance(Account.BANK), balance(Account.FX_GAIN_LOSS, "PLATFORM")) == (-9000, -173)
    assert api.check() == ()


def test_a_return_less_a_fee_beside_a_duplicate_leaves_the_duplicate_as_the_payment(ordered):
    # given
    tell(ordered, "91.73")
    tell(ordered, "91.73", reference="again")
    tell(ordered, "88.73", side="CRDT")
    assert faults() == [EntryFault.DUPLICATE, EntryFault.WRONG_AMOUNT]

    # when
    accept(AcceptedAs.PAYMENT, "88.73")

    # then
    assert (states(), faults()) == (["paid"], [])
    assert (balance(Account.BANK), balance(Account.FX_GAIN_LOSS, "PLATFORM")) == (-9473, 300)
    assert api.check() == ()


def test_a_payout_that_was_executed_twice_and_returned_by_the_bank_twice_is_payable(ordered):
    for number in range(2):
        tell(ordered, "91.73", reference=f"D{number}")
        tell(ordered, "91.73", side="CRDT", reference=f"C{number}")
    assert (states(), faults(), make.numbers()) == (["returned"], [], [3])
    assert balance(Account.BANK) == 0
    assert api.check() == ()


# --- Banks that convert


@pytest.fixture
def converted(settings):
    """Dollars that are paid from our account in dollars to one in euros."""
    settings.REVENUE_SHARE_BANK_ACCOUNTS = {"USD": make.ACCOUNTS["USD"]}
    settings.REVENUE_SHARE_BANK_RATE_PERCENT = 3
    make.rates_of_november()
    api.confirm_account(
        api.propose_account_end("GSMA", "USD", reason="moved", by=make.ASKER, at=make.PAY_DAY),
        by=make.CONFIRMER,
        at=make.PAY_DAY,
    )
    make.account("GSMA", "EUR", number=make.THEIRS_EUR)
    make.approved(3)
    return Payout.objects.get()


def test_another_tolerance_later_changes_nothing_of_what_was_proposed(converted, settings):
    # given
    tell(converted, "93.50")
    assert states() == ["paid"]

    # when
    settings.REVENUE_SHARE_BANK_RATE_PERCENT = 1

    # then
    assert api.check() == ()
    tell(converted, "93.50", side="CRDT")
    assert (states(), faults(), balance(Account.BANK)) == (["returned"], [], 0)
    assert api.check() == ()


def test_of_two_debits_at_the_bank_s_own_rates_the_one_that_comes_back_is_undone(converted):
    tell(converted, "92.00")
    tell(converted, "91.00")
    tell(converted, "91.00", side="CRDT")
    assert (states(), faults(), balance(Account.BANK)) == (["paid"], [], -9200)
    assert api.check() == ()


def test_when_the_first_of_two_comes_back_the_second_is_the_payment(converted):
    tell(converted, "90.00")
    tell(converted, "91.73")
    tell(converted, "90.00", side="CRDT")
    assert (states(), faults(), balance(Account.BANK)) == (["paid"], [], -9173)
    assert api.check() == ()


# --- Fees beside the payment


def test_a_fee_beside_the_payment_goes_to_the_platform_and_the_payment_stays(ordered):
    # given
    tell(ordered, "91.73")
    tell(ordered, "3.00")
    assert faults() == [EntryFault.WRONG_AMOUNT]

    # when
    accept(AcceptedAs.CHARGE, "3.00")

    # then
    assert (states(), faults()) == (["paid"], [])
    assert balance(Account.BANK) == -9473
    assert balance(Account.FX_GAIN_LOSS, "PLATFORM") == 300
    assert api.check() == ()


def test_a_small_amount_that_comes_back_is_no_return_unless_two_people_say_so(ordered):
    # given
    tell(ordered, "91.73")
    tell(ordered, "3.00", side="CRDT")

    # when
    accept(AcceptedAs.CHARGE, "3.00")

    # then
    assert (states(), faults(), make.numbers()) == (["paid"], [], [])
    assert balance(Account.FX_GAIN_LOSS, "PLATFORM") == -300
    assert api.check() == ()


def test_a_fee_and_its_return_need_nobody(ordered):
    tell(ordered, "91.73")
    tell(ordered, "3.00")
    tell(ordered, "3.00", side="CRDT")
    assert (states(), faults()) == (["paid"], [])
    assert api.check() == ()


def test_a_fee_after_the_return_is_accepted_as_well(ordered):
    tell(ordered, "91.73")
    tell(ordered, "91.73", side="CRDT")
    tell(ordered, "0.10")
    with pytest.raises(PayoutRefused, match="it can be a fee"):
        accept(AcceptedAs.PAYMENT, "0.10")
    accept(AcceptedAs.CHARGE, "0.10")
    assert (states(), faults()) == (["returned"], [])
    assert balance(Account.BANK) == -10
    assert api.check() == ()


def test_a_fee_that_comes_before_the_payment_does_not_hold_it(ordered):
    tell(ordered, "3.00")
    assert states() == ["held"]
    accept(AcceptedAs.CHARGE, "3.00")
    assert states() == ["ordered"]
    tell(ordered, "91.73")
    assert (states(), faults()) == (["paid"], [])
    assert api.check() == ()


def test_what_is_as_ordered_is_no_fee(ordered):
    tell(ordered, "91.73")
    tell(ordered, "91.73", reference="again")
    duplicate = PayoutEntry.objects.last()
    with pytest.raises(PayoutRefused, match="no difference"):
        api.ask_to_accept(
            duplicate.pk, accepted_as=AcceptedAs.CHARGE, reason="x", by=make.ASKER, at=LATER
        )


# --- Days


@pytest.mark.parametrize("day", ["1999-01-08", "2026-12-13", "2026-12-22", "2031-01-08"])
def test_a_day_before_the_approval_or_of_the_future_is_not_recorded(ordered, day):
    done = tell(ordered, "91.73", day=day)
    assert (states(), PayoutEntry.objects.count()) == (["ordered"], 0)
    assert "look how days are written in the file" in done.faults[0]


@pytest.mark.parametrize("day", ["2026-12-14", "2026-12-21"])
def test_a_bank_may_be_a_day_behind_or_ahead(ordered, day):
    tell(ordered, "91.73", day=day)
    assert states() == ["paid"]
