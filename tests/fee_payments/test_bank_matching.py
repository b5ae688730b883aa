"""Payments in bank statements: matched once, never beyond what is there, and taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from factories import fee_payments as make
from factories import invoices as papers
from fairgate.money import Money
from fee_payments import api, models, signals
from fee_payments.data import OrderState, RefundState
from fee_payments.data.bank import MatchReason
from fee_payments.data.invoices import InvoiceState
from fee_payments.exceptions import (
    InvoiceRefused,
    MatchRefused,
    ProviderRefused,
    SecondPersonNeeded,
    UnknownDocument,
)
from fee_payments.selectors import bank as banks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

AT = papers.LATER


def usd(text):
    return Money(text, "USD")


@pytest.fixture
def told():
    heard = []

    def hear(payment, **_):
        heard.append(payment)

    signals.PAYMENT_RECORDED.connect(hear, weak=False)
    yield heard
    signals.PAYMENT_RECORDED.disconnect(hear)


@pytest.fixture
def found():
    make.offering(capacity=5)
    return papers.invoice()


def apply(line):
    return api.apply_import(line.imported.uuid, by=papers.READER, at=AT)


def standing():
    return models.InvoiceStanding.objects.get()


def test_a_transfer_with_the_reference_settles_the_order_through_the_same_path(found, told):
    done = apply(papers.bank_line(make.PRICE, "RF55 TEST INV2 0260 0000 1 thanks"))
    assert (done.matched, done.left, done.waiting) == (1, 0, 0)
    assert api.order(found.order_uuid).state is OrderState.PAID
    assert api.has_entitlement(1001, "spectrum", at=AT)
    assert [(one.gross, one.processor_fee, one.provider) for one in told] == [
        (make.PRICE, usd("0.00"), "invoice")
    ]
    assert told[0].paid_at.date() == date(2026, 10, 8)
    assert api.invoice(found.uuid).state(papers.DAY) is InvoiceState.PAID
    assert models.BankMatch.objects.get().by is None


def test_a_worker_that_died_after_the_match_leaves_the_rest_to_the_command(
    found, told, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr("fee_payments.services.inbox.work_event", _dies)
        apply(papers.bank_line(make.PRICE, found.number))
    assert api.order(found.order_uuid).state is OrderState.PENDING
    assert api.retry_events(at=AT) == 1
    assert api.order(found.order_uuid).state is OrderState.PAID
    assert len(told) == 1


def _dies(pk, *, at):
    raise RuntimeError("the worker is gone")


def test_too_little_stays_open_and_the_next_transfer_settles_it(found, told):
    apply(papers.bank_line(usd("100.00"), found.number))
    assert (api.invoice(found.uuid).missing, told) == (usd("20.00"), [])
    apply(papers.bank_line(usd("20.00"), found.number))
    assert api.order(found.order_uuid).state is OrderState.PAID
    assert len(told) == 1


def test_too_much_is_kept_apart_and_listed_until_somebody_gives_it_back(found):
    line = papers.bank_line(usd("150.00"), found.number)
    apply(line)
    assert [one.rest_minor for one in banks.unused_lines()] == [3000]
    with pytest.raises(MatchRefused, match=r"USD 30.01 is not left"):
        ask_back(line, "30.01")
    step = ask_back(line, "30.00")
    with pytest.raises(SecondPersonNeeded):
        api.confirm_transfer_back(step, by=papers.ASKER, at=AT)
    api.confirm_transfer_back(step, by=papers.CONFIRMER, at=AT)
    assert not banks.unused_lines()


def ask_back(line, amount):
    return api.ask_transfer_back(
        line.pk, usd(amount), reason="paid too much", by=papers.ASKER, at=AT
    )


def test_what_is_not_sent_back_after_all_can_be_used_for_another_invoice(found):
    line = papers.bank_line(usd("150.00"), found.number)
    apply(line)
    step = ask_back(line, "30.00")
    api.refuse_transfer_back(step, by=papers.CONFIRMER, because="they owe another", at=AT)
    other = papers.bare_invoice(usd("30.00"))
    api.match_line(line.pk, [(other.uuid, usd("30.00"))], by=papers.READER, at=AT)
    assert not api.invoice(other.uuid).missing
    with pytest.raises(InvoiceRefused, match="decided already"):
        api.confirm_transfer_back(step, by=papers.CONFIRMER, at=AT)


def test_several_invoices_in_one_transfer_are_paid_if_their_sum_is_exact():
    one, two = papers.bare_invoice(usd("70.00")), papers.bare_invoice(usd("50.00"))
    apply(papers.bank_line(make.PRICE, f"{one.number}, {two.number}"))
    assert not api.invoice(one.uuid).missing
    assert not api.invoice(two.uuid).missing


@pytest.mark.parametrize(("amount", "rest"), [("119.99", 4999), ("120.01", 5000)])
def test_several_invoices_and_another_sum_are_left_to_a_person(amount, rest):
    one, two = papers.bare_invoice(usd("70.00")), papers.bare_invoice(usd("50.00"))
    line = papers.bank_line(usd(amount), f"{one.number}, {two.number}")
    assert apply(line).left == 1
    (proposed,) = banks.propose([line])
    assert proposed.proposal.reason is MatchReason.SUMS_DIFFER
    assert [part.minor for _, part in proposed.proposal.parts] == [7000, rest]


def test_an_amount_and_a_similar_name_are_a_suggestion_and_no_match():
    papers.bare_invoice(make.PRICE, name="University of the South Pacific")
    papers.bare_invoice(make.PRICE, name="Ministère des Postes")
    line = papers.bank_line(make.PRICE, "course fee", payer_name="MINISTERE DES POSTES FIDJI")
    assert apply(line).left == 1
    (proposed,) = banks.propose([line])
    assert proposed.proposal.reason is MatchReason.AMOUNT_AND_NAME
    assert proposed.proposal.parts[0][0].buyer_name == "Ministère des Postes"


def test_money_for_an_order_that_is_over_waits_for_a_person(found, told):
    api.expire_orders(at=make.NOON.replace(month=12))
    line = papers.bank_line(make.PRICE, found.number)
    assert (apply(line).left, told) == (1, [])
    api.match_line(line.pk, [(found.uuid, make.PRICE)], by=papers.READER, at=AT)
    assert api.order(found.order_uuid).state is OrderState.PAID


def test_money_for_a_cancelled_invoice_belongs_to_nobody(found):
    api.issue_credit_note(found.uuid, reason="wrong", by=9, at=AT)
    line = papers.bank_line(make.PRICE, found.number)
    assert apply(line).left == 1
    with pytest.raises(MatchRefused, match="is not open of invoice"):
        api.match_line(line.pk, [(found.uuid, make.PRICE)], by=papers.READER, at=AT)
    assert list(banks.unused_lines()) == [line]


def test_f18_another_currency_pays_nothing(found):
    line = papers.bank_line(Money("120.00", "EUR"), found.number)
    assert apply(line).left == 1
    with pytest.raises(MatchRefused, match="not in one currency"):
        api.match_line(line.pk, [(found.uuid, Money("120.00", "EUR"))], by=1, at=AT)
    assert not models.BankMatch.objects.exists()


@pytest.mark.parametrize("is_suspended", [True, False])
def test_f19_a_payment_that_the_bank_takes_back_opens_the_invoice_and_holds_the_order(
    found, settings, is_suspended
):
    settings.FEE_PAYMENTS_SUSPEND_ON_REVERSAL = is_suspended
    line = papers.bank_line(make.PRICE, found.number, bank_reference="B-1")
    apply(line)
    assert apply(reversal(line)).taken_back == 1
    now = api.invoice(found.uuid)
    assert (now.missing, now.reversed_at) == (make.PRICE, AT)
    assert "took the payment back" in models.Order.objects.get().held_because
    assert api.has_entitlement(1001, "spectrum", at=AT) is not is_suspended
    assert not banks.unused_lines()


def reversal(line):
    return papers.bank_line(
        make.PRICE, line.remittance, is_credit=False, is_reversal=True, bank_reference="B-1",
        booked_on=date(2026, 10, 9),
    )  # fmt: skip


def test_f19_paid_again_the_order_is_let_go_and_nothing_is_booked_twice(found, told):
    line = papers.bank_line(make.PRICE, found.number, bank_reference="B-1")
    apply(line)
    apply(reversal(line))
    apply(papers.bank_line(make.PRICE, found.number))
    order = models.Order.objects.get()
    assert (order.state, order.held_because, len(told)) == ("paid", "", 1)
    assert api.has_entitlement(1001, "spectrum", at=AT)
    assert not api.invoice(found.uuid).missing


def test_f19_a_reversal_of_a_payment_that_nobody_knows_waits_for_a_person(found):
    lost = papers.bank_line(make.PRICE, "", is_credit=False, is_reversal=True)
    assert apply(lost).left == 1
    assert list(banks.unused_lines()) == [lost]
    line = papers.bank_line(make.PRICE, found.number)
    apply(line)
    api.take_back(lost.pk, line_pk=line.pk, by=papers.READER, at=AT)
    assert api.invoice(found.uuid).missing == make.PRICE
    with pytest.raises(MatchRefused, match="taken back already"):
        api.take_back(lost.pk, line_pk=line.pk, by=papers.READER, at=AT)


def test_a_wrong_match_is_undone_with_a_reason_and_what_was_opened_waits(found):
    line = papers.pay(found, make.PRICE)
    match = models.BankMatch.objects.get()
    with pytest.raises(MatchRefused, match="say why"):
        api.undo_match(match.pk, by=papers.READER, because=" ", at=AT)
    api.undo_match(match.pk, by=papers.READER, because="another invoice", at=AT)
    assert list(banks.unused_lines()) == [line]
    assert standing().paid_minor == 0
    assert models.Order.objects.get().held_because
    with pytest.raises(MatchRefused, match="taken back already"):
        api.undo_match(match.pk, by=papers.READER, because="again", at=AT)


def test_a_small_rest_is_written_off_by_two_people_and_then_it_is_settled(found, told):
    papers.pay(found, usd("117.50"))
    step = write_off(found)
    with pytest.raises(SecondPersonNeeded):
        api.confirm_write_off(step, by=papers.ASKER, at=AT)
    assert told == []
    api.confirm_write_off(step, by=papers.CONFIRMER, at=AT)
    now = api.invoice(found.uuid)
    assert (now.paid, now.written_off, now.missing) == (usd("117.50"), usd("2.50"), usd("0.00"))
    # Nobody has received it: it counts as a cost of the payment, and is shared by nobody.
    assert [(one.gross, one.processor_fee) for one in told] == [(make.PRICE, usd("2.50"))]
    assert api.order(found.order_uuid).state is OrderState.PAID


def write_off(found):
    return api.ask_write_off(found.uuid, reason="bank charges", by=papers.ASKER, at=AT)


def test_what_is_not_small_or_not_paid_in_part_is_not_written_off(found):
    with pytest.raises(InvoiceRefused, match="paid in part"):
        write_off(found)
    papers.pay(found, usd("114.99"))
    with pytest.raises(InvoiceRefused, match=r"USD 5.01 is missing; at most USD 5.00"):
        write_off(found)
    assert not models.WriteOff.objects.exists()


def test_a_write_off_is_refused_or_overtaken_by_the_money(found):
    papers.pay(found, usd("117.50"))
    step = write_off(found)
    with pytest.raises(InvoiceRefused, match="waits for a second person"):
        write_off(found)
    papers.pay(found, usd("1.00"))
    with pytest.raises(InvoiceRefused, match="Another amount is missing"):
        api.confirm_write_off(step, by=papers.CONFIRMER, at=AT)
    api.refuse_write_off(step, by=papers.CONFIRMER, because="they pay", at=AT)
    papers.pay(found, usd("1.50"))
    assert standing().written_off_minor == 0
    assert api.order(found.order_uuid).state is OrderState.PAID


def test_a_refund_waits_until_a_second_person_has_sent_it_back(found):
    papers.pay(found, make.PRICE)

    def refund():
        return api.refund(
            found.order_uuid, usd("50.00"), key="r", reason="ill", by=papers.ASKER, at=AT
        )

    assert refund().state is RefundState.PENDING
    step = models.TransferBack.objects.get()
    assert (step.asked_by, step.amount_minor) == (papers.ASKER, 5000)
    assert not models.CreditNote.objects.exists()
    api.confirm_transfer_back(step.pk, by=papers.CONFIRMER, at=AT)
    assert refund().state is RefundState.DONE
    now = api.invoice(found.uuid)
    assert (now.paid, now.returned, now.credited) == (usd("70.00"), usd("50.00"), usd("50.00"))
    assert api.order(found.order_uuid).state is OrderState.PARTIALLY_REFUNDED


@pytest.mark.parametrize("before", ["0.00", "50.00"])
def test_an_invoice_whose_order_was_paid_by_card_is_settled_and_nobody_is_reminded(before):
    make.offering(capacity=5)
    placed = make.order(make.learner())
    started = make.payment(placed)
    found = papers.invoice(placed)
    if usd(before):
        papers.pay(found, usd(before))

    make.send(make.event(started))

    now = api.invoice(found.uuid)
    assert (now.missing, now.settled_at) == (usd("0.00"), make.NOON)
    assert api.remind(at=make.NOON + timedelta(days=60)) == 0
    # A part that had come by transfer as well is due back, and stands in the list of such.
    assert [one.left_minor for one in banks.unused_lines()] == [5000] * bool(usd(before))
    with pytest.raises(MatchRefused, match="not open"):
        papers.pay(found, make.PRICE)

    api.refund(placed.uuid, key="r", reason="ill", by=9, at=AT)
    assert models.CreditNote.objects.get().total_minor == make.PRICE.minor
    assert api.order(placed.uuid).state is OrderState.REFUNDED


def test_only_what_the_bank_has_taken_back_is_refunded_without_a_transfer(found):
    papers.pay(found, usd("70.00"))
    papers.pay(found, usd("50.00"))
    second = models.BankMatch.objects.get(amount_minor=5000)
    api.undo_match(second.pk, by=papers.READER, because="another invoice", at=AT)

    def refund(amount, key):
        return api.refund(
            found.order_uuid, usd(amount), key=key, reason="ill", by=papers.ASKER, at=AT
        ).state

    with pytest.raises(ProviderRefused, match="So much has not come in"):
        refund("120.00", "all")
    assert refund("50.00", "taken back") is RefundState.DONE
    assert refund("70.00", "the rest") is RefundState.PENDING
    step = models.TransferBack.objects.get()
    api.confirm_transfer_back(step.pk, by=papers.CONFIRMER, at=AT)

    now = api.invoice(found.uuid)
    assert (step.amount_minor, now.paid, now.returned) == (7000, usd("0.00"), usd("70.00"))
    assert now.credited == make.PRICE
    assert api.order(found.order_uuid).state is OrderState.REFUNDED


def test_a_refund_that_the_second_person_refuses_has_failed_and_nothing_moved(found):
    papers.pay(found, make.PRICE)
    api.refund(found.order_uuid, usd("50.00"), key="r", reason="ill", by=papers.ASKER, at=AT)
    step = models.TransferBack.objects.get()
    api.refuse_transfer_back(step.pk, by=papers.CONFIRMER, because="not ill", at=AT)
    assert models.Refund.objects.get().failed_because == "not ill"
    assert models.Payment.objects.get().refunded_minor == 0
    assert not models.CreditNote.objects.exists()


def test_a_buyer_with_credit_enters_with_the_invoice_and_pays_later(told):
    make.offering(capacity=5)
    found = papers.invoice(buyer=papers.credit_buyer())
    assert api.has_entitlement(1001, "spectrum", at=AT)
    assert api.expire_orders(at=make.NOON.replace(year=2027)) == 0
    papers.pay(found, make.PRICE)
    assert (api.order(found.order_uuid).state, len(told)) == (OrderState.PAID, 1)


def test_what_was_opened_on_credit_ends_with_its_invoice():
    make.offering(capacity=5)
    found = papers.invoice(buyer=papers.credit_buyer())
    api.issue_credit_note(found.uuid, reason="not wanted", by=9, at=AT)
    assert not api.has_entitlement(1001, "spectrum", at=AT)
    assert models.Offering.objects.get().seats_taken == 0


def test_credit_that_nobody_has_verified_opens_nothing():
    make.offering()
    papers.invoice(buyer=papers.credit_buyer(verified_at=None, verified_by=None))
    assert not api.has_entitlement(1001, "spectrum", at=AT)


def test_what_is_not_there_is_not_matched(found):
    line = papers.bank_line(make.PRICE)
    with pytest.raises(UnknownDocument):
        api.match_line(0, [(found.uuid, make.PRICE)], by=1, at=AT)
    with pytest.raises(MatchRefused, match="No invoice was chosen"):
        api.match_line(line.pk, [], by=1, at=AT)
    with pytest.raises(MatchRefused, match="stands there twice"):
        api.match_line(line.pk, [(found.uuid, usd("1.00"))] * 2, by=1, at=AT)
    with pytest.raises(MatchRefused, match="more than zero"):
        api.match_line(line.pk, [(found.uuid, usd("-1.00"))], by=1, at=AT)
