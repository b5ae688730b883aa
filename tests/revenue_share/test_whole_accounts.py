"""Who confirms an account compares it whole with the signed form, while it waits; nobody else does.

ADR 0083: everywhere else, and at every other time, numbers are masked and holders are not shown.
"""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from rest_framework.test import APIClient

from factories import payouts as make
from fairgate import clock
from revenue_share import api
from revenue_share.models import PayoutAccount

pytestmark = pytest.mark.django_db

HOLDER, NUMBER, BIC = "GSM Association Geneve", make.THEIRS, "NWBKGB2L"
SECRETS = (HOLDER, NUMBER)
ADMIN = "admin:revenue_share_payoutaccount"
REST = "/fairgate/revenue/api/v1/accounts/"
CONFIRM, PROPOSE, VIEW = (
    "confirm_payout_account", "propose_payout_account", "view_payoutaccount",
)  # fmt: skip


@pytest.fixture(autouse=True)
def october(settings):
    make.set_up(settings)
    clock.use(lambda: make.PAY_DAY)
    make.closed_october()
    yield
    clock.use(None)


@pytest.fixture
def person(django_user_model, client):
    """Signs somebody with these rights in, to the admin and to the API."""

    def enter(name, *rights):
        user, _new = django_user_model.objects.get_or_create(username=name, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        client.force_login(user)
        return user

    return enter


@pytest.fixture
def asked(person):
    """What Ines asks for, and the key of it."""
    ines = person("ines", PROPOSE, VIEW)
    return ask(ines.pk)


def ask(by, **changes):
    values = {
        "holder": HOLDER, "number": NUMBER, "bic": BIC, "is_iban": True, "reason": "letter",
        **changes,
    }  # fmt: skip
    return api.propose_account("GSMA", "USD", by=by, at=make.PAY_DAY, **values)


def change_page(client, uuid):
    pk = PayoutAccount.objects.get(uuid=uuid).pk
    return client.get(reverse(f"{ADMIN}_change", args=[pk]))


def over_rest(user, address=""):
    caller = APIClient()
    caller.force_authenticate(user)
    return caller.get(f"{REST}{address}")


def shown_in(answer) -> list[str]:
    return [one for one in SECRETS if one in answer.content.decode()]


# -- the admin -------------------------------------------------------------------------------------


def test_the_second_person_sees_the_waiting_account_whole(client, person, asked):
    person("omar", CONFIRM, VIEW)
    answer = change_page(client, asked)
    assert shown_in(answer) == list(SECRETS)
    page = answer.content.decode()
    assert BIC in page
    assert "Compare this with the signed form." in page
    assert "no-store" in answer["Cache-Control"]


def test_the_page_of_an_account_says_what_became_of_it_and_has_no_empty_fields(
    client, person, asked
):
    omar = person("omar", CONFIRM, VIEW)
    api.refuse_account(asked, by=omar.pk, because="not their letter", at=make.PAY_DAY)
    page = change_page(client, asked).content.decode()
    for told in ("GB… 6819", "letter", "not their letter", ">ines<", ">omar<"):
        assert told in page
    assert "Is iban" not in page


def test_a_short_number_is_whole_too(client, person, asked):
    short = ask(by=PayoutAccount.objects.get().asked_by, number="1234567", is_iban=False)
    person("omar", CONFIRM, VIEW)
    assert "1234567" in change_page(client, short).content.decode()


def test_who_has_asked_sees_it_masked_though_they_may_confirm(client, person, asked):
    person("ines", PROPOSE, CONFIRM, VIEW)
    answer = change_page(client, asked)
    assert answer.status_code == 200
    assert shown_in(answer) == []
    assert BIC not in answer.content.decode()


def test_who_may_look_and_ask_alone_sees_it_masked(client, person, asked):
    person("rosa", PROPOSE, VIEW)
    assert shown_in(change_page(client, asked)) == []


@pytest.mark.parametrize("decision", ["confirm", "refuse"])
def test_once_it_is_decided_nobody_sees_it_whole(client, person, asked, decision):
    omar = person("omar", CONFIRM, VIEW)
    decide(decision, asked, by=omar.pk)
    assert shown_in(change_page(client, asked)) == []
    person("rosa", CONFIRM, VIEW)
    assert shown_in(change_page(client, asked)) == []


def decide(decision, uuid, *, by):
    if decision == "confirm":
        api.confirm_account(uuid, by=by, at=make.PAY_DAY)
    else:
        api.refuse_account(uuid, by=by, because="no", at=make.PAY_DAY)


def test_the_list_and_the_history_show_it_to_nobody(client, person, asked):
    person("omar", CONFIRM, VIEW)
    pk = PayoutAccount.objects.get().pk
    listed = client.get(reverse(f"{ADMIN}_changelist"))
    assert "GB… 6819" in listed.content.decode()
    assert shown_in(listed) == []
    assert shown_in(client.get(reverse(f"{ADMIN}_history", args=[pk]))) == []


def test_each_look_is_logged_and_no_log_has_the_account(client, person, asked, caplog):
    omar = person("omar", CONFIRM, VIEW)
    with caplog.at_level(logging.DEBUG):
        change_page(client, asked)
        over_rest(omar, f"{asked}/")
    looks = [one for one in caplog.messages if one.startswith("account shown whole")]
    assert looks == [f"account shown whole: account={asked} by={omar.pk}"] * 2
    assert not [one for one in (*SECRETS, BIC) if one in caplog.text]


def test_without_the_key_the_page_says_why_it_shows_nothing(client, person, asked, settings):
    settings.REVENUE_SHARE_PAYOUT_KEYS = []
    person("omar", CONFIRM, VIEW)
    answer = change_page(client, asked)
    assert answer.status_code == 200
    assert "This site has no key for accounts" in answer.content.decode()


def test_the_end_of_an_account_has_nothing_to_be_shown(client, person):
    make.account(holder=HOLDER)
    ended = api.propose_account_end("GSMA", "USD", reason="x", by=make.ASKER, at=make.PAY_DAY)
    person("omar", CONFIRM, VIEW)
    assert shown_in(change_page(client, ended)) == []


# -- REST ------------------------------------------------------------------------------------------


def test_over_rest_the_second_person_gets_the_waiting_account_whole(person, asked):
    answer = over_rest(person("omar", CONFIRM), f"{asked}/")
    assert answer.json()["details"] == {
        "holder": HOLDER, "number": NUMBER, "is_iban": True, "bic": BIC,
    }  # fmt: skip
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("rights", [(PROPOSE, CONFIRM), (PROPOSE,), (VIEW,)])
def test_over_rest_who_has_asked_gets_it_masked(person, asked, rights):
    answer = over_rest(person("ines", *rights), f"{asked}/")
    assert answer.json()["details"] is None
    assert shown_in(answer) == []


@pytest.mark.parametrize("decision", ["confirm", "refuse"])
def test_over_rest_nobody_gets_it_whole_once_it_is_decided(person, asked, decision):
    omar = person("omar", CONFIRM)
    decide(decision, asked, by=omar.pk)
    answer = over_rest(omar, f"{asked}/")
    assert answer.json()["details"] is None
    assert shown_in(answer) == []


def test_over_rest_the_list_has_it_for_nobody(person, asked):
    answer = over_rest(person("omar", CONFIRM))
    assert answer.json()["results"][0]["account"] == "GB… 6819"
    assert shown_in(answer) == []
    assert "details" not in answer.json()["results"][0]


# -- the page of a batch ---------------------------------------------------------------------------


@pytest.fixture
def batch(person):
    """What Ines proposes."""
    make.account(holder=HOLDER)
    ines = person("ines", "propose_payout")
    return api.propose_batch(
        make.numbers(), execute_on=make.ON, reason="December", by=ines.pk, at=make.PAY_DAY
    )


def batch_page(client, uuid):
    return client.get(reverse("revenue_share:payout_batch", args=[uuid]))


def test_who_approves_sees_who_has_proposed_and_the_holders(client, person, batch):
    person("omar", "approve_payout")
    answer = batch_page(client, batch)
    page = answer.content.decode()
    assert HOLDER in page
    assert BIC in page
    assert NUMBER not in page
    assert "<bdi>ines</bdi>" in page
    assert "no-store" in answer["Cache-Control"]


def test_what_waits_has_no_columns_for_what_the_bank_will_do(client, person, batch):
    omar = person("omar", "approve_payout")
    columns = (">State</th>", ">Debited</th>")
    page = batch_page(client, batch).content.decode()
    assert not [one for one in columns if one in page]
    api.approve_batch(batch, by=omar.pk, at=make.PAY_DAY)
    page = batch_page(client, batch).content.decode()
    assert [one for one in columns if one in page] == list(columns)


@pytest.mark.parametrize("right", ["view_payoutbatch", "propose_payout", "record_payout"])
def test_who_may_not_approve_sees_no_holder(client, person, batch, right):
    person("rosa", right)
    page = batch_page(client, batch).content.decode()
    assert HOLDER not in page
    assert "<bdi>ines</bdi>" in page


def test_who_has_proposed_sees_no_holder_though_they_may_approve(client, person, batch):
    person("ines", "propose_payout", "approve_payout")
    assert HOLDER not in batch_page(client, batch).content.decode()


def test_a_batch_that_is_decided_names_who_did_and_no_holder(client, person, batch):
    omar = person("omar", "approve_payout")
    api.approve_batch(batch, by=omar.pk, at=make.PAY_DAY)
    page = batch_page(client, batch).content.decode()
    assert HOLDER not in page
    assert "<bdi>omar</bdi>" in page


def test_a_batch_whose_key_is_gone_is_shown_without_holders(client, person, batch, settings):
    settings.REVENUE_SHARE_PAYOUT_KEYS = []
    person("omar", "approve_payout")
    answer = batch_page(client, batch)
    assert answer.status_code == 200
    assert "This site has no key for accounts" in answer.content.decode()
