"""Payouts: a frozen statement is paid once, by two people, as the bank then says."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from factories import payouts as make
from factories import rates as rate_files
from factories import revenue_share as facts
from fairgate.money import Money
from fee_payments.exceptions import BankFileError
from revenue_share import api
from revenue_share.data import AcceptedAs, Account, EntryFault, PayoutState, StatementState
from revenue_share.exceptions import (
    AccountRefused,
    PayoutNotFound,
    PayoutRefused,
    SecondPersonNeeded,
    StepNotFound,
)
from revenue_share.models import (
    LedgerTransaction,
    Payout,
    PayoutAcceptance,
    PayoutAccount,
    PayoutBatch,
    PayoutEntry,
    Statement,
)
from revenue_share.selectors import checking_payouts

pytestmark = pytest.mark.django_db

NOBODY = UUID(int=1)


@pytest.fixture(autouse=True)
def keys(settings):
    make.set_up(settings)


@pytest.fixture
def october():
    make.closed_october()


@pytest.fixture
def ready(october):
    """October is closed, and GSMA has an account in dollars."""
    return make.account()


@pytest.fixture
def ordered(ready):
    """GSMA's 91.73 is ordered from the bank."""
    make.approved()
    return Payout.objects.get()


def balance(account: Account, currency: str = "USD", party: str = "") -> str:
    found = [
        one.amount
        for one in api.balances(currency)
        if one.account is account and party in ("", one.party)
    ]
    return str(sum(found, Money.zero(currency)).amount)


def owed(currency: str = "USD") -> str:
    return balance(Account.PAYABLE_CLEARED, currency, "GSMA")


def states() -> list[str]:
    return list(Payout.objects.order_by("pk").values_list("state", flat=True))


# -- accounts --------------------------------------------------------------------------------------


def propose(**changes):
    values = {
        "party": "GSMA", "currency": "USD", "holder": "GSM Association", "number": make.THEIRS,
        "bic": "", "is_iban": True, "reason": "letter of 1 May", **changes,
    }  # fmt: skip
    return api.propose_account(
        values.pop("party"), values.pop("currency"), by=make.ASKER, at=make.PAY_DAY, **values
    )


@pytest.mark.usefixtures("october")
def test_an_account_counts_when_a_second_person_confirms_it():
    uuid = propose()
    assert [str(one.refusal) for one in api.list_payables() if one.party == "GSMA"] == [
        "The party has no account to be paid to."
    ]
    with pytest.raises(SecondPersonNeeded, match="Another person than who asked"):
        api.confirm_account(uuid, by=make.ASKER, at=make.PAY_DAY)
    api.confirm_account(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    assert [one.account for one in api.list_payables() if not one.refusal] == ["GB… 6819"]


@pytest.mark.usefixtures("october")
def test_f42_an_account_is_in_no_table_in_clear_and_in_no_log(caplog):
    # given
    caplog.set_level(logging.DEBUG)

    # when
    make.account(holder="Amina Diallo")
    make.approved()

    # then
    kept = [
        str(vars(row))
        for model in (PayoutAccount, PayoutBatch, Payout)
        for row in model.objects.all()
    ]
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("revenue")]
    for secret in (make.THEIRS, "Amina", "NWBKGB2L", "60161331926819"):
        assert secret not in "".join(kept + ours + [repr(api.list_batches())])


@pytest.mark.usefixtures("october")
def test_another_account_takes_the_place_of_the_first():
    first, second = make.account(), make.account(number="GB33BUKB20201555555555")
    first.refresh_from_db()
    assert (first.live_key, second.live_key) == (None, "GSMA:USD")
    assert [one.account for one in api.list_payables() if not one.refusal] == ["GB… 5555"]


@pytest.mark.usefixtures("ready")
def test_an_account_is_ended_by_two_people():
    uuid = api.propose_account_end(
        "GSMA", "USD", reason="the party is gone", by=make.ASKER, at=make.PAY_DAY
    )
    assert make.numbers()
    api.confirm_account(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    assert not make.numbers()
    with pytest.raises(AccountRefused, match="GSMA has no account in USD"):
        api.propose_account_end("GSMA", "USD", reason="x", by=1, at=make.PAY_DAY)


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "Please say why"),
        ({"party": "FUND"}, "What the fund gets stays in our bank account"),
        ({"party": "NOBODY"}, "There is no party “NOBODY”"),
        ({"currency": "XXX"}, "is not a currency code"),
        ({"number": "GB29NWBK60161331926818"}, "The IBAN is none"),
        ({"number": "12345678"}, "The IBAN is none"),
        ({"number": ""}, "The IBAN is none"),
        ({"bic": "NWBK"}, "A BIC has 8 or 11 signs"),
        ({"is_iban": False, "number": "12345678"}, "needs the BIC of its bank"),
        ({"is_iban": False, "bic": "NWBKGB2L"}, "This is written like an IBAN: say that it is one"),
        ({"is_iban": False, "number": "1;2", "bic": "NWBKGB2L"}, "a number of at most 34 signs"),
        ({"holder": "محمد"}, "is no letter that banks take"),
        ({"holder": " "}, "The holder has a name of at most 70 Latin letters"),
        ({"holder": "A" * 71}, "The holder has a name of at most 70 Latin letters"),
    ],
)
def test_what_is_no_account_is_refused_and_not_repeated(changes, said):
    with pytest.raises(AccountRefused, match=said) as refused:
        propose(**changes)
    assert make.THEIRS not in str(refused.value)
    assert not PayoutAccount.objects.exists()


@pytest.mark.usefixtures("october")
def test_an_account_is_decided_once():
    refused = propose()
    api.refuse_account(refused, by=make.CONFIRMER, because="a slip", at=make.PAY_DAY)
    with pytest.raises(AccountRefused, match="This was decided already"):
        api.confirm_account(refused, by=make.CONFIRMER, at=make.PAY_DAY)
    with pytest.raises(AccountRefused, match="Please say why"):
        api.refuse_account(propose(), by=make.CONFIRMER, because="", at=make.PAY_DAY)
    with pytest.raises(StepNotFound):
        api.confirm_account(NOBODY, by=make.CONFIRMER, at=make.PAY_DAY)


@pytest.mark.usefixtures("october")
def test_without_a_key_no_account_is_taken(settings):
    settings.REVENUE_SHARE_PAYOUT_KEYS = []
    with pytest.raises(PayoutRefused, match="This site has no key for accounts"):
        propose()
    assert not PayoutAccount.objects.exists()


@pytest.mark.usefixtures("ready")
def test_a_new_key_opens_what_the_old_one_sealed_and_another_one_does_not(settings):
    uuid, new = make.proposed(), Fernet.generate_key().decode()
    settings.REVENUE_SHARE_PAYOUT_KEYS = [new]
    with pytest.raises(PayoutRefused, match="the key for it is missing"):
        api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    assert states() == ["proposed"]
    settings.REVENUE_SHARE_PAYOUT_KEYS = [new, make.KEY]
    api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    assert make.THEIRS.encode() in api.payment_order(uuid).content


@pytest.mark.usefixtures("ready")
def test_an_account_that_was_put_into_another_row_does_not_open():
    # given: somebody with the database's password swaps two accounts
    other = make.account("ATC", number="GB33BUKB20201555555555")
    PayoutAccount.objects.filter(party="GSMA").update(sealed=other.sealed)

    # when
    uuid = make.proposed()
    with pytest.raises(PayoutRefused, match="cannot be read"):
        api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)

    # then
    assert set(states()) == {"proposed"}


# -- proposing and approving -----------------------------------------------------------------------


@pytest.mark.usefixtures("ready")
def test_what_is_payable_comes_from_the_frozen_statements():
    shown = {one.party: (str(one.amount), bool(one.refusal)) for one in api.list_payables()}
    assert shown == {"ATC": ("USD 50.96", True), "GSMA": ("USD 91.73", False)}


@pytest.mark.usefixtures("october")
def test_what_is_carried_forward_is_not_payable_until_it_is_enough():
    """Less than the minimum payout, and a debt, stay on the statements (test_closing)."""
    late = facts.CLOSE_DAY + timedelta(days=8)
    api.book_refund(facts.refund("R2", "S3", "34.99", "0.00", "1.19", late), at=late)
    january = datetime(2027, 1, 4, 9, tzinfo=facts.NOON.tzinfo)
    api.close_period("2026-11", at=january, by="ines")
    carried = Statement.objects.get(party="GSMA", period="2026-11")
    assert (carried.payable_minor, carried.closing_minor < 0) == (0, True)
    assert {one.period for one in api.list_payables()} == {"2026-10"}


@pytest.mark.usefixtures("ready")
def test_a_batch_waits_for_a_second_person_and_then_has_a_file():
    # given
    uuid = make.proposed()
    with pytest.raises(PayoutRefused, match="once a second person has approved"):
        api.payment_order(uuid)
    with pytest.raises(SecondPersonNeeded):
        api.approve_batch(uuid, by=make.ASKER, at=make.PAY_DAY)
    assert states() == ["proposed"]

    # when
    api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)

    # then
    first, again = api.payment_order(uuid), api.payment_order(uuid)
    assert first == again
    assert first.name == f"RS{uuid.hex[:28].upper()}.xml"
    assert api.batch(uuid).sha256 == first.sha256
    assert states() == ["ordered"]
    assert [str(one) for one in api.batch(uuid).totals] == ["USD 91.73"]
    assert api.check() == ()


@pytest.mark.usefixtures("ready")
def test_a_file_that_was_changed_in_the_table_is_not_given_out():
    uuid = make.approved()
    PayoutBatch.objects.update(sha256="0" * 64)
    with pytest.raises(PayoutRefused, match="not what was approved"):
        api.payment_order(uuid)


@pytest.mark.usefixtures("ready")
def test_a_refused_batch_gives_its_statements_free():
    # given
    uuid = make.proposed()
    assert make.numbers() == []
    with pytest.raises(PayoutRefused, match="Please say why"):
        api.refuse_batch(uuid, by=make.CONFIRMER, because=" ", at=make.PAY_DAY)

    # when
    api.refuse_batch(uuid, by=make.CONFIRMER, because="another day", at=make.PAY_DAY)

    # then
    assert states() == ["refused"]
    assert len(make.numbers()) == 1
    with pytest.raises(PayoutRefused, match="This was decided already"):
        api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    make.approved()
    assert states() == ["refused", "ordered"]


@pytest.mark.usefixtures("ready")
def test_a_statement_is_in_one_batch():
    (number,) = make.numbers()
    make.proposed(number)
    with pytest.raises(PayoutRefused, match="RS-000003 is not to be paid: it is being paid"):
        make.proposed(number)
    assert PayoutBatch.objects.count() == 1


@pytest.mark.usefixtures("ready")
def test_the_database_refuses_a_second_payout_of_a_statement_and_one_that_lost_its_key():
    make.proposed()
    for statement in (
        "UPDATE revenue_share_payout SET live_key = NULL",
        "UPDATE revenue_share_payout SET live_key = live_key + 1",
        "UPDATE revenue_share_payout SET state = 'refused'",
        "UPDATE revenue_share_payout SET state = 'paid'",
        "UPDATE revenue_share_payout SET pay_minor = 0",
        "UPDATE revenue_share_payoutbatch SET confirmed_by = 12, confirmed_at = asked_at",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"numbers": ()}, "Choose at least one statement"),
        ({"numbers": (99,)}, "RS-000099 is not to be paid"),
        ({"numbers": (1,)}, "RS-000001: The party has no account"),
        ({"numbers": (2,)}, "RS-000002 is not to be paid"),
        ({"execute_on": date(2026, 12, 14)}, "today or one of the next 90 days"),
        ({"execute_on": date(2027, 3, 16)}, "today or one of the next 90 days"),
        ({"reason": ""}, "Please say why"),
    ],
)
def test_a_batch_that_cannot_be_is_refused(changes, said):
    values = {"numbers": (3,), "execute_on": make.ON, "reason": "December run", **changes}
    with pytest.raises(PayoutRefused, match=said):
        api.propose_batch(values.pop("numbers"), by=make.ASKER, at=make.PAY_DAY, **values)
    assert not PayoutBatch.objects.exists()


@pytest.mark.usefixtures("ready")
def test_an_account_that_was_changed_since_the_proposal_is_not_paid():
    uuid = make.proposed()
    make.account(number="GB33BUKB20201555555555")
    with pytest.raises(PayoutRefused, match="The account of GSMA was changed since"):
        api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    assert states() == ["proposed"]


@pytest.mark.usefixtures("ready")
def test_f40_a_statement_that_was_changed_by_hand_is_neither_proposed_nor_approved():
    # given
    uuid = make.proposed()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE revenue_share_statement SET payable_minor = payable_minor + 100, "
            "subtotal_minor = subtotal_minor + 100 WHERE party = 'GSMA'"
        )

    # then
    with pytest.raises(PayoutRefused, match="RS-000003 is not what was frozen"):
        api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    api.refuse_batch(uuid, by=make.CONFIRMER, because="changed by hand", at=make.PAY_DAY)
    with pytest.raises(PayoutRefused, match="not what was frozen"):
        make.proposed(3)
    assert "payout pays its statement" in {fault.invariant for fault in api.check()}


def test_a_batch_that_is_not_there_is_not_found():
    for step in (api.batch, api.payment_order):
        with pytest.raises(PayoutNotFound):
            step(NOBODY)
    with pytest.raises(PayoutNotFound):
        api.approve_batch(NOBODY, by=1, at=make.PAY_DAY)


@pytest.mark.usefixtures("ready")
def test_our_own_account_that_is_gone_by_now_is_told(settings):
    uuid = make.proposed()
    settings.REVENUE_SHARE_BANK_ACCOUNTS = {"EUR": make.ACCOUNTS["EUR"]}
    with pytest.raises(PayoutRefused, match="The bank account that this is paid from"):
        api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    api.refuse_batch(uuid, by=make.CONFIRMER, because="no account", at=make.PAY_DAY)
    (told,) = [str(one.refusal) for one in api.list_payables() if one.party == "GSMA"]
    assert told == "There is no bank account of ours in USD."


# -- another currency (money.md 5.3) ---------------------------------------------------------------


def test_a_euro_statement_is_paid_in_dollars_by_the_un_s_rate():
    # given
    make.closed_euros()
    make.account()
    make.rates_of_november()

    # when
    uuid = make.approved()

    # then
    (payout,) = api.batch(uuid).payouts
    assert str(payout.conversion.converted) == "USD 40.49"
    assert [str(rate) for rate in payout.conversion.rates] == [
        "1 USD = 0.865 EUR (unore, 2026-12-01)"
    ]
    assert b'<InstdAmt Ccy="USD">40.49</InstdAmt>' in api.payment_order(uuid).content
    assert api.check() == ()


@pytest.mark.usefixtures("october")
def test_a_dollar_statement_is_paid_in_francs_by_the_un_s_rate():
    make.account(currency="CHF")
    make.rates_of_november()
    (payout,) = api.batch(make.approved()).payouts
    assert str(payout.conversion.converted) == "CHF 73.20"


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize(
    ("currency", "paid"), [("JPY", b">13695<"), ("KWD", b">27.978<")], ids=["JPY", "KWD"]
)
def test_k04_amounts_have_the_decimals_of_their_currency(currency, paid):
    make.account(currency=currency)
    make.rates_of_november()
    assert paid in api.payment_order(make.approved()).content


@pytest.mark.usefixtures("october")
def test_without_a_rate_nothing_is_paid():
    make.account(currency="CHF")
    (told,) = [str(one.refusal) for one in api.list_payables() if one.party == "GSMA"]
    assert "No rate of USD in CHF is known for 2026-12-02" in told
    with pytest.raises(PayoutRefused, match="No rate of USD in CHF"):
        make.proposed(3)


@pytest.mark.usefixtures("october")
def test_where_no_rate_was_known_a_correction_counts_until_a_payout_is_proposed():
    # given: a rate that was known at no close, and is put right
    make.account(currency="CHF")
    early, late = (make.PAY_DAY - timedelta(hours=hours) for hours in (2, 1))
    rate_files.manual(rate="7.98", day="2026-12-01", at=early)
    rate_files.manual(rate="0.798", day="2026-12-01", at=late)
    (before,) = (one for one in api.list_payables() if one.party == "GSMA")

    # when: a payout is proposed with it, and it is corrected once more
    first = make.proposed(3)
    rate_files.manual(rate="0.9", day="2026-12-01", at=make.PAY_DAY)

    # then: what is proposed, and proposed again, keeps its rate
    assert str(before.conversion.converted) == "CHF 73.20"
    assert str(api.batch(first).payouts[0].conversion.converted) == "CHF 73.20"
    api.refuse_batch(first, because="Again", by=make.CONFIRMER, at=make.PAY_DAY)
    (payout,) = api.batch(make.approved(3)).payouts
    assert str(payout.conversion.converted) == "CHF 73.20"
    assert api.check() == ()


@pytest.mark.usefixtures("october")
def test_a_correction_after_the_close_does_not_change_what_a_statement_is_paid_with():
    # given
    make.account(currency="CHF")
    make.rates_of_november()
    corrected = rate_files.unore(rate_files.unore_row("CHF", "0.9", "01 Dec 2026"))
    rate_files.load(corrected, at=make.PAY_DAY)

    # then
    (payout,) = api.batch(make.approved()).payouts
    assert str(payout.conversion.converted) == "CHF 73.20"


@pytest.mark.usefixtures("october")
def test_a_party_with_an_account_in_the_currency_of_the_statement_is_paid_there():
    make.account(currency="CHF")
    make.account(currency="USD")
    (payout,) = api.batch(make.approved()).payouts
    assert payout.conversion.rates == ()
    assert str(payout.conversion.converted) == "USD 91.73"


@pytest.mark.usefixtures("october")
def test_a_party_with_several_accounts_in_other_currencies_is_asked_for_one():
    make.account(currency="CHF")
    make.account(currency="EUR")
    make.rates_of_november()
    with pytest.raises(PayoutRefused, match="several accounts, and none in USD"):
        make.proposed(3)


def test_the_bank_converts_and_the_difference_goes_to_the_platform(settings):
    """35.02 EUR by our rate; the bank takes 35.10 EUR from our account in euros."""
    # given
    make.closed_euros()
    make.account()
    make.rates_of_november()
    settings.REVENUE_SHARE_BANK_ACCOUNTS = {"EUR": make.ACCOUNTS["EUR"]}
    make.approved()
    name = Payout.objects.get().end_to_end_id

    # when
    euros = make.entry(name, "35.10", currency="EUR")
    done = make.record(euros, account=make.OURS_EUR, currency="EUR")

    # then
    assert (done.paid, done.faults) == (1, ())
    assert owed("EUR") == "0.00"
    assert balance(Account.FX_GAIN_LOSS, "EUR") == "0.08"
    assert balance(Account.BANK, "EUR") == "-35.10"
    assert api.check() == ()


def test_paid_from_dollars_the_account_of_differences_stands_between_the_currencies():
    # given
    make.closed_euros()
    make.account()
    make.rates_of_november()
    make.approved()

    # when
    make.record(make.entry(Payout.objects.get().end_to_end_id, "40.49"))

    # then
    assert owed("EUR") == "0.00"
    assert balance(Account.FX_GAIN_LOSS, "EUR") == "-35.02"
    assert balance(Account.FX_GAIN_LOSS, "USD") == "40.49"
    assert balance(Account.BANK, "USD") == "-40.49"
    assert api.check() == ()


# -- what the bank has done ------------------------------------------------------------------------


def test_a_payout_that_the_bank_has_debited_is_paid_and_posted(ordered):
    # given
    frozen = Statement.objects.get(party="GSMA")
    assert owed() == "-91.73"

    # when
    done = make.record(make.entry(ordered.end_to_end_id, "91.73"))

    # then: the postings of money.md 5.4
    assert (done.paid, done.held, done.returned, done.faults) == (1, 0, 0, ())
    assert (owed(), balance(Account.BANK)) == ("0.00", "-91.73")
    assert balance(Account.FX_GAIN_LOSS) == "0.00"
    assert states() == ["paid"]
    again = Statement.objects.get(party="GSMA")
    assert (again.document, again.sha256, again.state) == (
        frozen.document, frozen.sha256, StatementState.CLOSED,
    )  # fmt: skip
    assert api.check() == ()


def test_the_states_of_a_statement_stand_beside_it(ready):
    def state():
        (row,) = [one for one in api.list_statements("GSMA") if one.number == 3]
        return row.state

    assert state() is StatementState.CLOSED
    uuid = make.proposed()
    assert state() is StatementState.CLOSED
    api.approve_batch(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    assert state() is StatementState.SENT
    make.record(make.entry(Payout.objects.get().end_to_end_id, "91.73"))
    assert state() is StatementState.PAID


def test_the_same_file_and_one_that_overlaps_change_nothing(ordered):
    one = make.entry(ordered.end_to_end_id, "91.73")
    other = make.entry("something else", "5.00")
    make.record(one)
    assert make.record(one).known == 1
    assert make.record(other, one).known == 1
    assert LedgerTransaction.objects.filter(kind="payout").count() == 1
    assert PayoutEntry.objects.count() == 1


def test_another_amount_is_held_until_two_people_accept_it(ordered):
    # given
    done = make.record(make.entry(ordered.end_to_end_id, "96.73"))
    assert (done.held, done.paid) == (1, 0)
    assert "USD 96.73 is not what was ordered with RS-000003-" in done.faults[0]
    assert owed() == "-91.73"
    (faulty,) = api.list_faulty_payouts()
    assert [entry.fault for entry in faulty.entries] == [EntryFault.WRONG_AMOUNT]

    # when
    uuid = api.ask_to_accept(
        faulty.entries[0].id,
        accepted_as=AcceptedAs.PAYMENT,
        reason="fee of the bank",
        by=make.ASKER,
        at=make.PAY_DAY,
    )
    with pytest.raises(SecondPersonNeeded):
        api.accept_difference(uuid, by=make.ASKER, at=make.PAY_DAY)
    assert states() == ["held"]
    api.accept_difference(uuid, by=make.CONFIRMER, at=make.PAY_DAY)

    # then
    assert (owed(), balance(Account.BANK)) == ("0.00", "-96.73")
    assert balance(Account.FX_GAIN_LOSS, party="PLATFORM") == "5.00"
    assert states() == ["paid"]
    assert api.list_faulty_payouts() == ()
    assert api.check() == ()


def test_a_difference_that_is_not_accepted_stays_held(ordered):
    # given
    make.record(make.entry(ordered.end_to_end_id, "96.73"))
    entry = PayoutEntry.objects.get()
    uuid = api.ask_to_accept(
        entry.pk, accepted_as=AcceptedAs.PAYMENT, reason="fee", by=make.ASKER, at=make.PAY_DAY
    )
    with pytest.raises(PayoutRefused, match="waits for a second person already"):
        api.ask_to_accept(
            entry.pk, accepted_as=AcceptedAs.PAYMENT, reason="fee", by=make.ASKER, at=make.PAY_DAY
        )

    # when
    api.refuse_difference(uuid, by=make.CONFIRMER, because="too much", at=make.PAY_DAY)

    # then
    assert states() == ["held"]
    with pytest.raises(PayoutRefused, match="This was decided already"):
        api.accept_difference(uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    assert api.ask_to_accept(
        entry.pk, accepted_as=AcceptedAs.PAYMENT, reason="fee", by=make.ASKER, at=make.PAY_DAY
    )


def test_a_debit_of_another_account_of_ours_is_held_and_cannot_be_accepted(ordered):
    # given
    euros = make.entry(ordered.end_to_end_id, "91.73", currency="EUR")
    done = make.record(euros, account=make.OURS_EUR, currency="EUR")
    assert done.held == 1

    # then
    entry = PayoutEntry.objects.get()
    with pytest.raises(PayoutRefused, match="in another currency than the account"):
        api.ask_to_accept(
            entry.pk, accepted_as=AcceptedAs.PAYMENT, reason="fee", by=make.ASKER, at=make.PAY_DAY
        )
    assert states() == ["held"]


def test_what_is_as_it_was_ordered_is_not_there_to_be_accepted(ordered):
    make.record(make.entry(ordered.end_to_end_id, "91.73"))
    with pytest.raises(PayoutRefused, match="There is no difference in this entry"):
        api.ask_to_accept(
            PayoutEntry.objects.get().pk,
            accepted_as=AcceptedAs.PAYMENT,
            reason="x",
            by=make.ASKER,
            at=make.PAY_DAY,
        )
    with pytest.raises(PayoutNotFound):
        api.ask_to_accept(
            0, accepted_as=AcceptedAs.PAYMENT, reason="x", by=make.ASKER, at=make.PAY_DAY
        )
    with pytest.raises(StepNotFound):
        api.accept_difference(NOBODY, by=make.CONFIRMER, at=make.PAY_DAY)
    assert not PayoutAcceptance.objects.exists()


def test_a_held_payout_is_paid_when_the_right_amount_is_debited_after_all(ordered):
    make.record(make.entry(ordered.end_to_end_id, "9.17"))
    make.record(make.entry(ordered.end_to_end_id, "91.73", reference="other"))
    assert states() == ["paid"]
    first = PayoutEntry.objects.order_by("pk").first()
    with pytest.raises(PayoutRefused, match="it can be a fee"):
        api.ask_to_accept(
            first.pk, accepted_as=AcceptedAs.PAYMENT, reason="x", by=make.ASKER, at=make.PAY_DAY
        )
    assert api.check() == ()


def test_a_payout_that_comes_back_makes_its_statement_payable_again(ordered):
    # given
    make.record(make.entry(ordered.end_to_end_id, "91.73"))

    # when
    done = make.record(make.entry(ordered.end_to_end_id, "91.73", side="CRDT"))

    # then
    assert (done.returned, done.faults) == (1, ())
    assert (owed(), balance(Account.BANK)) == ("-91.73", "0.00")
    assert make.numbers() == [3]
    make.approved()
    second = Payout.objects.order_by("pk").last()
    assert second.end_to_end_id != ordered.end_to_end_id
    make.record(make.entry(second.end_to_end_id, "91.73"))
    assert (owed(), states()) == ("0.00", ["returned", "paid"])
    assert api.check() == ()


def test_what_comes_back_before_the_debit_is_known_waits_for_it(ordered):
    back = make.entry(ordered.end_to_end_id, "91.73", side="CRDT")
    done = make.record(back)
    assert (states(), done.returned) == (["ordered"], 0)
    assert "nothing is known of" in done.faults[0]
    done = make.record(make.entry(ordered.end_to_end_id, "91.73"))
    assert (states(), done.returned) == (["returned"], 1)
    assert api.check() == ()


def test_what_comes_back_less_a_fee_is_held_until_two_people_accept_it(ordered):
    # given
    make.record(make.entry(ordered.end_to_end_id, "91.73"))
    make.record(make.entry(ordered.end_to_end_id, "81.73", side="CRDT"))
    assert (states(), owed()) == (["paid"], "0.00")

    # when
    entry = PayoutEntry.objects.get(is_credit=True)
    uuid = api.ask_to_accept(
        entry.pk, accepted_as=AcceptedAs.PAYMENT, reason="fee", by=make.ASKER, at=make.PAY_DAY
    )
    api.accept_difference(uuid, by=make.CONFIRMER, at=make.PAY_DAY)

    # then
    assert (owed(), balance(Account.BANK)) == ("-91.73", "-10.00")
    assert balance(Account.FX_GAIN_LOSS) == "10.00"
    assert make.numbers() == [3]
    assert api.check() == ()


def test_a_payment_that_is_executed_twice_is_told_and_posted_once(ordered):
    # when
    done = make.record(
        make.entry(ordered.end_to_end_id, "91.73", reference="one"),
        make.entry(ordered.end_to_end_id, "91.73", reference="two"),
    )

    # then
    assert (done.paid, len(done.faults)) == (1, 1)
    assert "was executed once more" in done.faults[0]
    assert balance(Account.BANK) == "-91.73"

    # when: the bank gives one back
    make.record(make.entry(ordered.end_to_end_id, "91.73", side="CRDT"))

    # then
    assert (states(), api.list_faulty_payouts()) == (["paid"], ())
    assert api.check() == ()


def test_what_the_bank_cannot_have_from_us_is_told_and_not_taken(ready):
    # given
    make.proposed()
    waiting = Payout.objects.get().end_to_end_id

    # when
    done = make.record(
        make.entry("RS-000099-0123ABCD", "5.00"), make.entry(waiting, "91.73"),
        make.entry("rent", "700.00"),
    )  # fmt: skip

    # then
    assert len(done.faults) == 2
    assert "RS0000990123ABCD looks like one of our payouts, and is none" in done.faults[0]
    assert "was not sent to the bank by us" in done.faults[1]
    assert not PayoutEntry.objects.exists()
    assert states() == ["proposed"]


def test_an_entry_that_names_several_payouts_is_left_to_a_person(ordered):
    make.account("ATC", number="GB33BUKB20201555555555")
    make.approved()
    names = " ".join(Payout.objects.values_list("end_to_end_id", flat=True))
    done = make.record(make.entry(names, "142.69"))
    assert "it names several payouts" in done.faults[0]
    assert not PayoutEntry.objects.exists()


def test_an_id_that_the_bank_has_broken_is_found(ordered):
    broken = ordered.end_to_end_id.replace("-", " ").lower()
    assert make.record(make.entry(broken, "91.73")).paid == 1


def test_an_entry_that_is_only_announced_changes_nothing(ordered):
    pending = make.entry(ordered.end_to_end_id, "91.73").replace("BOOK", "PDNG", 1)
    pending = pending.replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>")
    assert make.record(pending).paid == 0
    assert states() == ["ordered"]


def test_a_file_of_another_account_is_refused(ordered):
    with pytest.raises(PayoutRefused, match="of no account that payouts are paid from"):
        make.record(make.entry(ordered.end_to_end_id, "91.73"), account=make.OURS_EUR)
    assert states() == ["ordered"]


def test_f19_a_file_that_is_cut_off_is_refused_whole(ordered):
    whole = make.camt(make.entry(ordered.end_to_end_id, "91.73"))
    with pytest.raises(BankFileError):
        api.record_bank_file(whole[:-30], by=make.ASKER, at=make.PAY_DAY)
    assert states() == ["ordered"]


def test_an_mt940_says_the_same(ordered):
    # given
    whole = "\r\n".join(
        [
            ":20:S1", f":25:{make.OURS}", ":28C:1/1", ":60F:C261215USD100,00",
            f":61:2612161216D91,73NTRF{ordered.end_to_end_id[:16]}//B1",
            f":86:177?00TRANSFER?20EREF+{ordered.end_to_end_id}?21SVWZ+Statement",
            ":62F:C261216USD8,27", "-",
        ]
    ).encode()  # fmt: skip

    # when
    done = api.record_bank_file(whole, by=None, at=make.PAY_DAY)

    # then
    assert (done.paid, states()) == (1, ["paid"])


# -- what the host and the fund get ----------------------------------------------------------------


def of_host_and_fund() -> list[tuple[str, str, str]]:
    """What could be paid to them: party, month and amount."""
    return [
        (one.party, one.period, str(one.amount.amount))
        for one in api.list_payables()
        if one.party in ("PLATFORM", "FUND") and not one.refusal
    ]


def test_what_the_host_gets_stays_while_it_has_no_account_of_its_own(october):
    assert of_host_and_fund() == []


def test_what_the_host_gets_is_transferred_as_any_payout():
    # given: the host's own account is confirmed by two people before the close
    make.account("PLATFORM", holder="Fairgate Host Operations", at=facts.NOON)
    make.closed_october()
    assert of_host_and_fund() == [("PLATFORM", "2026-10", "61.15")]
    host = {"account": Account.PAYABLE_CLEARED, "party": "PLATFORM"}
    fund = balance(Account.FUND_AVAILABLE)
    assert (balance(**host), balance(Account.BANK)) == ("-61.15", "0.00")

    # when: two people order it, and the bank has debited it
    uuid = make.approved()
    payout = Payout.objects.get()
    assert b"61.15" in api.payment_order(uuid).content
    make.record(make.entry(payout.end_to_end_id, "61.15"))

    # then
    assert states() == ["paid"]
    assert (balance(**host), balance(Account.BANK)) == ("0.00", "-61.15")
    assert balance(Account.FUND_AVAILABLE) == fund
    assert of_host_and_fund() == []
    assert api.check() == ()

    # and what comes back is owed to the host again
    make.record(make.entry(payout.end_to_end_id, "61.15", side="CRDT"))
    assert (balance(**host), balance(Account.BANK)) == ("-61.15", "0.00")
    assert of_host_and_fund() == [("PLATFORM", "2026-10", "61.15")]
    assert api.check() == ()


def test_what_the_host_got_before_it_had_an_account_is_not_transferred_once_more(october):
    # given: October was closed while the host moved its share by itself
    make.account("PLATFORM", holder="Fairgate Host Operations")
    statement = Statement.objects.get(party="PLATFORM")

    # then: neither listed, nor taken where somebody names it
    assert of_host_and_fund() == []
    with pytest.raises(PayoutRefused, match="is not to be paid"):
        make.proposed(statement.number)


def test_a_host_that_ends_its_account_keeps_its_share_where_it_is():
    # given
    make.account("PLATFORM", holder="Fairgate Host Operations", at=facts.NOON)
    make.closed_october()

    # when
    uuid = api.propose_account_end(
        "PLATFORM", "USD", reason="it stays", by=make.ASKER, at=make.PAY_DAY
    )
    api.confirm_account(uuid, by=make.CONFIRMER, at=make.PAY_DAY)

    # then
    assert of_host_and_fund() == []


def test_what_the_fund_gets_is_never_paid_out(ready):
    statement = Statement.objects.get(party="FUND")
    assert statement.payable_minor
    with pytest.raises(PayoutRefused, match="is not to be paid"):
        make.proposed(statement.number)


# -- what the books and the settings say -----------------------------------------------------------

DAMAGE = [
    ("UPDATE revenue_share_payout SET amount_minor = 1", "payout pays its statement"),
    ("UPDATE revenue_share_payout SET pay_minor = 1", "payout is by its rates"),
    ("UPDATE revenue_share_payout SET pay_currency = 'EUR'", "payout is by its rates"),
    (
        "UPDATE revenue_share_payout SET state = 'refused', live_key = NULL",
        "payout is posted",
    ),
    (
        "UPDATE revenue_share_ledgertransaction SET {key} = 'gone' WHERE kind = 'payout'",
        "payout is posted",
    ),
    ("UPDATE revenue_share_payout SET bank_minor = 1", "payout is as the bank says"),
    ("UPDATE revenue_share_payout SET debit_currency = 'EUR'", "bank equals payouts"),
    (
        "UPDATE revenue_share_ledgerentry SET account = 'gateway_clearing' WHERE account = 'bank'",
        "bank equals payouts",
    ),
]


@pytest.mark.usefixtures("october")
def test_to_prove_payouts_costs_the_same_however_many_are_on_a_page():
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert [fault for proof in checking_payouts.PROOFS for fault in proof()] == []
        return len(queries)

    # given: one is paid
    make.account()
    make.approved()
    first = Payout.objects.get()
    make.record(make.entry(first.end_to_end_id, "91.73"))
    few = asked()

    # when: and another is
    make.account("ATC")
    make.approved()
    second = Payout.objects.exclude(pk=first.pk).get()
    make.record(make.entry(second.end_to_end_id, "50.96"))

    # then
    assert asked() == few


@pytest.mark.parametrize(("statement", "invariant"), DAMAGE, ids=[one for one, _ in DAMAGE])
def test_f40_damage_of_payouts_by_hand_is_found_and_named(ordered, statement, invariant):
    make.record(make.entry(ordered.end_to_end_id, "91.73"))
    key = connection.ops.quote_name("key")
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{key}", key))
    assert invariant in {fault.invariant for fault in api.check()}


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("REVENUE_SHARE_PAYOUT_KEYS", [], "revenue_share.E002"),
        ("REVENUE_SHARE_PAYOUT_KEYS", ["short"], "revenue_share.E002"),
        ("REVENUE_SHARE_BANK_ACCOUNTS", {"XXX": make.ACCOUNTS["USD"]}, "revenue_share.E003"),
        ("REVENUE_SHARE_BANK_ACCOUNTS", {"USD": {"iban": make.OURS}}, "revenue_share.E003"),
        ("REVENUE_SHARE_BANK_ACCOUNTS", {"USD": make.OURS}, "revenue_share.E003"),
        (
            "REVENUE_SHARE_BANK_ACCOUNTS",
            {"USD": {"holder": "Host", "iban": make.OURS[:-1] + "8"}},
            "revenue_share.E003",
        ),
        ("REVENUE_SHARE_BANK_RATE_PERCENT", 101, "revenue_share.E003"),
        ("REVENUE_SHARE_BANK_RATE_PERCENT", "5", "revenue_share.E003"),
    ],
)
def test_settings_with_which_nothing_is_paid_out_are_told_without_their_secrets(
    settings, name, value, check
):
    assert check not in {found.id for found in run_checks(tags=["fairgate"])}
    setattr(settings, name, value)
    found = [one for one in run_checks(tags=["fairgate"]) if one.id == check]
    assert found
    assert make.OURS not in str(found)
    assert "short" not in str(found)


def test_a_rate_of_the_bank_beyond_the_tolerance_is_held(settings):
    # given
    make.closed_euros()
    make.account()
    make.rates_of_november()
    settings.REVENUE_SHARE_BANK_ACCOUNTS = {"EUR": make.ACCOUNTS["EUR"]}
    make.approved()
    name = Payout.objects.get().end_to_end_id

    # when: 5 % of 35.02 is 1.75
    done = make.record(
        make.entry(name, "36.78", currency="EUR"), account=make.OURS_EUR, currency="EUR"
    )

    # then
    assert (done.held, states()) == (1, [PayoutState.HELD])
    assert Decimal(owed("EUR")) == Decimal("-35.02")


def test_what_the_bank_has_booked_in_a_closed_month_is_posted_in_the_next_one(ordered):
    # given: December is closed before its bank file comes
    february = datetime(2027, 2, 4, 9, tzinfo=facts.NOON.tzinfo)
    for period in ("2026-11", "2026-12"):
        api.close_period(period, at=february, by="ines")

    # when
    make.record(make.entry(ordered.end_to_end_id, "91.73"), at=february)

    # then
    posted = LedgerTransaction.objects.get(kind="payout")
    assert (posted.period, posted.occurred_at.date()) == ("2027-01", date(2026, 12, 16))
    assert api.check() == ()
