"""Sessions of institutions' seats, on the pages and in the REST API."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from factories import fee_operations as operations
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as seats
from factories import invoices as papers
from factories.fee_rest import ROOT, post
from fairgate import clock
from fee_payments import api, compat, models
from fee_payments.data.invoices import QuoteItem

pytestmark = pytest.mark.django_db(transaction=True)

TUESDAY = make.MORNING + timedelta(days=1)
MONDAY_IN_WORDS = "15 February 2027, 09:00"
TAKES_PLACE = {
    "place": "Nairobi", "room": make.LAB, "starts_at": "2027-02-15T06:00:00Z",
    "ends_at": "2027-02-15T14:00:00Z", "timezone": "Africa/Nairobi",
}  # fmt: skip


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", rest.ticking())
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")
    monkeypatch.setattr(compat, "course_progress", lambda people, key: {})


@pytest.fixture
def ministry():
    """Whose training Lena coordinates; the workshop has places on Monday, and some on Tuesday."""
    seats.offering(capacity=15, delivery="in_person", place="Nairobi")
    make.session("monday", capacity=10)
    make.session("tuesday", starts_at=TUESDAY, ends_at=TUESDAY + timedelta(hours=8))
    return seats.buyer(rest.person("lena").pk)


@pytest.fixture
def pool(ministry):
    return seats.pool(ministry, by=rest.person("lena").pk, session="monday")


@pytest.fixture
def lena(ministry):
    client = Client()
    client.force_login(get_user_model().objects.get(username="lena"))
    return client


def address(name, *args):
    return reverse(f"fee_payments:{name}", args=args)


def text_of(response):
    inline = re.sub(r"</?bdi[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inline))


def fields_of(response):
    """The names of the fields in which seats are written, in turn."""
    return re.findall(r'type="text"[^>]* name="(seats-[^"]+)"', response.content.decode())


def hidden(response):
    """What the form that orders sends."""
    (form,) = re.findall(r'<form method="post">.*?</form>', response.content.decode(), re.DOTALL)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


class TestOrdering:
    def test_each_session_that_can_be_chosen_has_a_field_of_its_own(self, ministry, lena):
        seats.offering("exam", title="The exam")
        make.session("wednesday", closed=True)

        shown = lena.get(address("batch_order", ministry.uuid))

        assert fields_of(shown) == ["seats-exam", "seats-spectrum.monday", "seats-spectrum.tuesday"]
        assert "<legend><bdi>Spectrum management</bdi></legend>" in shown.content.decode()
        assert f"{MONDAY_IN_WORDS} – 15 February 2027, 17:00 (Africa/Nairobi)" in text_of(shown)
        assert "10 seats are left." in text_of(shown)

    def test_what_is_full_has_no_field(self, ministry, lena):
        make.session("monday", capacity=0)
        assert fields_of(lena.get(address("batch_order", ministry.uuid))) == [
            "seats-spectrum.tuesday"
        ]

        make.session("tuesday", starts_at=TUESDAY, ends_at=TUESDAY + timedelta(hours=1), capacity=0)
        assert "Nothing is on sale at the moment." in text_of(
            lena.get(address("batch_order", ministry.uuid))
        )

    def test_seats_of_two_sessions_are_priced_and_ordered(self, ministry, lena):
        typed = {"seats-spectrum.monday": "3", "seats-spectrum.tuesday": "2"}
        priced = lena.post(address("batch_order", ministry.uuid), typed)
        assert text_of(priced).count(MONDAY_IN_WORDS) == 2  # in the price, and beside its field
        assert 'value="3" maxlength' in priced.content.decode()

        sent = hidden(priced)
        assert {name: sent[name] for name in typed} == typed
        done = lena.post(address("batch_order", ministry.uuid), sent, follow=True)

        (order,) = models.Order.objects.all()
        assert done.redirect_chain == [(address("order", order.uuid), 302)]
        ordered = order.lines.order_by("position").values_list("session__code", "quantity")
        assert list(ordered) == [("monday", 3), ("tuesday", 2)]
        assert MONDAY_IN_WORDS in text_of(done)

    def test_a_session_that_was_closed_meanwhile_is_told_and_not_offered_any_more(
        self, ministry, lena
    ):
        make.session("monday", closed=True)

        told = lena.post(address("batch_order", ministry.uuid), {"seats-spectrum.monday": "3"})

        assert told.status_code == 409
        assert "This session can no longer be chosen." in text_of(told)
        assert fields_of(told) == ["seats-spectrum.tuesday"]

    def test_who_sends_no_session_is_told_which_there_are(self, ministry, lena):
        told = lena.post(address("batch_order", ministry.uuid), {"seats-spectrum": "3"})

        assert told.status_code == 409
        assert "Please choose one of them: monday, tuesday." in text_of(told)


class TestSeats:
    def test_the_pages_of_a_coordinator_say_when_and_where(self, pool, lena):
        for page in (address("pools"), address("pool", pool.uuid)):
            assert MONDAY_IN_WORDS in text_of(lena.get(page)), page
        order = text_of(lena.get(address("order", pool.order_uuid)))
        assert MONDAY_IN_WORDS in order

    @pytest.mark.parametrize("how", ["closed", "begun"])
    def test_the_page_says_why_no_seat_of_it_can_be_given(self, pool, lena, how):
        changed = {"closed": True}
        if how == "begun":
            changed = {"starts_at": make.NOON - timedelta(hours=1)}
        make.session("monday", **changed)

        shown = lena.get(address("pool", pool.uuid))

        assert "The session has begun or was closed" in text_of(shown)
        assert "Invite people" not in text_of(shown)

    def test_printed_codes_say_when_and_where(self, pool, lena):
        sheet = lena.post(address("pool_codes", pool.uuid), {"count": "1", "key": "k"})

        rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
        assert rows[1][1] == (
            f"Spectrum management: {MONDAY_IN_WORDS} (Africa/Nairobi), Nairobi, {make.LAB}"
        )

    def test_who_is_invited_reads_when_and_where_before_and_after(self, pool, lena):
        seats.invite(pool, "ada@posts.example", by=rest.person("lena").pk)
        ada = Client()
        ada.force_login(get_user_model().objects.get(pk=operations.account("ada")))
        link = address("seat_invitation", seats.links()[0])
        assert MONDAY_IN_WORDS in text_of(ada.get(link))

        ada.post(link, {"answer": "accept"})

        assert MONDAY_IN_WORDS in text_of(ada.get(address("given_seats")))

    def test_an_operator_tells_pools_of_two_sessions_apart(self, pool):
        admin = Client()
        admin.force_login(get_user_model().objects.create_superuser("admin"))

        shown = admin.get(reverse("admin:fee_payments_seatpool_changelist"))

        assert MONDAY_IN_WORDS in text_of(shown)


class TestQuotes:
    @pytest.fixture
    def desk(self, ministry):
        user = rest.person("desk")
        codes = ["receive_purchase_orders", "issue_invoices"]
        user.user_permissions.set(Permission.objects.filter(codename__in=codes))
        client = Client()
        client.force_login(user)
        return client

    def test_an_operator_names_the_session_beside_the_fee(self, ministry, desk):
        typed = {"buyer": ministry.pk, "currency": "usd"}

        done = desk.post(
            address("quotes"), {**typed, "items": "spectrum monday 3\nspectrum  tuesday 2"},
            follow=True,
        )  # fmt: skip

        (made,) = api.list_quotes()
        assert [(one.session.code, one.quantity) for one in made.lines] == [
            ("monday", 3), ("tuesday", 2),
        ]  # fmt: skip
        assert MONDAY_IN_WORDS in text_of(done)

    @pytest.mark.parametrize(
        ("items", "said"),
        [
            ("spectrum 3", "Please choose one of them: monday, tuesday."),
            ("spectrum friday 3", "has no session “friday”"),
            ("spectrum monday room 3", "is not a code, or two, and a number"),
            ("spectrum", "is not a code, or two, and a number"),
        ],
    )
    def test_what_cannot_be_offered_is_told(self, ministry, desk, items, said):
        typed = {"buyer": ministry.pk, "currency": "usd", "items": items}

        told = desk.post(address("quotes"), typed)

        assert (told.status_code, said in text_of(told)) == (409, True)
        assert api.list_quotes() == ()

    def test_the_page_of_an_invoice_says_when_and_where(self, ministry, lena, pays_by_invoice):
        made = api.issue_quote(
            ministry.uuid,
            [QuoteItem(offering_code="spectrum", session="monday", quantity=3)],
            by=9,
            at=make.NOON,
        )
        api.receive_purchase_order(
            made.uuid, number="7", amount=made.total, received_on=papers.DAY, by=9, at=make.NOON
        )
        invoice = api.invoice_quoted_seats(made.uuid, by=9, at=make.NOON)

        assert MONDAY_IN_WORDS in text_of(lena.get(address("invoice", invoice.uuid)))


def lines(*chosen):
    return [{"offering": "spectrum", "session": one, "seats": 3} for one in chosen]


@pytest.mark.usefixtures("lena")
class TestRest:
    @pytest.fixture
    def root(self, ministry):
        return f"organisations/{ministry.uuid}/"

    def test_a_price_an_order_and_a_quote_name_the_session(self, root):
        client = rest.client_of("lena")
        asked = {"lines": lines("monday", "tuesday")}
        expected = {"expected": {"amount": "480.00", "currency": "USD"}}

        price = post(client, f"{root}price/", asked).json()
        quote = post(client, f"{root}quotes/", asked, key="q")
        order = post(client, f"{root}orders/", asked | expected, key="o")

        assert (quote.status_code, order.status_code) == (201, 201)
        for found in (price, quote.json(), order.json()):
            assert [one["session"] for one in found["lines"]] == ["monday", "tuesday"]
            assert found["lines"][0]["takes_place"] == TAKES_PLACE
        assert price["lines"][0]["seats_left"] == 10
        path = f"{root}quotes/{quote.json()['uuid']}/order/"
        again = post(client, path, {}).json()
        assert [one["session"] for one in again["lines"]] == ["monday", "tuesday"]

    @pytest.mark.parametrize(
        ("chosen", "status", "code"),
        [
            (lines(""), 400, "UnknownSession"),
            (lines("friday"), 400, "UnknownSession"),
            (lines("monday", "friday"), 400, "UnknownSession"),
            (lines("wednesday"), 409, "SessionNotOpen"),
            ([{"offering": "spectrum", "seats": 3}], 400, "UnknownSession"),
        ],
    )
    @pytest.mark.parametrize("what", ["price", "orders", "quotes"])
    def test_f28_a_session_that_cannot_be_chosen_is_refused(self, root, what, chosen, status, code):
        make.session("wednesday", closed=True)
        body = {"lines": chosen}
        if what == "orders":
            amount = str(Decimal("240.00") * len(chosen))
            body["expected"] = {"amount": amount, "currency": "USD"}

        told = post(rest.client_of("lena"), f"{root}{what}/", body, key="new")

        assert (told.status_code, told.json()["code"]) == (status, code)
        assert (models.Order.objects.count(), models.QuoteDocument.objects.count()) == (0, 0)

    def test_one_session_stands_there_once(self, root):
        told = post(rest.client_of("lena"), f"{root}price/", {"lines": lines("monday", "monday")})

        assert told.status_code == 400
        assert "a session of it, is there twice" in told.content.decode()

    def test_pools_invitations_and_own_seats_say_when_and_where(self, pool):
        client, by = rest.client_of("lena"), rest.person("lena").pk
        seats.invite(pool, "ada@posts.example", by=by)
        operations.account("ada")
        ada, token = rest.client_of("ada"), seats.links()[0]

        shown = [
            client.get(f"{ROOT}pools/").json()["results"][0],
            client.get(f"{ROOT}pools/{pool.uuid}/").json(),
            ada.get(f"{ROOT}invitations/{token}/").json(),
            post(ada, f"invitations/{token}/accept/", {"shares": False}).json(),
            post(client, f"pools/{pool.uuid}/codes/", {"count": 1}, key="c").json(),
        ]

        for one in shown:
            assert (one["session"], one["takes_place"]) == ("monday", TAKES_PLACE)
        assert shown[0]["ends_at"] == TAKES_PLACE["starts_at"]

    def test_what_is_of_no_session_says_so(self):
        seats.offering("exam", title="The exam")
        row = seats.buyer(rest.person("sela").pk)
        seats.pool(row, by=rest.person("sela").pk, code="exam")

        (one,) = rest.client_of("sela").get(f"{ROOT}pools/").json()["results"]

        assert (one["session"], one["takes_place"]) == ("", None)


@pytest.mark.usefixtures("ministry")
class TestRestOfSeatCodes:
    CODES = "administration/seat-codes/"
    BODY = {"offering": "spectrum", "count": 1, "sponsor": "Ministry of Posts"}

    def test_codes_are_issued_for_a_session(self):
        omar = rest.client_of("omar", "issue_seat_codes", "view_seatcode")

        issued = post(omar, self.CODES, self.BODY | {"session": "monday"}, key="b")
        other = post(omar, self.CODES, self.BODY | {"session": "tuesday"}, key="b")

        assert issued.status_code == 201
        assert (issued.json()["session"], issued.json()["takes_place"]) == ("monday", TAKES_PLACE)
        assert (other.status_code, other.json()["code"]) == (409, "KeyReused")
        (listed,) = omar.get(ROOT + self.CODES).json()["results"]
        assert listed["session"] == "monday"

    @pytest.mark.parametrize(
        ("session", "status", "code"),
        [
            ({}, 400, "UnknownSession"),
            ({"session": ""}, 400, "UnknownSession"),
            ({"session": "friday"}, 400, "UnknownSession"),
            ({"session": "wednesday"}, 409, "SessionNotOpen"),
        ],
    )
    def test_f28_without_a_session_that_can_be_chosen_no_code_is_issued(
        self, session, status, code
    ):
        make.session("wednesday", closed=True)

        told = post(
            rest.client_of("omar", "issue_seat_codes"), self.CODES, self.BODY | session, key="b"
        )

        assert (told.status_code, told.json()["code"]) == (status, code)
        assert not models.SeatCode.objects.exists()
