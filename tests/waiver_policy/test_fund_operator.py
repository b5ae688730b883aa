"""What the operator of the fund types and is told: the command and the admin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command, load_command_class

from factories import waiver_policy as make
from fairgate import clock
from fairgate.money import Money
from waiver_policy import api, models
from waiver_policy.exceptions import FundEmpty

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def eve():
    clock.use(lambda: make.EVE)
    yield
    clock.use(None)


@pytest.fixture(autouse=True)
def people():
    for name, codenames in (("ines", ["propose_credit"]), ("omar", ["confirm_credit"])):
        user = User.objects.create(username=name, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))


def run(*words):
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("waiver_policy_fund", *words, stdout=out, stderr=err)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return code, err.getvalue() + out.getvalue()


def available():
    return str(api.fund_balance("USD").available.amount)


class TestTheCommand:
    def test_shows_every_fund_with_what_it_owes_and_who_waits(self):
        assert run("show") == (0, "No fund has had any money yet.\n")
        make.programme(fund="20.00")
        make.grant(1)
        with pytest.raises(FundEmpty):
            make.grant(2)
        api.claw_back_fund(Money("6.00", "USD"), key="r", reason="x", at=make.EVE)
        assert run("show") == (0, (
            "USD: available 0.00, reserved 15.00, committed 0.00, shortfall 1.00; "
            "1 person waiting for money.\n"
        ))  # fmt: skip
        assert run("show", "--currency", "CHF")[1].startswith("CHF: available 0.00")

    def test_says_how_long_the_money_lasts_rounded_down(self):
        make.programme(fund="60.00")
        assert "USD: available 60.00, spent 0.00 in 6 full months: nothing was" in run("runway")[1]
        october = datetime(2026, 10, 5, tzinfo=UTC)
        for number in (1, 2):
            api.commit_grant(make.grant(number, at=october).uuid, at=october)
        told = run("runway", "--months", "4")[1]
        assert told == (
            "USD: available 30.00, spent 30.00 in 4 full months: it lasts 4.0 months.\n"
        )

    def test_check_ends_with_1_and_names_the_differences(self):
        make.credit("10.00")
        assert run("check") == (0, "Every balance and counter is what its rows add up to.\n")
        models.WaiverFund.objects.update(available_minor=999)
        code, told = run("check")
        assert (code, told) == (
            1, "USD: available is 999; its entries sum to 1000.\n1 difference found.",
        )  # fmt: skip

    def test_takes_a_credit_that_two_people_agree_on(self):
        code, told = run("credit", "25.00", "USD", "--reason", "Transfer 17", "--by", "ines")
        assert (code, available()) == (0, "0.00")
        assert "Another person has to confirm it" in told
        told = run("proposed")[1]
        assert "manual of USD 25.00 for 2026-11-23, “" in told
        assert "”, proposed by ines on 2026-11-23 12:00 UTC: proposed." in told
        uuid = str(models.ManualCredit.objects.get().uuid)
        code, told = run("confirm", uuid, "--by", "ines")
        assert (code, told) == (
            1, "Another person has to confirm it than the one who proposed it.",
        )  # fmt: skip
        assert run("confirm", uuid, "--by", "omar")[0] == 0
        assert available() == "25.00"
        assert run("confirm", uuid, "--by", "omar")[0] == 1
        assert run("proposed") == (0, "No credit waits for a second person.\n")

    def test_takes_a_correction_with_a_negative_amount(self):
        make.credit("10.00")
        words = ("credit", "-4.00", "USD", "--kind", "correction", "--reason", "x", "--by", "ines")
        assert run(*words)[0] == 0
        run("confirm", str(models.ManualCredit.objects.get().uuid), "--by", "omar")
        assert available() == "6.00"

    def test_rejects_what_is_wrong(self):
        run("credit", "25.00", "USD", "--reason", "x", "--by", "ines")
        uuid = str(models.ManualCredit.objects.get().uuid)
        assert "rejected" in run("reject", uuid, "--by", "ines")[1]
        assert run("confirm", uuid, "--by", "omar") == (
            1,
            f"The credit {uuid} is rejected already.",
        )

    @pytest.mark.parametrize(
        ("words", "code", "sentence"),
        [
            (("credit", "1.005", "USD", "--reason", "x", "--by", "ines"), 2, "1.005"),
            (("credit", "1e9999", "USD", "--reason", "x", "--by", "ines"), 2, ""),
            (("credit", "NaN", "USD", "--reason", "x", "--by", "ines"), 2, ""),
            (("credit", "1.00", "USD", "--reason", "x", "--by", "nobody"), 2, "no user “nobody”"),
            (("credit", "1.00", "USD", "--reason", "x", "--by", "omar"), 1, "may not propose"),
            (("credit", "0", "USD", "--reason", "x", "--by", "ines"), 1, "must be positive"),
            (("confirm", str(uuid4()), "--by", "omar"), 1, "There is no proposed credit"),
        ],
    )
    def test_refuses_with_a_sentence_and_does_nothing(self, words, code, sentence):
        told = run(*words)
        assert told[0] == code
        assert sentence in told[1]
        assert not models.ManualCredit.objects.exists()

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (("show", "--currency", "XYZ"), "XYZ"),
            (("runway", "--months", "0"), "a whole number from 1 to 120"),
            (("confirm", "17", "--by", "omar"), "“17” is not the uuid of a proposal"),
            (("credit", "1", "USD", "--by", "x", "--reason", "x" * 256), "at most 255"),
            (("credit", "1", "USD", "--by", "x", "--reason", "x", "--effective-on", "soon"),
             "a day is written like"),
        ],
    )  # fmt: skip
    def test_an_option_that_makes_no_sense_ends_with_2(self, words, sentence, capsys):
        command = load_command_class("waiver_policy", "waiver_policy_fund")
        with pytest.raises(SystemExit) as ended:
            command.run_from_argv(["manage.py", "waiver_policy_fund", *words])
        assert ended.value.code == 2
        assert sentence in capsys.readouterr().err

    def test_expires_and_serves(self):
        make.programme(fund="15.00")
        make.grant(1)
        with pytest.raises(FundEmpty):
            make.grant(2)
        clock.use(lambda: make.EVE + timedelta(days=180))
        assert run("expire") == (0, "1 grant and 0 places on the waiting list expired.\n")
        assert run("serve") == (0, "1 offer made to who waited.\n")
        assert [run("expire")[1], run("serve")[1]] == [
            "0 grants and 0 places on the waiting list expired.\n",
            "0 offers made to who waited.\n",
        ]


class TestTheAdmin:
    ADD = "/admin/waiver_policy/manualcredit/add/"
    LIST = "/admin/waiver_policy/manualcredit/"
    FORM = {
        "amount_text": "25.00", "currency": "USD", "kind": "donation", "reason": "A bank",
        "effective_on": "2026-11-20",
    }  # fmt: skip

    def sign_in(self, client, name):
        client.force_login(User.objects.get(username=name))

    def decide(self, client, action):
        pk = models.ManualCredit.objects.get().pk
        return client.post(self.LIST, {"action": action, "_selected_action": [pk]}, follow=True)

    def test_lets_one_person_propose_and_another_confirm(self, client):
        self.sign_in(client, "ines")
        assert client.post(self.ADD, self.FORM).status_code == 302
        assert (available(), models.ManualCredit.objects.get().minor) == ("0.00", 2500)
        self.decide(client, "confirm")
        assert available() == "0.00"
        self.sign_in(client, "omar")
        assert "Done" in self.decide(client, "confirm").content.decode()
        assert available() == "25.00"
        assert "is confirmed already" in self.decide(client, "confirm").content.decode()

    def test_refuses_one_person_with_both_permissions_for_their_own(self, client):
        ines = User.objects.get(username="ines")
        ines.user_permissions.add(Permission.objects.get(codename="confirm_credit"))
        self.sign_in(client, "ines")
        client.post(self.ADD, self.FORM)
        assert "Another person has to confirm" in self.decide(client, "confirm").content.decode()
        assert available() == "0.00"

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"amount_text": "-1"}, "must be positive"),
            ({"amount_text": "many"}, "many"),
            ({"currency": "XYZ"}, "XYZ"),
            ({"kind": "correction"}, "must be negative"),
        ],
    )
    def test_shows_the_form_again_with_the_fault(self, client, wrong, words):
        self.sign_in(client, "ines")
        answer = client.post(self.ADD, {**self.FORM, **wrong})
        assert answer.status_code == 200
        assert words in answer.content.decode()
        assert not models.ManualCredit.objects.exists()

    def test_is_closed_to_who_may_only_confirm(self, client):
        self.sign_in(client, "omar")
        assert client.get(self.ADD).status_code == 403

    def test_shows_amounts_and_the_runway(self, client):
        make.programme()
        october = datetime(2026, 10, 5, tzinfo=UTC)
        api.commit_grant(make.grant(at=october).uuid, at=october)
        client.force_login(User.objects.create(username="r", is_superuser=True, is_staff=True))
        page = client.get("/admin/waiver_policy/waiverfund/").content.decode()
        assert "USD 45.00" in page
        assert "18.0" in page
