"""What parties pay over: one person enters it from the bank's statement, another confirms it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse

from factories import revenue_share as facts
from fairgate import clock
from fairgate.money import Money
from races import ISOLATIONS, errors, race, values
from revenue_share import api
from revenue_share.data import Account, Dimension, Part, StepState
from revenue_share.exceptions import RemittanceRefused, SecondPersonNeeded, StepNotFound
from revenue_share.models import LedgerEntry, Remittance, RevenueEvent

pytestmark = pytest.mark.django_db

ANNE, BEN = 7, 8
OWED = Money("76.98", "USD")


def agree_on_a_merchant():
    factory = facts.partnership_factory
    version = factory.version_text(revenue=f"{factory.REVENUE}    merchant_of_record: ATC\n")
    factory.put_in_force(factory.terms_text(version))


@pytest.fixture
def merchant():
    """The training centre has collected 120.00, of which 76.98 are others' shares."""
    agree_on_a_merchant()
    api.book_payment(facts.payment("S1", "120.00", "20.00", "3.78"), at=facts.NOON)


def enter(amount=OWED, *, party="ATC", reference="TRF 4711", on=None, by=ANNE, at=None, **more):
    return api.propose_remittance(
        party, amount, booked_on=on or date(2026, 10, 20), reference=reference,
        reason=more.pop("reason", "October, by transfer"), by=by, at=at or facts.REFUND_DAY, **more,
    )  # fmt: skip


def paid_over(*args, **more):
    uuid = enter(*args, **more)
    return api.confirm_remittance(uuid, by=BEN, at=more.get("at") or facts.REFUND_DAY)


def reports_of_october():
    october = {"first": "2026-10", "last": "2026-10", "currency": "USD"}
    shown = [api.report(one, **october, at=facts.REFUND_DAY) for one in Dimension]
    return (*shown, api.waterfall("2026-10", "USD"))


def balance(account, party=""):
    found = [
        one.amount for one in api.balances("USD") if (one.account, one.party) == (account, party)
    ]
    return sum(found, Money.zero("USD"))


def test_what_a_merchant_pays_over_it_owes_no_more(merchant):
    # when
    booking = paid_over()

    # then
    assert booking.parts == {Part.REMITTED: {"ATC": 7698}}
    assert balance(Account.BANK) == OWED
    statement = api.statement("ATC", "2026-10")
    assert statement.part_total(Part.REMITTED) == OWED
    assert (statement.payable, statement.closing) == (Money.zero("USD"), Money.zero("USD"))
    assert api.check() == ()


def test_after_the_close_nothing_is_left_on_its_accounts(merchant):
    # given
    paid_over()

    # when
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # then
    assert balance(Account.RECEIVABLE, "ATC") == Money.zero("USD")
    assert balance(Account.PAYABLE_CLEARED, "ATC") == Money.zero("USD")
    assert api.check() == ()


def test_a_part_is_paid_over_and_the_rest_is_carried_until_it_comes(merchant):
    # given: October is closed with a part of it
    paid_over(Money("50.00", "USD"), reference="A1")
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    assert api.statement("ATC", "2026-10").closing == Money("-26.98", "USD")

    # when: the bank booked the rest in October, too, and it is found after the close
    paid_over(Money("26.98", "USD"), reference="A2", on=date(2026, 10, 31), at=facts.CLOSE_DAY)

    # then: it counts in the first open month, as a line of an earlier one
    november = api.statement("ATC", "2026-11")
    assert (november.opening, november.closing) == (Money("-26.98", "USD"), Money.zero("USD"))
    assert [line.period for line in november.lines] == ["2026-10"]
    assert api.check() == ()


def test_who_paid_too_much_is_owed_it_or_gets_it_back(merchant):
    # given
    paid_over(Money("100.00", "USD"), reference="A1")
    assert api.statement("ATC", "2026-10").closing == Money("23.02", "USD")

    # when
    paid_over(Money("-23.02", "USD"), reference="A2")

    # then
    assert api.statement("ATC", "2026-10").closing == Money.zero("USD")
    assert balance(Account.BANK) == OWED
    assert api.check() == ()


def test_a_partner_gives_back_what_was_called_back_after_it_was_paid_out():
    # given: a bank takes a sale back whose share is on a closed statement
    facts.put_terms_in_force()
    facts.book_october()
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    lost = facts.dispute("lost", ("S2",), amount="120.00", at=facts.CLOSE_DAY)
    api.book_dispute(lost, at=facts.CLOSE_DAY)
    owed = -api.statement("GSMA", "2026-11").closing
    assert owed == Money("43.20", "USD")

    # when
    paid_over(owed, party="GSMA", on=facts.CLOSE_DAY.date(), at=facts.CLOSE_DAY)

    # then
    assert api.statement("GSMA", "2026-12").closing == Money.zero("USD")
    assert api.check() == ()


def test_it_is_in_no_report_of_revenue(merchant):
    before = reports_of_october()

    paid_over()

    assert reports_of_october() == before


def test_nothing_counts_before_a_second_person_says_so(merchant):
    uuid = enter()

    with pytest.raises(SecondPersonNeeded):
        api.confirm_remittance(uuid, by=ANNE, at=facts.REFUND_DAY)

    assert api.remittance(uuid).state is StepState.WAITING
    assert not LedgerEntry.objects.filter(account="bank").exists()
    assert api.check() == ()


def test_what_is_decided_is_decided_once(merchant):
    uuid = enter()
    api.confirm_remittance(uuid, by=BEN, at=facts.REFUND_DAY)

    with pytest.raises(RemittanceRefused, match="decided already"):
        api.confirm_remittance(uuid, by=BEN, at=facts.REFUND_DAY)
    with pytest.raises(RemittanceRefused, match="decided already"):
        api.refuse_remittance(uuid, because="A slip", by=BEN, at=facts.REFUND_DAY)
    assert RevenueEvent.objects.filter(kind="remittance").count() == 1


def test_a_reference_of_the_bank_counts_once_in_a_currency(merchant):
    # given
    first = enter()

    # then: written in other letters, it is the same
    with pytest.raises(RemittanceRefused, match="“trf 4711” in USD is recorded already"):
        enter(reference="trf 4711")
    other = enter(Money("5.00", "EUR"))

    # but: what was refused does not count
    api.refuse_remittance(first, because="The wrong amount", by=BEN, at=facts.REFUND_DAY)
    second = enter(Money("70.00", "USD"))
    waiting = [one.uuid for one in api.list_remittances(state=StepState.WAITING)]
    assert waiting == [second, other]
    assert api.remittance(first).because == "The wrong amount"
    assert api.remittance(second).reference == "TRF 4711"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"party": "NOBODY"}, "“NOBODY” is no party"),
        ({"party": "FUND"}, "FUND pays nothing over"),
        ({"party": "PLATFORM"}, "PLATFORM pays nothing over"),
        ({"amount": Money.zero("USD")}, "more or less than nothing"),
        ({"on": date(2026, 11, 6)}, "2026-11-06 has not come yet"),
        ({"reference": " "}, "at most 35 characters"),
        ({"reference": "x" * 36}, "at most 35 characters"),
        ({"reference": "=cmd|A1"}, "at most 35 characters"),
        ({"reason": " "}, "Please say why"),
        ({"reason": "x" * 256}, "in at most 255 characters"),
    ],
)
def test_what_cannot_be_is_not_entered(merchant, told, sentence):
    with pytest.raises(RemittanceRefused, match=sentence):
        enter(**told)
    assert not Remittance.objects.exists()


def test_what_nobody_entered_cannot_be_decided():
    with pytest.raises(StepNotFound, match="There is no remittance"):
        api.confirm_remittance(facts.named("R"), by=BEN, at=facts.NOON)


@pytest.mark.parametrize(
    ("damage", "invariant"),
    [
        ("UPDATE revenue_share_remittance SET amount_minor = 1", "remittance by two people"),
        ("UPDATE revenue_share_remittance SET confirmed_by = NULL, confirmed_at = NULL",
         "remittance by two people"),
        ("UPDATE revenue_share_remittance SET amount_minor = 1", "bank equals payouts"),
        ("DELETE FROM revenue_share_remittance", "remittance by two people"),
        ("UPDATE revenue_share_allocationline SET units_minor = 1 WHERE part = 'remitted'",
         "entries follow from their event"),
        ("UPDATE revenue_share_ledgerentry SET account = 'gateway_clearing' "
         "WHERE account = 'bank'", "entries follow from their event"),
    ],
)  # fmt: skip
def test_a_check_finds_what_was_changed_by_hand(merchant, damage, invariant):
    # given: somebody has the database's password
    paid_over()
    with connection.cursor() as cursor:
        cursor.execute(damage)

    # then
    assert invariant in {fault.invariant for fault in api.check()}


# --- In the admin ---------------------------------------------------------------------------------

ADD, LIST = (f"admin:revenue_share_remittance_{page}" for page in ("add", "changelist"))
TYPED = {
    "party": "ATC", "currency": "usd", "amount": "76.98", "booked_on": "2026-10-20",
    "reference": "TRF 4711", "reason": "October",
}  # fmt: skip


@pytest.fixture
def person(django_user_model):
    clock.use(lambda: facts.REFUND_DAY)

    def make(name, *rights):
        user = django_user_model.objects.create_user(name, is_staff=True)
        codes = (*rights, "view_remittance")
        user.user_permissions.set(Permission.objects.filter(codename__in=codes))
        return user

    yield make
    clock.use(None)


def decide(client, action, note=""):
    chosen = {"action": action, "_selected_action": Remittance.objects.get().pk, "note": note}
    return client.post(reverse(LIST), chosen, follow=True)


def test_it_takes_two_people_in_the_admin(client, person, merchant):
    # given
    client.force_login(person("anne", "propose_remittance", "confirm_remittance"))
    page = client.post(reverse(ADD), TYPED, follow=True)
    assert "It waits for a second person" in page.content.decode()
    assert "Another person than who asked" in decide(client, "accept").content.decode()

    # when
    client.force_login(person("ben", "confirm_remittance"))
    page = decide(client, "accept").content.decode()

    # then
    assert "Recorded." in page
    assert "USD 76.98" in page
    assert balance(Account.BANK) == OWED


def test_what_was_given_back_is_below_zero(client, person, merchant):
    client.force_login(person("anne", "propose_remittance"))

    client.post(reverse(ADD), {**TYPED, "is_given_back": "on"})

    assert Remittance.objects.get().amount_minor == -7698


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"amount": "76.985"}, "has more decimals than USD has"),
        ({"amount": "-76.98"}, "is not an amount in USD"),
        ({"currency": "dollar"}, "Ensure this value has at most 3"),
        ({"currency": "XXX"}, "“XXX” is not a currency code of ISO 4217, like USD."),
        ({"party": "FUND"}, "FUND pays nothing over"),
    ],
)
def test_what_is_typed_wrong_is_said_and_nothing_is_kept(client, person, merchant, typed, sentence):
    client.force_login(person("anne", "propose_remittance"))

    page = client.post(reverse(ADD), {**TYPED, **typed}).content.decode()

    assert sentence in page
    assert not Remittance.objects.exists()


def test_without_the_rights_nobody_enters_or_decides(client, person, merchant):
    client.force_login(person("ines"))
    assert client.post(reverse(ADD), TYPED).status_code == 403

    enter()
    decide(client, "accept")
    decide(client, "refuse", "No")
    assert Remittance.objects.get().is_waiting


# --- At the same moment ---------------------------------------------------------------------------


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_one_booking_of_the_bank_entered_by_many_at_once_is_there_once(
    transactional_db, isolation, atomic
):
    agree_on_a_merchant()

    outcomes = race(*[partial(enter, by=by) for by in range(6)], isolation=isolation, atomic=atomic)

    assert len(values(outcomes)) == Remittance.objects.count() == 1
    assert {type(error) for error in errors(outcomes)} == {RemittanceRefused}


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_it_is_confirmed_or_refused_and_counts_once(transactional_db, isolation, atomic):
    # given
    agree_on_a_merchant()
    uuid, at = enter(), facts.REFUND_DAY + timedelta(days=1)

    # when
    confirm = partial(api.confirm_remittance, uuid, by=BEN, at=at)
    refuse = partial(api.refuse_remittance, uuid, because="No", by=BEN, at=at)
    outcomes = race(*[confirm, refuse] * 3, isolation=isolation, atomic=atomic)

    # then
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {RemittanceRefused}
    is_confirmed = api.remittance(uuid).state is StepState.CONFIRMED
    assert RevenueEvent.objects.filter(kind="remittance").count() == is_confirmed
    assert api.check() == ()
