"""Pages of coordinators and of learners whose seat an institution has paid."""

from __future__ import annotations

import csv
import io
import re
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories import institution_seats as seats
from fairgate import clock
from fairgate.percent import Percent
from fee_payments import api, compat
from fee_payments.data import CountedFrom, CourseProgress, RefundPolicy, RefundStep
from fee_payments.models import (
    Buyer,
    Entitlement,
    Order,
    OrderLine,
    Payment,
    Seat,
    SeatCode,
    SeatMail,
    SeatStep,
)

pytestmark = pytest.mark.django_db(transaction=True)

ADA = "ada@posts.example"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")
    monkeypatch.setattr(compat, "course_progress", lambda people, key: {})


@pytest.fixture
def officer():
    return seats.account("officer")


@pytest.fixture
def pool(officer):
    seats.offering(capacity=10)
    return seats.pool(by=officer)


def client_of(user_id, **options):
    client = Client(**options)
    client.force_login(get_user_model().objects.get(pk=user_id))
    return client


def address(name, *args):
    return reverse(f"fee_payments:{name}", args=args)


def text_of(response):
    inline = re.sub(r"</?bdi[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inline))


def invite(client, pool, people, **more):
    return client.post(address("pool_assign", pool.uuid), {"people": people, **more})


def token_for(pool, officer, email=ADA):
    seats.invite(pool, email, by=officer)
    return seats.links()[-1]


# --- Whose pages they are


def urls_of(pool, seat, buyer):
    """Every address of a coordinator: method, path, what is sent."""
    return [
        ("get", address("pool", pool), {}),
        ("post", address("pool_assign", pool), {"people": "eve@evil.example"}),
        ("post", address("pool_codes", pool), {"count": "1", "key": "k"}),
        ("get", address("pool_csv", pool), {}),
        ("post", address("seat_release", seat), {}),
        ("post", address("seat_revoke", seat), {"because": "x"}),
        ("post", address("seat_remind", seat), {}),
        ("post", address("seat_reassign", seat), {"email": "eve@evil.example", "because": "x"}),
        ("get", address("batch_order", buyer), {}),
        ("post", address("batch_order", buyer), {"seats-spectrum": "1"}),
    ]


def everything():
    """All that a step could have changed."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Seat, SeatStep, SeatMail, SeatCode, Order, Entitlement)
    ]


@pytest.mark.parametrize("who", ["another coordinator", "finance", "learner", "former"])
def test_f24_k26_pools_and_seats_do_not_exist_for_anybody_else(pool, officer, who):
    seats.invite(pool, ADA, by=officer)
    theirs = Order.objects.get().buyer
    stranger = seats.account("stranger")
    if who == "another coordinator":
        seats.buyer(stranger)
    if who == "finance":
        theirs.contacts.create(user_id=stranger, role="finance")
    if who == "former":
        theirs.contacts.create(user_id=stranger, role="coordinator")
        theirs.contacts.filter(user_id=stranger).delete()
    before, client = everything(), client_of(stranger)
    seat = Seat.objects.get(assigned_at__isnull=False).uuid

    for method, path, sent in urls_of(pool.uuid, seat, theirs.uuid):
        answer, unknown = getattr(client, method)(path, sent), uuid4()
        assert answer.status_code == 404, path
        assert ADA not in answer.content.decode()
        again = getattr(client, method)(re.sub(r"[0-9a-f-]{36}", str(unknown), path), sent)
        assert again.status_code == 404
    assert everything() == before
    assert len(mail.outbox) == 1


def test_f24_who_is_not_signed_in_is_sent_to_sign_in(pool, officer):
    seat = Seat.objects.first().uuid
    for method, path, sent in urls_of(pool.uuid, seat, pool.buyer_uuid):
        assert getattr(Client(), method)(path, sent).status_code == 302


def test_every_step_needs_a_post_and_a_token_of_its_form(pool, officer):
    seat = Seat.objects.first().uuid
    for method, path, sent in urls_of(pool.uuid, seat, pool.buyer_uuid):
        if method == "post":
            strict = client_of(officer, enforce_csrf_checks=True)
            assert strict.post(path, sent).status_code == 403
        if method == "post" and "order" not in path:
            assert client_of(officer).get(path).status_code == 405


def test_who_coordinates_nothing_has_no_page_of_pools(pool):
    assert client_of(seats.account("ada")).get(address("pools")).status_code == 404


def test_who_manages_every_institution_sees_this_one(pool):
    manager = seats.account("manager")
    user = get_user_model().objects.get(pk=manager)
    user.user_permissions.set(Permission.objects.filter(codename="manage_seats"))

    assert client_of(manager).get(address("pool", pool.uuid)).status_code == 200


# --- The coordinator


def test_a_coordinator_orders_seats_and_is_shown_the_price_first(officer):
    seats.offering()
    row = seats.buyer(officer)
    client, page = client_of(officer), address("batch_order", row.uuid)

    shown = client.post(page, {"seats-spectrum": "3"})
    assert "3 seats at USD 80.00 each" in text_of(shown), text_of(shown)
    assert not Order.objects.exists()
    fields = dict(
        re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', shown.content.decode())
    )
    placed = client.post(page, fields)

    order = Order.objects.get()
    assert placed.url == address("order", order.uuid)
    assert (order.buyer, order.lines.get().quantity) == (row, 3)
    assert "Ordered for Ministry of Posts" in text_of(client.get(placed.url))
    assert client.post(page, fields).url == placed.url
    assert Order.objects.count() == 1


WEEK = RefundPolicy(
    steps=(RefundStep(percent=Percent(50), counted_from=CountedFrom.PAYMENT, days=7),)
)
WEEK_SAID = "50 % of what was paid goes back to who asks within 7 days of paying."


class TestWhatACoordinatorReadsBeforeTheyOrder:
    def show(self, officer, **policies):
        for code, policy in policies.items():
            seats.offering(code, title=code.title(), refund_policy=policy)
        page = address("batch_order", seats.buyer(officer).uuid)
        return client_of(officer).post(page, {f"seats-{code}": "2" for code in policies})

    def test_is_the_refund_policy_of_each_line_each_policy_once(self, officer):
        nothing = RefundPolicy(steps=())
        said = text_of(self.show(officer, one=WEEK, two=nothing, three=WEEK))
        assert said.count(WEEK_SAID) == 1
        assert said.count("What was paid is not given back to who changes their mind.") == 1
        assert f"One · Three {WEEK_SAID}" in said

    def test_is_said_without_a_title_where_it_holds_for_all(self, officer):
        said = text_of(self.show(officer, one=WEEK, two=WEEK))
        assert f"Refunds {WEEK_SAID}" in said

    def test_is_the_terms_with_a_box_for_them(self, officer):
        make.merchant()
        make.terms("7")
        said = self.show(officer, one=WEEK).content.decode()
        assert "version <bdi>7</bdi>" in said
        assert "Read the terms of sale" in said

    def test_is_what_the_lines_keep_when_the_offering_changes(self, officer):
        shown = self.show(officer, one=WEEK)
        fields = dict(
            re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', shown.content.decode())
        )
        placed = client_of(officer).post(address("batch_order", Buyer.objects.get().uuid), fields)
        seats.offering("one", title="One", refund_policy=RefundPolicy(steps=()))
        assert OrderLine.objects.get().refund_policy == WEEK.written()
        assert WEEK_SAID in text_of(client_of(officer).get(placed.url))


@pytest.mark.parametrize("typed", ["-1", "x", "9" * 30, "1.5", "٣"])
def test_a_number_of_seats_that_is_none_is_refused_in_words(officer, typed):
    seats.offering()
    page = address("batch_order", seats.buyer(officer).uuid)

    assert client_of(officer).post(page, {"seats-spectrum": typed}).status_code == 409


def test_the_pages_say_where_the_seats_stand(pool, officer):
    seats.invite(pool, ADA, by=officer)
    client = client_of(officer)

    assert "Spectrum management" in text_of(client.get(address("pools")))
    shown = text_of(client.get(address("pool", pool.uuid)))
    assert "Bought 3 To give 2 Invited 1" in shown
    assert ADA in shown


def test_people_are_invited_from_what_was_pasted_and_from_a_file(pool, officer):
    client = client_of(officer)
    invite(client, pool, f"{ADA}, Ada\n")
    sheet = SimpleUploadedFile("people.csv", b"\xef\xbb\xbfname;email\nBob;bob@posts.example\n")

    answer = client.post(address("pool_assign", pool.uuid), {"file": sheet}, follow=True)

    assert "1 person is invited" in text_of(answer)
    assert [one.to for one in mail.outbox] == [[ADA], ["bob@posts.example"]]
    assert "Dear Bob" in mail.outbox[1].body


def test_every_wrong_line_is_named_and_nobody_is_invited(pool, officer):
    answer = invite(client_of(officer), pool, f"{ADA}\nnobody\n=cmd@x.example\n")

    assert answer.status_code == 400
    assert "Nobody was invited: 2 lines cannot be read." in text_of(answer)
    assert "Line 2: this is no e-mail address" in text_of(answer)
    assert "Line 3: it begins like a formula" in text_of(answer)
    assert mail.outbox == []


def test_markup_in_a_list_is_shown_as_text(pool, officer):
    answer = invite(client_of(officer), pool, "<script>alert(1)</script>")

    assert "<script>alert" not in answer.content.decode()


def test_the_list_is_searched_by_a_whole_address_and_by_state(pool, officer):
    seats.invite(pool, ADA, "bob@posts.example", by=officer)
    client, page = client_of(officer), address("pool", pool.uuid)

    assert "bob@" not in text_of(client.get(page, {"search": "ADA@posts.example "}))
    assert "@posts.example" not in text_of(client.get(page, {"state": "free"}))
    for hostile in ({"page": "x"}, {"page": "99999"}, {"state": "'"}, {"search": "\0%"}):
        assert client.get(page, hostile).status_code == 200


def test_codes_are_shown_once_and_take_seats_of_the_pool(pool, officer):
    client = client_of(officer)
    answer = client.post(address("pool_codes", pool.uuid), {"count": "2", "key": "k"})

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (len(rows), rows[0]["Given by"]) == (2, seats.MINISTRY)
    again = client.post(address("pool_codes", pool.uuid), {"count": "2", "key": "k"})
    assert (again.status_code, SeatCode.objects.count()) == (409, 2)


def test_f31_k27_no_cell_of_the_file_runs_in_a_spreadsheet(pool, officer):
    get_user_model().objects.filter(pk=officer).update(username="=cmd")
    seats.invite(pool, "=cmd", "bob@posts.example", by=officer)

    answer = client_of(officer).get(address("pool_csv", pool.uuid))

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert "bob@posts.example" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_a_seat_is_taken_back_reminded_and_given_to_somebody_else_by_buttons(pool, officer):
    seats.invite(pool, ADA, by=officer)
    seat, client = Seat.objects.get(assigned_at__isnull=False).uuid, client_of(officer)

    assert client.post(address("seat_remind", seat)).status_code == 302
    other = {"email": "bob@posts.example"}
    assert client.post(address("seat_reassign", seat), other).status_code == 302
    assert mail.outbox[-1].to == ["bob@posts.example"]
    for _ in range(2):
        assert client.post(address("seat_release", seat)).status_code == 302
    assert api.pool(pool.uuid, by=officer, at=make.NOON).counts.free == 3


def test_a_refusal_is_said_on_the_page(pool, officer):
    ada = seats.account("ada")
    api.accept_seat(token_for(pool, officer), make.learner(ada), shares=False, at=make.NOON)
    seat = Seat.objects.get(accepted_by=ada).uuid

    answer = client_of(officer).post(address("seat_revoke", seat), {"because": " "})

    assert (answer.status_code, "Please say why" in text_of(answer)) == (409, True)


def test_progress_is_on_the_page_only_of_who_agreed(pool, officer, monkeypatch):
    done = CourseProgress(has_started=True, grade_percent=83, has_passed=True)
    monkeypatch.setattr(compat, "course_progress", lambda people, key: dict.fromkeys(people, done))
    for name, shares in (("ada", True), ("bob", False)):
        token = token_for(pool, officer, f"{name}@posts.example")
        who = make.learner(seats.account(name))
        api.accept_seat(token, who, shares=shares, at=make.NOON)

    shown = text_of(client_of(officer).get(address("pool", pool.uuid)))

    assert (shown.count("grade 83 %"), shown.count("not shared")) == (1, 1)
    assert "1 of 2 shares the progress with you." in shown
    assert "Numbers of everybody are not shown" in shown


# --- The learner


def test_a_learner_is_told_who_pays_and_what_is_seen_and_accepts(pool, officer):
    ada = seats.account("ada")
    page = address("seat_invitation", token_for(pool, officer))
    client = client_of(ada)

    shown = client.get(page)
    assert "Ministry of Posts pays for your seat" in text_of(shown)
    assert re.search(r'<input type="checkbox" name="shares"[^>]*>', shown.content.decode())
    assert " checked" not in shown.content.decode()
    assert shown["Referrer-Policy"] == "strict-origin"
    assert not Entitlement.objects.exists()

    answer = client.post(page, {"answer": "accept", "shares": "yes"})
    assert answer.url == "/the-course/"
    assert Seat.objects.get(accepted_by=ada).consented_at == make.NOON
    assert "Your seat was given by Ministry of Posts" in text_of(
        client.get(address("fee", "spectrum"))
    )


def test_a_learner_changes_their_mind_about_sharing(pool, officer):
    ada = seats.account("ada")
    given = api.accept_seat(token_for(pool, officer), make.learner(ada), shares=True, at=make.NOON)
    client = client_of(ada)
    assert "Share my progress no longer" in text_of(client.get(address("given_seats")))

    client.post(address("seat_sharing", given.seat_uuid), {"shares": "no"})
    assert Seat.objects.get(accepted_by=ada).consented_at is None
    eve = client_of(seats.account("eve"))
    assert eve.post(address("seat_sharing", given.seat_uuid), {"shares": "yes"}).status_code == 404


def test_f27_somebody_else_with_the_link_is_told_why_it_is_not_for_them(pool, officer):
    page = address("seat_invitation", token_for(pool, officer))

    answer = client_of(seats.account("eve")).post(page, {"answer": "accept"})

    assert answer.status_code == 409
    assert "for another e-mail address" in text_of(answer)
    assert ADA not in answer.content.decode()


def test_a_link_needs_a_sign_in_first_and_leads_back(pool, officer):
    page = address("seat_invitation", token_for(pool, officer))
    assert Client().get(page).status_code == 302


def test_f27_links_that_are_guessed_do_not_exist_and_many_have_to_wait(pool, officer, settings):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 2
    client = client_of(seats.account("eve"))
    page = address("seat_invitation", "guess")

    assert client.get(page).status_code == 404
    assert [client.post(page, {}).status_code for _ in range(2)] == [404, 404]
    wait = client.post(address("seat_invitation", token_for(pool, officer)), {})
    assert (wait.status_code, int(wait["Retry-After"]) > 0) == (429, True)


def test_who_needs_no_seat_can_leave_it_to_somebody_else(pool, officer):
    ada = seats.account("ada")
    make.paid_order(make.learner(ada))
    page, client = address("seat_invitation", token_for(pool, officer)), client_of(ada)

    refused = client.post(page, {"answer": "accept"})
    assert (refused.status_code, "you need no seat" in text_of(refused)) == (409, True)
    client.post(page, {"answer": "decline"})

    assert api.pool(pool.uuid, by=officer, at=make.NOON).counts.free == 3
    assert client.get(page).status_code == 410


# --- While the payment is looked at


def test_coordinator_and_learner_read_that_access_rests_while_the_payment_is_looked_at(
    officer, pool, settings
):
    settings.FEE_PAYMENTS_ON_DISPUTE = "suspend"
    seats.invite(pool, ADA, by=officer)
    ada = seats.account("ada")
    api.accept_seat(seats.links()[0], make.learner(ada), shares=False, at=make.NOON)
    make.send(make.happening(Payment.objects.get(), "dispute"))

    theirs = text_of(client_of(officer).get(address("pool", pool.uuid)))
    assert "nobody can accept a seat" in theirs
    assert "it comes back by itself" in theirs
    assert "Access rests" in text_of(client_of(officer).get(address("pools")))
    mine = text_of(client_of(ada).get(address("given_seats")))
    assert "Your access rests while the payment of Ministry of Posts is looked at" in mine
    assert "/the-course/" not in mine


def test_a_coordinator_reads_that_seats_are_closed(officer, pool):
    for button in ("dispute", "lose"):
        make.send(make.happening(Payment.objects.get(), button))

    said = text_of(client_of(officer).get(address("pool", pool.uuid)))

    assert "These seats are closed and open nothing" in said
    assert "Invite people" not in said
