"""What is sold: bundles, sessions, merchants; and what a process keeps of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from factories import fee_payments as make
from fairgate.errors import RowIsKept
from fairgate.money import Money
from fee_payments import api, models
from fee_payments.data import BankAccount, Rounding, WantedLine
from fee_payments.exceptions import (
    InvalidCatalogue,
    LinesDoNotFit,
    SessionNotOpen,
    UnknownMerchant,
    UnknownOffering,
    UnknownSession,
)
from fee_payments.rules import bank_details
from fee_payments.selectors import standing

pytestmark = pytest.mark.django_db

BEFORE, AFTER = make.MORNING - timedelta(hours=1), make.MORNING + timedelta(hours=1)


def bundle(*opens, **changes):
    return make.offering("both", kind="bundle", course_key="", opens=opens, **changes)


def test_an_offering_opens_itself_and_a_bundle_what_is_in_it():
    make.offering("one")
    make.offering("two")
    assert api.offering("one").opens == ("one",)
    assert bundle("two", "one").opens == ("two", "one")
    assert [one.opens for one in api.list_offerings()] == [("two", "one"), ("one",), ("two",)]


def test_a_code_in_other_capitals_is_another_code_that_nobody_can_take():
    make.offering("spectrum")
    with pytest.raises(InvalidCatalogue, match="Another fee has the code “spectrum”"):
        make.offering("Spectrum", title="Another one")
    assert make.offering("spectrum", title="Spectrum again").title == "Spectrum again"
    assert models.Offering.objects.count() == 1


def test_a_fee_is_found_by_its_code_to_the_letter():
    make.offering("spectrum")
    for ask in (api.offering, lambda code: api.quote(make.learner(), code, at=make.NOON)):
        with pytest.raises(UnknownOffering, match="There is no fee “SPECTRUM”"):
            ask("SPECTRUM")


def test_a_bundle_has_a_price_of_its_own_and_needs_no_course_run():
    make.offering("one")
    found = bundle("one", prices=(make.price(Money("200.00", "USD")),))
    assert found.course_key == ""
    assert api.quote(make.learner(), "both", at=make.NOON).total == Money("200.00", "USD")


def test_what_a_bundle_opens_can_be_changed():
    make.offering("one")
    make.offering("two")
    bundle("one")
    assert bundle("two").opens == ("two",)


def test_no_bundle_is_in_a_bundle_and_none_is_empty():
    make.offering("one")
    bundle("one")
    for opens in (("both",), ()):
        with pytest.raises(InvalidCatalogue, match="has to open offerings that are no bundles"):
            make.offering("all", kind="bundle", opens=opens)
    with pytest.raises(UnknownOffering):
        make.offering("all", kind="bundle", opens=("nothing",))
    with pytest.raises(InvalidCatalogue, match="“one” is no bundle, so it opens nothing else"):
        make.offering("one", opens=("both",))


def test_only_a_bundle_is_of_no_course_run():
    with pytest.raises(InvalidCatalogue, match="is of no course run; only a bundle may be"):
        make.offering(course_key="")
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Offering.objects.create(code="x", title="x")


def test_an_offering_of_a_bundle_cannot_be_deleted():
    make.offering("one")
    bundle("one")
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Offering.objects.get(code="one").delete()


def test_a_session_is_chosen_and_told_with_the_quote():
    make.workshop(capacity=20)
    make.session("monday", capacity=8)
    make.session("tuesday")
    found = api.quote(make.learner(), "spectrum", at=make.NOON, session="monday")
    assert (found.session.code, found.session.seats_left, found.has_seat) == ("monday", 8, True)
    assert not found.needs_session
    assert api.quote(make.learner(), "spectrum", at=make.NOON).needs_session
    assert api.offering("spectrum").session("tuesday").seats_left == 20


def test_a_session_that_is_not_there_closed_or_begun_cannot_be_chosen():
    make.workshop()
    make.session("monday")
    make.session("tuesday", closed=True)
    with pytest.raises(UnknownSession, match="has no session “sunday”"):
        api.quote(make.learner(), "spectrum", at=make.NOON, session="sunday")
    with pytest.raises(SessionNotOpen):
        api.quote(make.learner(), "spectrum", at=make.NOON, session="tuesday")
    api.quote(make.learner(), "spectrum", at=BEFORE, session="monday")
    with pytest.raises(SessionNotOpen):
        api.quote(make.learner(), "spectrum", at=AFTER, session="monday")


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": make.MORNING},
        {"timezone": "Africa/Atlantis"},
        {"timezone": "../../etc/passwd"},
    ],
)
def test_a_session_that_cannot_take_place_is_refused(changes):
    make.workshop()
    with pytest.raises(InvalidCatalogue):
        make.session(**changes)


def test_what_is_online_has_no_sessions():
    make.offering()
    with pytest.raises(InvalidCatalogue, match="is online, so it has no sessions"):
        make.session()


def test_the_default_merchant_collects_for_who_names_nobody():
    make.offering("one")
    make.merchant(rounding=Rounding.DOWN)
    make.offering("two")
    make.merchant("other")
    make.offering("one")
    make.offering("three")
    found = {one.code: one.merchant.code for one in api.list_offerings()}
    assert found == {"one": "academy", "two": "academy", "three": "other"}
    assert api.merchant("academy").summary.rounding is Rounding.DOWN
    assert models.Merchant.objects.filter(is_default=True).count() == 1


def test_a_merchant_that_is_not_there_is_named():
    with pytest.raises(UnknownMerchant, match="There is no merchant “nobody”"):
        make.offering(merchant="nobody")


def test_a_merchant_that_collects_cannot_be_deleted():
    make.merchant()
    make.offering()
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Merchant.objects.get().delete()


def test_a_quote_names_the_terms_in_force_at_its_moment():
    make.merchant()
    make.offering()
    for version, day in (("1", 1), ("2", 5), ("3", 6)):
        at = datetime(2026, 10, day, tzinfo=UTC)
        api.publish_terms("academy", version, valid_from=at, text=f"Terms {version}")
    found = api.quote(make.learner(), "spectrum", at=make.NOON)
    assert (found.merchant.code, found.terms.version) == ("academy", "2")
    earlier = api.quote(make.learner(), "spectrum", at=make.NOON - timedelta(days=5))
    assert earlier.terms is None


def test_terms_that_are_published_say_the_same_for_ever():
    make.merchant()
    api.publish_terms("academy", "1", valid_from=make.NOON, text="All sales are final.")
    api.publish_terms("academy", "1", valid_from=make.NOON, text="All sales are final.")
    with pytest.raises(InvalidCatalogue, match="Version “1” is published already"):
        api.publish_terms("academy", "1", valid_from=make.NOON, text="Nothing is final.")
    with pytest.raises(RowIsKept):
        models.TermsVersion.objects.update(text="Nothing is final.")
    with pytest.raises(InvalidCatalogue, match="Terms need a text"):
        api.publish_terms("academy", "2", valid_from=make.NOON, url="https://example.org/terms")


def test_several_merchants_are_no_one_order():
    make.merchant()
    make.offering("one")
    make.merchant("other")
    make.offering("two")
    wanted = [WantedLine(offering_code=code) for code in ("one", "two")]
    with pytest.raises(LinesDoNotFit, match="order them apart"):
        api.quote_lines(make.learner(), wanted, at=make.NOON)
    for lines in ([], [wanted[0]] * 2):
        with pytest.raises(LinesDoNotFit, match="each of them once"):
            api.quote_lines(make.learner(), lines, at=make.NOON)


# The example of the IBAN registry for each of these countries.
@pytest.mark.parametrize(
    "iban", ["CH9300762011623852957", "GB29NWBK60161331926819", "NO9386011117947"]
)
def test_an_iban_is_told_from_one_with_a_slip(iban):
    assert bank_details.is_iban(iban)
    swapped = iban[:-2] + iban[-1] + iban[-2]
    wrong = iban[:-1] + str((int(iban[-1]) + 1) % 10)
    assert not any(bank_details.is_iban(text) for text in (swapped, wrong, iban[:10], ""))


@pytest.mark.parametrize(
    ("bic", "fits"),
    [("DEUTDEFF", True), ("DEUTDEFF500", True), ("DEUTDEF", False), ("DEUT12FF", False)],
)
def test_a_bic_has_the_form_of_iso_9362(bic, fits):
    assert bank_details.is_bic(bic) is fits


def test_money_is_not_sent_to_an_account_with_a_slip():
    account = BankAccount(holder="Academy", iban="CH93 0076 2011 6238 5295 7", bic="", bank="")
    assert make.merchant(account=account).account.iban == "CH9300762011623852957"
    wrong = BankAccount(holder="Academy", iban="CH9300762011623852958", bic="", bank="")
    with pytest.raises(InvalidCatalogue, match="This is no IBAN"):
        make.merchant(account=wrong)


@pytest.fixture
def cold(monkeypatch):
    """A process that has read nothing of the catalogue yet."""
    monkeypatch.setattr(standing, "_offerings", {})
    monkeypatch.setattr(standing, "_rates", {})


def asked():
    with CaptureQueriesContext(
        connection,
    ) as queries:
        api.quote(make.learner(), "spectrum", at=make.NOON)
    return len(queries)


def test_a_quote_takes_three_queries_cold_and_one_warm(cold):
    make.merchant()
    api.publish_terms("academy", "1", valid_from=make.NOON, text="Terms")
    make.workshop(prices=(make.price(), make.price(Money("99.00", "CHF"))))
    make.session("monday")
    make.session("tuesday")
    make.tax("CH", "8.1")
    standing._offerings.clear()
    assert [asked(), asked()] == [3, 1]


def test_every_change_of_the_catalogue_is_in_the_next_quote(cold):
    make.offering()
    who = make.learner()
    assert api.quote(who, "spectrum", at=make.NOON).total == make.PRICE
    row = models.Offering.objects.get()
    row.title = "Another title"
    row.save()
    assert api.quote(who, "spectrum", at=make.NOON).offering.title == "Another title"
    models.Price.objects.update(valid_until=date(2026, 10, 1))
    models.Price.objects.create(offering=row, amount_minor=100, currency="USD",
                                valid_from=date(2026, 10, 1))  # fmt: skip
    assert api.quote(who, "spectrum", at=make.NOON).total == Money("1.00", "USD")
    make.tax("CH", "10", inclusive=False)
    assert api.quote(who, "spectrum", at=make.NOON).total == Money("1.10", "USD")
    models.TaxRate.objects.all().delete()
    assert api.quote(who, "spectrum", at=make.NOON).total == Money("1.00", "USD")


def test_what_was_rolled_back_is_in_no_quote(cold):
    make.offering()
    with transaction.atomic():
        make.offering(title="Not so")
        assert api.quote(make.learner(), "spectrum", at=make.NOON).offering.title == "Not so"
        transaction.set_rollback(True)
    found = api.quote(make.learner(), "spectrum", at=make.NOON)
    assert found.offering.title == "Spectrum management"


def test_seats_are_never_remembered(cold):
    make.offering(capacity=2)
    assert api.offering("spectrum").seats_left == 2
    models.Offering.objects.update(seats_taken=1)
    with CaptureQueriesContext(connection) as queries:
        assert api.offering("spectrum").seats_left == 1
    assert len(queries) == 1


def test_rows_that_were_changed_past_django_are_seen_after_some_minutes(cold, monkeypatch):
    make.offering()
    assert api.offering("spectrum").title == "Spectrum management"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fee_payments_offering SET title = 'By hand'")
    assert api.offering("spectrum").title == "Spectrum management"
    later = standing.time.monotonic() + standing.LONGEST_SECONDS + 1
    monkeypatch.setattr(standing.time, "monotonic", lambda: later)
    assert api.offering("spectrum").title == "By hand"
