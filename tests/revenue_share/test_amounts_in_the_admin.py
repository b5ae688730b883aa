"""The admin of the books shows amounts with their currency, and never minor units."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from factories import payouts as make
from factories import revenue_share as facts
from fairgate.money import Money
from revenue_share import admin_amounts, api, models
from revenue_share.forms import AdjustmentForm
from revenue_share.models.amounts import written

CHARGEBACK = datetime(2026, 12, 20, tzinfo=UTC)


@pytest.fixture
def everything(settings, db):
    """October with a refund, a dispute, a waived seat, an adjustment, a close and a payout."""
    make.set_up(settings)
    make.closed_october()
    make.account()
    make.approved()
    make.record(make.entry(models.Payout.objects.get().end_to_end_id, "91.73"))
    api.book_dispute(facts.dispute(of=("S2",), at=CHARGEBACK), at=CHARGEBACK)
    api.book_waived_seat(facts.waived_seat(at=CHARGEBACK), at=CHARGEBACK)
    api.propose_adjustment(
        {"GSMA": Money("54.10", "USD"), "": Money("-54.10", "USD")},
        reason="by hand", period="2026-12", by=1, at=CHARGEBACK,
    )  # fmt: skip


@pytest.fixture
def root(django_user_model, client):
    client.force_login(django_user_model.objects.create_superuser("root"))
    return client


REGISTERED = sorted(
    (model for model in apps.get_app_config("revenue_share").get_models()
     if admin.site.is_registered(model)),
    key=lambda model: model.__name__,
)  # fmt: skip


def page(client, model, action, *args):
    names = model._meta
    address = reverse(f"admin:{names.app_label}_{names.model_name}_{action}", args=args)
    return client.get(address).content.decode()


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_no_page_names_minor_units_or_has_a_field_for_them(everything, root, model):
    pages = [page(root, model, "changelist")]
    pages += [page(root, model, "change", row.pk) for row in model._default_manager.all()]
    for html in pages:
        assert "(minor units)" not in html
        assert not re.search(r'name="[^"]*_minor"', html)


def test_every_field_of_minor_units_has_a_column():
    fields = {
        field.name
        for model in REGISTERED
        for field in model._meta.get_fields()
        if field.name.endswith(("_minor", "_units"))
    }
    assert fields - set(admin_amounts.COLUMNS) == set()


def test_an_event_and_its_lines_are_read_in_their_currency(everything, root):
    event = models.RevenueEvent.objects.get(uuid=facts.named("S1"))
    text = text_of(page(root, models.RevenueEvent, "change", event.pk))
    for amount in ("USD 120.00", "USD 20.00", "USD 3.78", "USD 96.22", "USD 34.64", "USD 19.24"):
        assert amount in text
    assert "12000" not in text


def test_lists_have_amounts_in_their_currency(everything, root):
    assert "USD 96.22" in page(root, models.RevenueEvent, "changelist")
    assert "USD 91.73" in page(root, models.Statement, "changelist")
    assert "USD 91.73" in page(root, models.Payout, "changelist")
    assert "USD 120.00" in page(root, models.LedgerTransaction, "changelist")


def test_a_standing_says_who_keeps_what_and_what_banks_have(everything, root):
    standing = models.SaleStanding.objects.get(sale__uuid=facts.named("S2"))
    text = text_of(page(root, models.SaleStanding, "change", standing.pk))
    assert "Share of a sale: " in text
    assert "USD 120.00" in text
    assert "GSMA USD -41.84" in text


def test_what_rounding_owes_is_a_fraction_of_the_smallest_unit(everything, root):
    carry = models.CarriedRemainder.objects.get(party="GSMA")
    text = text_of(page(root, models.CarriedRemainder, "change", carry.pk))
    assert f"{carry.numerator}/{carry.denominator} × USD 0.01" in text


def test_the_lines_of_an_adjustment_are_in_its_currency(everything, root):
    row = models.Adjustment.objects.get()
    text = text_of(page(root, models.Adjustment, "change", row.pk))
    assert "USD 54.10" in text
    assert "USD -54.10" in text
    assert "5410" not in text


@pytest.mark.parametrize(
    ("currency", "typed", "minor"),
    [("USD", "54.10", 5410), ("JPY", "54", 54), ("KWD", "5.410", 5410)],
)
def test_the_form_of_an_adjustment_takes_decimals_of_the_currency(currency, typed, minor, db):
    form = AdjustmentForm.__new__(AdjustmentForm)
    amounts: dict[str, Money] = {}
    form._read(f"GSMA {typed}", currency, amounts)
    assert amounts == {"GSMA": Money.from_minor(minor, currency)}


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [(5410, "USD", "USD 54.10"), (5410, "JPY", "JPY 5,410"), (5410, "KWD", "KWD 5.410"),
     (-1, "USD", "USD -0.01"), (7, "???", "??? 7 (minor units)")],
)  # fmt: skip
def test_minor_units_are_written_with_the_decimals_of_their_currency(minor, currency, said):
    assert written(minor, currency) == said


def test_a_row_calls_itself_by_its_amount(everything):
    line = models.AllocationLine.objects.filter(party="GSMA", part="share").first()
    assert str(line) == "share of GSMA: USD 34.64"
    entry = models.LedgerEntry.objects.filter(account="tax_payable").first()
    assert str(entry) == "tax_payable  credit USD 20.00"
