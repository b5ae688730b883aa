"""Terms of sale: shown before the order, accepted with it, kept with it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as institutions
from factories import waiver_policy as waiver
from fairgate import clock
from fee_payments import api, compat, models
from fee_payments.exceptions import InvalidCatalogue, TermsChanged, TermsNotAccepted
from waiver_policy import compat as waiver_compat

pytestmark = pytest.mark.django_db(transaction=True)

WHO = make.learner()
FULL = make.PRICE
LATER = make.NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    for module in (compat, waiver_compat):
        monkeypatch.setattr(module, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")


@pytest.fixture
def shop():
    make.merchant()
    make.terms()
    make.offering()


def in_force(at=make.NOON):
    return api.quote(WHO, "spectrum", at=at).terms


def place(accepts, *, key="k", at=make.NOON, code="spectrum"):
    return api.place_order(WHO, code, key=key, expected=FULL, at=at, accepts_terms=accepts)


class TestOrdering:
    def test_nothing_is_ordered_before_the_terms_are_accepted(self, shop):
        with pytest.raises(TermsNotAccepted, match="Please accept the terms of sale"):
            place("")
        assert not models.Order.objects.exists()

    def test_the_order_keeps_which_terms_were_accepted_and_when(self, shop):
        order = place(in_force().sha256)
        assert (order.terms, order.terms_accepted_at) == (in_force(), make.NOON)

    def test_who_has_read_other_terms_is_told_that_they_have_changed(self, shop):
        read = in_force()
        make.terms("2", at=LATER)
        with pytest.raises(TermsChanged, match="have changed meanwhile"):
            place(read.sha256, at=LATER)
        assert not models.Order.objects.exists()
        assert place(in_force(LATER).sha256, at=LATER).terms.version == "2"

    def test_terms_that_are_not_in_force_yet_cannot_be_accepted(self, shop):
        make.terms("2", at=LATER)
        coming = in_force(LATER)
        with pytest.raises(TermsChanged):
            place(coming.sha256)

    def test_the_same_version_of_another_merchant_is_other_terms(self, shop):
        read = in_force()
        make.merchant("other", is_default=False)
        make.terms(of="other", text="You pay twice.")
        make.offering(merchant="other")
        with pytest.raises(TermsChanged):
            place(read.sha256)

    def test_without_terms_there_is_nothing_to_accept(self):
        make.offering()
        order = place("")
        assert (order.terms, order.terms_accepted_at) == (None, None)

    def test_an_open_order_on_earlier_terms_gives_way_to_one_on_the_terms_in_force(self, shop):
        first = place(in_force().sha256)
        at = make.NOON + timedelta(minutes=1)
        make.terms("2", at=at)
        second = place(in_force(at).sha256, key="other", at=at)
        assert second.uuid != first.uuid
        assert api.order(first.uuid).state == "cancelled"

    def test_an_open_order_whose_terms_nobody_has_accepted_gives_way(self, shop):
        first = place(in_force().sha256)
        models.Order.objects.update(terms_accepted_at=None)
        assert place(in_force().sha256, key="other").uuid != first.uuid

    def test_pressing_twice_is_one_order(self, shop):
        first = place(in_force().sha256)
        assert place(in_force().sha256, key="other").uuid == first.uuid

    def test_a_waived_seat_is_taken_on_the_same_terms(self):
        waiver.programme()
        make.merchant()
        make.terms(at=waiver.EVE)
        make.offering(waivable=True)
        who = make.learner(country="UG")
        with pytest.raises(TermsNotAccepted):
            api.take_waived_seat(who, "spectrum", key="k", at=waiver.EVE)
        assert not models.Entitlement.objects.exists()
        sha256 = api.quote(who, "spectrum", at=waiver.EVE).terms.sha256
        seat = api.take_waived_seat(who, "spectrum", key="k", at=waiver.EVE, accepts_terms=sha256)
        assert (seat.terms.version, seat.terms_accepted_at) == ("1", waiver.EVE)

    def test_a_seat_that_somebody_else_has_paid_takes_no_terms(self, shop):
        api.redeem_seat_code(WHO, "spectrum", make.seat_code(), at=make.NOON)
        assert api.has_entitlement(WHO.user_id, "spectrum", at=make.NOON)

    def test_the_database_keeps_no_acceptance_of_nothing(self):
        make.offering()
        place("")
        with pytest.raises(IntegrityError), transaction.atomic():
            models.Order.objects.update(terms_accepted_at=make.NOON)

    def test_terms_are_at_the_address_of_a_page(self, shop):
        with pytest.raises(InvalidCatalogue, match="begins with https"):
            make.terms("2", text="", url="javascript:alert(1)", sha256="ab")


def client_of(name="lena"):
    client = Client()
    client.force_login(get_user_model().objects.create_user(name))
    return client


def page_of(client):
    return client.get(reverse("fee_payments:fee", args=["spectrum"]))


def fields_of(page):
    """The hidden fields of the page's forms; a box that is not ticked sends nothing."""
    html = page.content.decode()
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


def box_of(page):
    """The box, as it is written."""
    (box,) = re.findall(r'<input type="checkbox"[^>]*name="accepts_terms"[^>]*>', page)
    return box


def press(client, page, name="place", **more):
    address = reverse(f"fee_payments:{name}", args=["spectrum"])
    return client.post(address, {**fields_of(page), **more})


class TestFeePage:
    def test_the_box_is_there_and_nobody_has_ticked_it(self, shop):
        page = page_of(client_of()).content.decode()
        box = box_of(page)
        assert "checked" not in box
        assert f'value="{in_force().sha256}"' in box
        words = r"I accept the terms of sale of <bdi>Open Spectrum Academy</bdi>, version <bdi>1<"
        assert re.search(rf"<label[^>]*>{re.escape(box)} <span>{words}", page)
        assert reverse("fee_payments:terms", args=[in_force().id]) in page

    def test_without_terms_there_is_no_box(self):
        make.offering()
        assert "accepts_terms" not in page_of(client_of()).content.decode()

    def test_who_has_not_ticked_it_reads_so_and_comes_to_the_box(self, shop):
        client = client_of()
        answer = press(client, page_of(client))
        page = answer.content.decode()
        assert answer.status_code == 409
        assert 'role="alert"><a href="#accepts-terms">Please accept the terms of sale.</a>' in page
        assert 'id="accepts-terms"' in box_of(page)
        assert 'aria-invalid="true"' in box_of(page)
        assert not models.Order.objects.exists()

    def test_what_was_chosen_is_not_lost(self, shop):
        make.offering(
            prices=(make.price(), make.price(make.Money("110.00", "CHF"))), delivery="in_person",
            place="Nairobi",
        )  # fmt: skip
        make.session("monday")
        client = client_of()
        before = client.get(
            reverse("fee_payments:fee", args=["spectrum"]), {"currency": "CHF", "session": "monday"}
        )
        after = fields_of(press(client, before))
        names = ("currency", "total_minor", "session", "country")
        assert [after[name] for name in names] == [fields_of(before)[name] for name in names]

    def test_with_the_box_ticked_it_is_ordered(self, shop):
        client = client_of()
        answer = press(client, page_of(client), accepts_terms=in_force().sha256)
        assert answer.status_code == 302
        assert models.Order.objects.get().terms_accepted_at == make.NOON

    def test_terms_that_have_changed_meanwhile_are_shown_and_not_ticked(self, shop, monkeypatch):
        client = client_of()
        before = page_of(client)
        read = in_force().sha256
        make.terms("2", at=LATER)
        monkeypatch.setattr(clock, "_source", lambda: LATER)
        page = press(client, before, accepts_terms=read).content.decode()
        assert "The terms of sale have changed meanwhile." in page
        assert in_force(LATER).sha256 in box_of(page)
        assert "checked" not in box_of(page)

    def test_who_would_not_wait_is_asked_beside_the_button_that_they_pressed(self, monkeypatch):
        waiver.programme(fund="1.00")
        for module in (compat, waiver_compat):
            monkeypatch.setattr(module, "profile_country", lambda user_id: "UG")
        monkeypatch.setattr(clock, "_source", lambda: waiver.EVE)
        make.merchant()
        make.terms(at=waiver.EVE)
        make.offering(waivable=True, full_seat_cost=make.Money("15.00", "USD"))
        client = client_of()
        sha256 = api.quote(WHO, "spectrum", at=waiver.EVE).terms.sha256
        full = press(client, page_of(client), "seat", accepts_terms=sha256)
        assert "Do not wait" in full.content.decode()
        page = press(client, full, waiver="no").content.decode()
        assert 'href="#accepts-terms-full"' in page
        assert "Do not wait" in page

    def test_the_terms_are_read_without_an_account_and_their_text_is_no_markup(self, shop):
        make.terms("2", text="<script>alert(1)</script>\n\nSecond part.")
        number = in_force().id
        page = Client().get(reverse("fee_payments:terms", args=[number])).content.decode()
        assert "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>" in page
        assert "<p>Second part.</p>" in page

    def test_terms_that_are_published_elsewhere_are_read_there(self, shop):
        make.terms("2", text="", url="https://example.org/terms", sha256="ab" * 32)
        answer = Client().get(reverse("fee_payments:terms", args=[in_force().id]))
        assert (answer.status_code, answer.url) == (302, "https://example.org/terms")

    def test_there_are_no_other_terms(self, shop):
        assert Client().get(reverse("fee_payments:terms", args=[10**6])).status_code == 404

    def test_the_receipt_says_what_was_accepted(self, shop):
        client = client_of()
        paid = make.paid_order(make.learner(get_user_model().objects.get().pk))
        page = client.get(reverse("fee_payments:order", args=[paid.uuid])).content.decode()
        assert reverse("fee_payments:terms", args=[paid.terms.id]) in page
        assert re.search(r"accepted\s+5 October 2026", page)


class TestBatchPage:
    @pytest.fixture
    def ministry(self, shop):
        officer = institutions.account("officer")
        row = institutions.buyer(officer)
        institutions.offering(capacity=10)
        client = Client()
        client.force_login(get_user_model().objects.get(pk=officer))
        address = reverse("fee_payments:batch_order", args=[row.uuid])
        return client, address, client.post(address, {"seats-spectrum": "3"})

    def test_nothing_is_ordered_before_the_terms_are_accepted(self, ministry):
        client, address, offer = ministry
        answer = client.post(address, fields_of_batch(offer))
        page = answer.content.decode()
        assert answer.status_code == 409
        assert 'href="#accepts-terms"' in page
        assert fields_of_batch(answer)["seats-spectrum"] == "3"
        assert not models.Order.objects.exists()

    def test_the_order_keeps_which_terms_were_accepted(self, ministry):
        client, address, offer = ministry
        sha256 = in_force().sha256
        answer = client.post(address, {**fields_of_batch(offer), "accepts_terms": sha256})
        assert answer.status_code == 302
        row = models.Order.objects.get()
        assert (row.terms.version, row.terms_accepted_at) == ("1", make.NOON)


def fields_of_batch(page):
    html = page.content.decode()
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', html))


class TestRest:
    def test_an_order_says_which_terms_it_accepts(self, shop):
        lena = rest.client_of("lena")
        quoted = lena.get(f"{rest.ROOT}offerings/spectrum/quote/").json()["terms"]
        assert quoted["page"] == reverse("fee_payments:terms", args=[in_force().id])

        missing = rest.post(lena, "orders/", rest.order_body(), key="a")
        other = rest.post(lena, "orders/", rest.order_body(accepts_terms="ab"), key="b")
        body = rest.order_body(accepts_terms=quoted["sha256"])
        placed = rest.post(lena, "orders/", body, key="c")

        assert (missing.status_code, missing.json()["code"]) == (409, "TermsNotAccepted")
        assert (other.status_code, other.json()["code"]) == (409, "TermsChanged")
        assert placed.status_code == 201
        assert placed.json()["terms"] == quoted
        assert placed.json()["terms_accepted_at"] == "2026-10-05T12:00:00Z"
