"""Who proposes payouts is told what is left out, and when the bank will be closed.

Who records a bank's CSV says which account it is of, though one number has several currencies.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from factories import payouts as make
from fairgate import clock
from fee_payments import api as fees
from fee_payments.bank_files import CsvMapping
from fee_payments.models import BankAccount
from revenue_share import api
from revenue_share.models import Payout, PayoutAccount, PayoutBatch
from revenue_share.rules import bank_days

pytestmark = pytest.mark.django_db

NO_ACCOUNT = "The party has no account to be paid to."
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 12, day) for day in (18, 19, 20, 21))


@pytest.fixture(autouse=True)
def october(settings):
    make.set_up(settings)
    clock.use(lambda: make.PAY_DAY)
    make.closed_october()
    yield
    clock.use(None)


@pytest.fixture
def account():
    return make.account()


@pytest.fixture
def ines(django_user_model, client):
    """Signed in, with the rights of who proposes and records."""
    user = django_user_model.objects.create_user("ines")
    rights = ("propose_payout", "record_payout", "view_payoutbatch")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return user


def page(client) -> str:
    return client.get(reverse("revenue_share:payouts")).content.decode()


def post(client, name, **form) -> str:
    return client.post(reverse(f"revenue_share:{name}"), form, follow=True).content.decode()


def propose(client, *numbers, on=make.ON) -> str:
    return post(
        client, "propose_payouts", statement=[str(one) for one in numbers],
        execute_on=on.isoformat(), reason="December run",
    )  # fmt: skip


def command(*words: str) -> tuple[str, str]:
    """What the command says, and what it warns of."""
    out, err = io.StringIO(), io.StringIO()
    call_command("revenue_share_payouts", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def propose_all(on=make.ON) -> tuple[str, str]:
    return command("propose", "--on", on.isoformat(), "--by", "ines", "--reason", "December")


# -- what is left out ------------------------------------------------------------------------------


def test_the_command_names_each_statement_that_it_leaves_out_and_why(ines, account):
    _said, warned = propose_all()
    left_out = [one for one in api.list_payables() if one.refusal]
    assert left_out
    assert warned.splitlines() == [
        f"RS-{one.number:06d} is left out: {NO_ACCOUNT}" for one in left_out
    ]


def test_the_command_leaves_nothing_out_of_what_somebody_has_chosen(ines, account):
    _said, warned = command(
        "propose", "--on", "2026-12-15", "--by", "ines", "--reason", "x", "--statement", "3"
    )
    assert warned == ""


def test_the_command_says_of_each_statement_why_there_is_nothing_to_propose(ines):
    with pytest.raises(CommandError) as refused:
        propose_all()
    assert "Nothing can be proposed." in str(refused.value)
    payables = api.list_payables()
    assert payables
    for one in payables:
        assert f"RS-{one.number:06d}: {NO_ACCOUNT}" in str(refused.value)
    assert not PayoutBatch.objects.exists()


def test_the_command_says_that_nothing_is_to_be_paid(ines, monkeypatch):
    monkeypatch.setattr(api, "list_payables", lambda: ())
    with pytest.raises(CommandError, match=r"^Nothing is to be paid\.$"):
        propose_all()


def test_the_page_names_what_was_left_out_and_why(client, ines, account):
    said = propose(client, 3)
    assert "Proposed. A second person has to approve it." in said
    names = ", ".join(f"RS-{one.number:06d}" for one in api.list_payables() if one.refusal)
    assert f"Left out: {names}. {NO_ACCOUNT}" in said


def test_the_page_says_why_nothing_can_be_proposed(client, ines):
    names = ", ".join(f"RS-{one.number:06d}" for one in api.list_payables())
    said = propose(client)
    assert "Choose at least one statement to be paid." in said
    assert f"Left out: {names}. {NO_ACCOUNT}" in said


# -- on which day ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "works"),
    [(FRIDAY, FRIDAY), (SATURDAY, MONDAY), (SUNDAY, MONDAY), (MONDAY, MONDAY)],
)
def test_a_day_of_payment_is_offered_from_monday_to_friday(on, works):
    assert bank_days.next_weekday(on) == works


def test_the_page_offers_the_next_weekday(client, ines, account):
    clock.use(lambda: datetime(2026, 12, 19, 8, tzinfo=UTC))
    assert f'name="execute_on" value="{MONDAY}"' in page(client)


def test_the_page_warns_of_a_weekend_and_so_does_the_batch_for_who_approves(client, ines, account):
    said = propose(client, 3, on=SUNDAY)
    closed = "is a Saturday or a Sunday: the bank will pay on a later day."
    assert "Proposed. A second person has to approve it." in said
    assert closed in said
    batch = PayoutBatch.objects.get()
    assert batch.execute_on == SUNDAY
    address = reverse("revenue_share:payout_batch", args=[batch.uuid])
    assert closed in client.get(address).content.decode()


def test_the_page_says_nothing_of_a_weekday(client, ines, account):
    assert "is a Saturday or a Sunday" not in propose(client, 3)


def test_the_command_notes_a_weekend(ines, account):
    said, warned = propose_all(on=SUNDAY)
    assert "1 proposed" in said
    note = "2026-12-20 is a Saturday or a Sunday: the bank will pay on a later day."
    assert note in warned.splitlines()


@pytest.mark.parametrize("typed", ["2027-13-01", "tomorrow", "20261215", "2026-W51-2"])
def test_the_command_says_how_a_day_is_written(ines, typed):
    with pytest.raises(CommandError, match=f"“{typed}” is not a day like 2026-12-15"):
        command("propose", "--on", typed, "--by", "ines", "--reason", "x")


# -- which account of ours -------------------------------------------------------------------------


def test_no_account_of_ours_is_said_once_where_both_currencies_are_one(settings, account):
    make.set_up(settings, EUR=make.ACCOUNTS["EUR"])
    (told,) = [str(one.refusal) for one in api.list_payables() if one.party == "GSMA"]
    assert told == "There is no bank account of ours in USD."


def test_both_currencies_are_named_where_they_differ(settings):
    make.set_up(settings, CHF=make.ACCOUNTS["EUR"])
    make.rates_of_november()
    make.account(currency="EUR")
    (told,) = [str(one.refusal) for one in api.list_payables() if one.party == "GSMA"]
    assert told == "There is no bank account of ours in EUR, nor in USD."


# -- the CSV of an account with several currencies -------------------------------------------------


@pytest.fixture
def two_currencies():
    """One number of ours in dollars and francs, as banks of Switzerland have it."""
    for currency in ("USD", "CHF"):
        fees.set_bank_account(make.OURS, currency=currency, prefix="INV")
        mapping = CsvMapping(
            booked_on="day", days=("YYYY-MM-DD",), amount="amount", currency=currency,
            account=make.OURS, remittance=("text",), bank_reference="id",
        )  # fmt: skip
        row = BankAccount.objects.get(number=make.OURS, currency=currency)
        row.csv_mapping = mapping.to_json()
        row.save()
    return {row.currency: row for row in BankAccount.objects.all()}


@pytest.fixture
def csv(account):
    """The CSV of the account in dollars, which has paid a statement."""
    make.approved()
    name = Payout.objects.get().end_to_end_id
    return f"day,amount,text,id\n2026-12-16,-91.73,{name},B1\n".encode()


@pytest.fixture
def path(csv, tmp_path):
    found = tmp_path / "december.csv"
    found.write_bytes(csv)
    return str(found)


def test_the_command_reads_the_csv_of_one_currency(ines, two_currencies, path):
    said, _warned = command("record", path, "--account", make.OURS, "--currency", "USD")
    assert said == "1 paid, 0 returned, 0 held, 0 known.\n"
    assert Payout.objects.get().state == "paid"


def test_the_command_asks_for_the_currency_of_a_number_that_has_several(ines, two_currencies, path):
    with pytest.raises(CommandError, match=r"have this number.*--currency") as said:
        command("record", path, "--account", make.OURS)
    assert said.value.returncode == 2
    assert Payout.objects.get().state == "ordered"


def test_the_command_wants_an_account_with_a_currency(ines, path):
    with pytest.raises(CommandError, match="--currency says which --account"):
        command("record", path, "--currency", "USD")


def test_the_page_offers_the_accounts_whose_csv_can_be_read(client, ines, two_currencies, csv):
    # given
    BankAccount.objects.create(number="UNMAPPED1", currency="EUR", prefix="INV")
    shown = page(client)
    for row in two_currencies.values():
        assert f'<option value="{row.pk}">{make.OURS} {row.currency}</option>' in shown
    assert "UNMAPPED1" not in shown

    # when
    upload = SimpleUploadedFile("december.csv", csv)
    said = post(client, "record_payouts", file=upload, account=two_currencies["USD"].pk)

    # then
    assert "Paid: 1. Returned: 0. Held: 0. Known already: 0." in said
    assert Payout.objects.get().state == "paid"


def test_the_page_says_where_columns_are_mapped_if_no_account_has_any(client, ines):
    shown = page(client)
    assert 'name="account"' not in shown
    assert "A CSV can be read once the columns of its account are mapped" in shown


@pytest.mark.parametrize("chosen", ["x", "0", "99999", "²", "9" * 30, "unmapped"])
def test_an_account_that_the_page_does_not_offer_is_refused(
    client, ines, two_currencies, csv, chosen
):
    unmapped = BankAccount.objects.create(number="UNMAPPED1", currency="EUR", prefix="INV")
    upload = SimpleUploadedFile("december.csv", csv)
    told = str(unmapped.pk) if chosen == "unmapped" else chosen
    assert "Choose one of the accounts." in post(
        client, "record_payouts", file=upload, account=told
    )
    assert Payout.objects.get().state == "ordered"


def test_a_file_that_says_its_account_needs_none_chosen(client, ines, two_currencies, account):
    make.approved()
    sent = make.camt(make.entry(Payout.objects.get().end_to_end_id, "91.73"))
    upload = SimpleUploadedFile("bank.xml", sent)
    assert "Paid: 1." in post(client, "record_payouts", file=upload, account="")
    assert PayoutAccount.objects.count() == 1
