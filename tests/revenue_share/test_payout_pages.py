"""Pages of payouts: two people, rights of their own, and accounts shown in the file alone."""

from __future__ import annotations

import io
import os
import stat

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from factories import payouts as make
from fairgate import clock
from revenue_share import api
from revenue_share.data import AcceptedAs
from revenue_share.models import Payout, PayoutAccount, PayoutBatch, PayoutEntry

pytestmark = pytest.mark.django_db

PAGE = "revenue_share:payouts"
ACCOUNTS = "admin:revenue_share_payoutaccount"
TYPED = {
    "party": "GSMA", "currency": "usd", "holder": "GSM Association", "number": make.THEIRS,
    "is_iban": "on", "bic": "", "reason": "letter of 1 May",
}  # fmt: skip


@pytest.fixture(autouse=True)
def on_pay_day(settings):
    make.set_up(settings)
    clock.use(lambda: make.PAY_DAY)
    yield
    clock.use(None)


@pytest.fixture(autouse=True)
def october(on_pay_day):
    make.closed_october()


@pytest.fixture
def person(django_user_model, client):
    """Signs somebody with these rights in."""

    def enter(name, *rights, staff=False):
        user, _made = django_user_model.objects.get_or_create(username=name, is_staff=staff)
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        client.force_login(user)
        return user

    return enter


@pytest.fixture
def account():
    return make.account()


def get(client, name=PAGE, *args):
    return client.get(reverse(name, args=args))


def post(client, name, *args, **form):
    return client.post(reverse(f"revenue_share:{name}", args=args), form, follow=True)


def propose(client, **changes):
    form = {"statement": "3", "execute_on": "2026-12-15", "reason": "December run", **changes}
    return post(client, "propose_payouts", **form)


def test_finance_sees_what_is_to_be_paid_and_why_not(client, person, account):
    person("ines", "view_payoutbatch")
    page = get(client).content.decode()
    assert "USD 91.73" in page
    assert "GB… 6819" in page
    assert "The party has no account to be paid to" in page
    assert "Propose these payouts" not in page
    assert make.THEIRS not in page


@pytest.mark.parametrize("ticked", ["²", "٣", "1" * 5_000, "9" * 30, "-3", "x", ""])
def test_what_is_no_number_of_a_statement_is_not_proposed(client, person, account, ticked):
    person("ines", "propose_payout")
    page = propose(client, statement=ticked)
    assert page.status_code == 200
    assert "Choose at least one statement to be paid." in page.content.decode()
    assert not PayoutBatch.objects.exists()


def test_two_people_and_the_bank_pay_a_statement(client, person, account):
    # given: one proposes
    person("ines", "propose_payout")
    page = propose(client).content.decode()
    batch = PayoutBatch.objects.get()
    assert "Proposed. A second person has to approve it." in page
    assert "another person approves it" in page
    assert "Approve as the second person" not in page

    # when: another approves, and downloads the file
    person("omar", "approve_payout")
    page = post(client, "decide_payouts", batch.uuid, decision="approve").content.decode()
    assert "Approved. Download the file and give it to the bank." in page
    answer = get(client, "revenue_share:payment_order", batch.uuid)
    assert make.THEIRS in answer.content.decode()
    assert answer["Content-Disposition"] == f'attachment; filename="{batch.message_id}.xml"'
    assert "no-store" in answer["Cache-Control"]
    assert get(client, "revenue_share:payment_order", batch.uuid).content == answer.content

    # then: somebody records what the bank has done
    person("rosa", "record_payout", "view_statement")
    sent = make.camt(make.entry(Payout.objects.get().end_to_end_id, "91.73"))
    upload = SimpleUploadedFile("bank.xml", sent)
    page = post(client, "record_payouts", file=upload).content.decode()
    assert "Paid: 1. Returned: 0. Held: 0. Known already: 0." in page
    listed = client.get(reverse("revenue_share:statements")).content.decode()
    one = reverse("revenue_share:statement", args=["GSMA", "2026-10"])
    for shown in (listed, client.get(one).content.decode()):
        assert '<span class="fg-tag">paid</span>' in shown
    assert api.check() == ()


def test_who_has_proposed_cannot_approve_but_take_it_back(client, person, account):
    person("ines", "propose_payout", "approve_payout")
    propose(client)
    batch = PayoutBatch.objects.get()
    page = post(client, "decide_payouts", batch.uuid, decision="approve").content.decode()
    assert "Another person than who asked has to confirm this." in page
    page = post(client, "decide_payouts", batch.uuid, decision="refuse", reason="a slip")
    assert "Refused: a slip" in page.content.decode()
    assert Payout.objects.get().state == "refused"


def test_a_difference_is_accepted_on_the_page_by_two_people(client, person, account):
    # given
    make.approved()
    name = Payout.objects.get().end_to_end_id
    person("rosa", "record_payout")
    upload = SimpleUploadedFile("bank.xml", make.camt(make.entry(name, "96.73")))
    page = post(client, "record_payouts", file=upload).content.decode()
    assert "is not what was ordered with" in page
    assert "The amount is another one." in page

    # when
    entry = PayoutEntry.objects.get().pk
    page = post(
        client, "ask_to_accept", entry, accepted_as="payment", reason="fee of the bank"
    ).content.decode()
    assert "Accept as the second person" in page
    step = api.list_acceptances()[0].uuid
    page = post(client, "decide_difference", step, decision="accept").content.decode()
    assert "Another person than who asked" in page
    person("omar", "record_payout")
    page = post(client, "decide_difference", step, decision="accept").content.decode()

    # then
    assert "Accepted: it went to the account of differences." in page
    assert Payout.objects.get().state == "paid"


def test_what_an_entry_is_has_to_be_chosen(client, person, account):
    make.approved()
    make.record(make.entry(Payout.objects.get().end_to_end_id, "96.73"))
    person("rosa", "record_payout")
    page = post(client, "ask_to_accept", PayoutEntry.objects.get().pk, reason="fee")
    assert "Choose what the entry is" in page.content.decode()
    assert api.list_acceptances() == ()


def test_what_the_bank_did_not_execute_is_said_on_the_pages_by_two_people(client, person, account):
    # given
    make.approved()
    payout = Payout.objects.get()
    person("rosa", "record_payout")
    page = client.get(reverse("revenue_share:payout_batch", args=[payout.batch.uuid]))
    assert "Was one of them not executed?" in page.content.decode()

    # when
    page = post(client, "ask_to_reject", payout.uuid, reason="The bank: account closed")
    assert "Said not to have been executed" in page.content.decode()
    assert "rosa: The bank: account closed" in page.content.decode()
    step = api.list_rejections()[0].uuid
    page = post(client, "decide_rejection", step, decision="confirm").content.decode()
    assert "Another person than who asked" in page
    person("omar", "record_payout")
    page = post(client, "decide_rejection", step, decision="confirm").content.decode()

    # then
    assert "Confirmed: the statement can be paid again." in page
    assert Payout.objects.get().state == "rejected"


def test_what_is_said_not_to_be_executed_can_be_refused_on_the_page(client, person, account):
    make.approved()
    payout = Payout.objects.get()
    person("rosa", "record_payout")
    post(client, "ask_to_reject", payout.uuid, reason="No money came")
    step = api.list_rejections()[0].uuid
    page = post(client, "decide_rejection", step, decision="refuse", reason="On its way")
    assert "Not confirmed: the bank is still to pay." in page.content.decode()
    assert Payout.objects.get().state == "ordered"


def test_a_difference_is_refused_on_the_page(client, person, account):
    make.approved()
    make.record(make.entry(Payout.objects.get().end_to_end_id, "96.73"))
    person("rosa", "record_payout")
    post(client, "ask_to_accept", PayoutEntry.objects.get().pk, accepted_as="payment", reason="fee")
    step = api.list_acceptances()[0].uuid
    page = post(client, "decide_difference", step, decision="refuse", reason="too much")
    assert "Not accepted: the bank has to put it right." in page.content.decode()
    assert Payout.objects.get().state == "held"


FORMS = {
    "propose_payouts": (), "record_payouts": (), "decide_payouts": ("batch",),
    "ask_to_accept": (1,), "decide_difference": ("batch",), "ask_to_reject": ("batch",),
    "decide_rejection": ("batch",),
}  # fmt: skip


def place(name, uuid):
    args = [uuid if one == "batch" else one for one in FORMS[name]]
    return reverse(f"revenue_share:{name}", args=args)


@pytest.mark.parametrize("name", FORMS)
def test_without_the_right_there_is_no_such_page(client, person, account, name):
    batch = make.proposed()
    person("ines", "view_payoutbatch", "view_statement", "close_period")
    assert client.post(place(name, batch), {"decision": "approve"}).status_code == 404
    assert PayoutBatch.objects.get().is_waiting


@pytest.mark.parametrize("name", FORMS)
def test_f25_a_form_of_another_site_does_nothing(person, account, name):
    batch = make.proposed()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person("root", "propose_payout", "approve_payout", "record_payout"))
    assert strict.post(place(name, batch), {"decision": "approve"}).status_code == 403
    assert PayoutBatch.objects.get().is_waiting


@pytest.mark.parametrize("right", ["view_statement", "propose_payout", "record_payout"])
def test_f24_the_file_is_given_to_who_may_approve_alone(client, person, account, right):
    batch = make.approved()
    person("ines", right)
    assert get(client, "revenue_share:payment_order", batch).status_code == 404


def test_a_person_of_nobody_finds_no_payouts(client, person, account):
    batch = make.proposed()
    person("amina", "view_statement")
    assert get(client).status_code == 404
    assert get(client, "revenue_share:payout_batch", batch).status_code == 404


def test_a_file_before_the_approval_leads_back_with_a_sentence(client, person, account):
    batch = make.proposed()
    person("omar", "approve_payout")
    address = reverse("revenue_share:payment_order", args=[batch])
    page = client.get(address, follow=True).content.decode()
    assert "once a second person has approved" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"execute_on": "tomorrow"}, "Choose the day of payment."),
        ({"execute_on": "2026-12-01"}, "today or one of the next 90 days"),
        ({"statement": "x"}, "Choose at least one statement"),
        ({"reason": " "}, "Please say why"),
        ({"statement": "1"}, "RS-000001: The party has no account"),
    ],
)
def test_a_proposal_that_cannot_be_says_why(client, person, account, changes, said):
    person("ines", "propose_payout")
    assert said in propose(client, **changes).content.decode()
    assert not PayoutBatch.objects.exists()


def test_a_file_that_is_none_says_why(client, person, account):
    person("rosa", "record_payout")
    assert "Choose a file of the bank" in post(client, "record_payouts").content.decode()
    upload = SimpleUploadedFile("x.pdf", b"%PDF-1.7")
    page = post(client, "record_payouts", file=upload).content.decode()
    assert "This is a PDF" in page


# -- accounts in the admin -------------------------------------------------------------------------


def decide(client, action, note=""):
    form = {"action": action, "_selected_action": PayoutAccount.objects.first().pk, "note": note}
    return client.post(reverse(f"{ACCOUNTS}_changelist"), form, follow=True).content.decode()


def test_an_account_takes_two_people_and_is_shown_masked(client, person):
    # given
    rights = ("propose_payout_account", "confirm_payout_account", "view_payoutaccount")
    person("ines", *rights, staff=True)
    page = client.post(reverse(f"{ACCOUNTS}_add"), TYPED, follow=True).content.decode()
    assert "It waits for a second person." in page
    assert "Another person than who asked has to confirm this." in decide(client, "accept")

    # when
    person("omar", *rights[1:], staff=True)
    assert "Recorded." in decide(client, "accept")

    # then
    row = PayoutAccount.objects.get()
    shown = client.get(reverse(f"{ACCOUNTS}_change", args=[row.pk])).content.decode()
    listed = client.get(reverse(f"{ACCOUNTS}_changelist")).content.decode()
    assert "GB… 6819" in shown
    for page in (shown, listed):
        assert not [one for one in (make.THEIRS, row.sealed, "GSM Association") if one in page]


def test_an_account_that_is_none_is_refused_beside_the_form(client, person):
    person("ines", "propose_payout_account", "view_payoutaccount", staff=True)
    wrong = {**TYPED, "number": "GB00"}
    page = client.post(reverse(f"{ACCOUNTS}_add"), wrong).content.decode()
    assert "The IBAN is none" in page
    assert not PayoutAccount.objects.exists()


def test_an_empty_number_ends_the_account(client, person, account):
    person("ines", "propose_payout_account", "view_payoutaccount", staff=True)
    client.post(reverse(f"{ACCOUNTS}_add"), {**TYPED, "holder": "", "number": ""})
    person("omar", "confirm_payout_account", "view_payoutaccount", staff=True)
    assert "Recorded." in decide(client, "accept")
    assert not PayoutAccount.objects.filter(live_key__isnull=False).exists()


def test_an_account_is_refused_with_a_reason(client, person):
    person("ines", "propose_payout_account", "view_payoutaccount", staff=True)
    client.post(reverse(f"{ACCOUNTS}_add"), TYPED)
    person("omar", "confirm_payout_account", "view_payoutaccount", staff=True)
    assert "Please say why" in decide(client, "refuse")
    assert "Recorded." in decide(client, "refuse", "not their letter")


@pytest.mark.parametrize("model", ["payoutbatch", "payout", "payoutentry", "payoutacceptance"])
def test_the_admin_shows_payouts_and_nothing_that_is_encrypted(client, admin_user, account, model):
    make.approved()
    make.record(make.entry(Payout.objects.get().end_to_end_id, "96.73"))
    api.ask_to_accept(
        PayoutEntry.objects.get().pk,
        accepted_as=AcceptedAs.PAYMENT,
        reason="fee",
        by=1,
        at=make.PAY_DAY,
    )
    client.force_login(admin_user)
    listed = client.get(reverse(f"admin:revenue_share_{model}_changelist"))
    row = listed.context["cl"].result_list[0]
    shown = client.get(reverse(f"admin:revenue_share_{model}_change", args=[row.pk]))
    sealed = PayoutBatch.objects.get().sealed
    for answer in (listed, shown):
        assert answer.status_code == 200
        assert not [one for one in (make.THEIRS, sealed) if one in answer.content.decode()]


# -- the command -----------------------------------------------------------------------------------


def command(*words: str) -> str:
    out = io.StringIO()
    call_command("revenue_share_payouts", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_proposes_writes_the_file_and_records(person, account, tmp_path):
    # given
    person("ines", "propose_payout")
    assert "RS-000003  2026-10  GSMA  USD 91.73  arrives USD 91.73  GB… 6819" in command("list")

    # when
    said = command(
        "propose", "--on", "2026-12-15", "--by", "ines", "--reason", "December", "--statement", "3"
    )
    uuid = said.partition(" ")[0]
    assert "1 proposed: USD 91.73" in said
    api.approve_batch(PayoutBatch.objects.get().uuid, by=make.CONFIRMER, at=make.PAY_DAY)
    out = tmp_path / "order.xml"
    command("file", uuid, str(out))

    # then
    assert make.THEIRS in out.read_text()
    assert stat.S_IMODE(os.stat(out).st_mode) == 0o600
    bank = tmp_path / "bank.xml"
    bank.write_bytes(make.camt(make.entry(Payout.objects.get().end_to_end_id, "91.73")))
    assert command("record", str(bank)) == "1 paid, 0 returned, 0 held, 0 known.\n"
    assert command("record", str(bank)) == "0 paid, 0 returned, 0 held, 1 known.\n"


def test_the_command_says_that_nothing_is_to_be_paid(monkeypatch):
    monkeypatch.setattr(api, "list_payables", lambda: ())
    assert command("list") == "Nothing is to be paid.\n"


def test_the_command_says_no_in_sentences_with_its_exit_code(person, account, tmp_path):
    # given
    person("ines", "view_statement")
    order = tmp_path / "order.xml"
    order.write_text("there already")
    bad = tmp_path / "bad.xml"
    bad.write_bytes(b"%PDF-1.7")
    held = tmp_path / "held.xml"
    batch = make.approved()
    held.write_bytes(make.camt(make.entry(Payout.objects.get().end_to_end_id, "1.00")))
    on = ("propose", "--on", "2026-12-15", "--reason", "x", "--by")

    # then
    for words, said, code in (
        ((*on, "ines"), "ines may not propose payouts", 1),
        ((*on, "nobody"), "nobody may not propose payouts", 1),
        (("file", "00000000-0000-4000-8000-000000000000", "x"), "There is no batch", 1),
        (("file", str(batch), str(order)), "cannot be written: File exists", 2),
        (("record", str(bad)), "bad.xml: This is a PDF", 2),
        (("record", str(tmp_path / "no")), "cannot be read: No such file", 2),
        (("record", str(held)), "Somebody has to look", 1),
    ):
        with pytest.raises(CommandError, match=said) as refused:
            command(*words)
        assert refused.value.returncode == code
    assert order.read_text() == "there already"


def test_the_command_that_is_given_a_csv_says_how_its_account_is_named(tmp_path):
    file = tmp_path / "bank.csv"
    file.write_text("Date;Amount\n2026-12-15;-91.73\n")
    with pytest.raises(CommandError, match=r"--account") as refused:
        command("record", str(file))
    assert refused.value.returncode == 2
    with pytest.raises(CommandError) as refused:
        command("record", str(file), "--account", "nobody's")
    assert "--account" not in str(refused.value)
