"""What each role may do for an organisation: one table, for pages and REST alike."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from factories import fee_operations as operations
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as seats
from factories.fee_rest import ROOT, client_of, post
from fairgate import clock
from fee_payments import api, compat
from fee_payments.data.invoices import ContactRole
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import NotYourPart, UnknownBuyer, UnknownOrder
from fee_payments.models import BuyerContact, Invoice, Order, RefundRequest
from fee_payments.rules.organisations import MAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pays_by_invoice")]

READ, PAY = OrganisationAct.READ, OrganisationAct.PAY
ORDER, ASK_BACK, GIVE = (
    OrganisationAct.ORDER, OrganisationAct.ASK_BACK, OrganisationAct.GIVE_SEATS,
)  # fmt: skip
TABLE = {"coordinator": {READ, PAY, ORDER, ASK_BACK, GIVE}, "finance": {READ, PAY}, "guest": set()}
LINES = {"lines": operations.SEATS}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", rest.ticking())
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)


@pytest.fixture
def ministry():
    """A ministry with a paid order; Lena coordinates."""
    return operations.ministry()


@pytest.fixture
def paid(ministry):
    return seats.pool(ministry, by=rest.person("lena").pk)


def contact(ministry, role):
    """Somebody who has this role, which may be one that nobody knows, or none at all."""
    user = rest.person("sela")
    if role != "stranger":
        BuyerContact.objects.create(buyer=ministry, user_id=user.pk, role=role)
    return client_of("sela")


def test_the_table_is_the_one_that_is_written_down():
    assert {str(role): acts for role, acts in MAY.items()} == {
        "coordinator": TABLE["coordinator"], "finance": TABLE["finance"],
    }  # fmt: skip
    assert set(MAY) == set(ContactRole)


#: What is done, which act that is, and the status that says it was done.
BY_REST = [
    ("get", "organisations/{organisation}/", None, READ, 200),
    ("get", "organisations/{organisation}/orders/", None, READ, 200),
    ("get", "organisations/{organisation}/invoices/", None, READ, 200),
    ("get", "organisations/{organisation}/quotes/", None, READ, 200),
    ("get", "orders/{order}/", None, READ, 200),
    ("post", "orders/{order}/pay/", {"provider": "sandbox"}, PAY, 200),
    ("post", "orders/{order}/invoice/", {}, PAY, 201),
    ("post", "organisations/{organisation}/price/", LINES, ORDER, 200),
    ("post", "organisations/{organisation}/quotes/", LINES, ORDER, 201),
    (
        "post", "organisations/{organisation}/orders/",
        {**LINES, "expected": operations.EXPECTED}, ORDER, 201,
    ),
    ("get", "orders/{order}/refund-offer/", None, ASK_BACK, 200),
]  # fmt: skip


@pytest.mark.parametrize("role", [*TABLE, "stranger"])
@pytest.mark.parametrize(
    ("method", "path", "body", "act", "done"), BY_REST, ids=[row[1] for row in BY_REST]
)
def test_the_api_lets_each_role_do_what_is_theirs(ministry, role, method, path, body, act, done):
    # given
    placed = seats.batch(ministry, by=rest.person("lena").pk)
    client = contact(ministry, role)
    may = TABLE.get(role, set())
    address = path.format(organisation=ministry.uuid, order=placed.uuid)

    # when
    told = client.get(ROOT + address) if method == "get" else post(client, address, body, key="new")

    # then: who may read is told no, and to all others it is not there
    refused = 403 if READ in may else 404
    assert told.status_code == (done if act in may else refused), told.content
    if told.status_code == 403:
        assert told.json()["code"] == "NotYourPart"


@pytest.mark.parametrize("role", [*TABLE, "stranger"])
def test_only_who_gives_the_seats_sees_them(paid, role):
    client = contact(BuyerContact.objects.get().buyer, role)
    seat = seats.seats_of(paid, by=rest.person("lena").pk)[0]
    status = 200 if GIVE in TABLE.get(role, set()) else 404
    for path in (f"pools/{paid.uuid}/", f"pools/{paid.uuid}/seats/"):
        assert client.get(ROOT + path).status_code == status
    assert post(client, f"seats/{seat}/release/", {}).status_code == status
    page = reverse("fee_payments:pool", args=[paid.uuid])
    assert client.get(page).status_code == status
    assert client.get(reverse("fee_payments:pools")).status_code == status


@pytest.mark.parametrize("role", [*TABLE, "stranger"])
def test_the_pages_let_each_role_do_what_is_theirs(paid, role):
    ministry = BuyerContact.objects.get().buyer
    client, may = contact(ministry, role), TABLE.get(role, set())
    order_page = client.get(reverse("fee_payments:order", args=[paid.order_uuid]))
    assert order_page.status_code == (200 if READ in may else 404)
    offered = bool(order_page.context and "offer" in order_page.context)
    assert offered == (ASK_BACK in may)
    ordering = client.get(reverse("fee_payments:batch_order", args=[ministry.uuid]))
    assert ordering.status_code == (200 if ORDER in may else 404)
    asking = client.post(
        reverse("fee_payments:ask_for_refund", args=[paid.order_uuid]), {"why": "x", "all": "yes"}
    )
    asked = {True: 302, False: 409 if READ in may else 404}[ASK_BACK in may]
    assert asking.status_code == asked
    assert RefundRequest.objects.exists() == (ASK_BACK in may)


def test_a_colleague_who_coordinates_asks_for_the_money_back_on_the_page(paid):
    client = contact(BuyerContact.objects.get().buyer, "coordinator")
    page = reverse("fee_payments:order", args=[paid.order_uuid])
    assert client.get(page).context["offer"].amounts
    asked = client.post(
        reverse("fee_payments:ask_for_refund", args=[paid.order_uuid]), {"why": "x", "all": "yes"}
    )
    assert (asked.status_code, RefundRequest.objects.get().asked_by) == (
        302, rest.person("sela").pk,
    )  # fmt: skip


def test_who_manages_the_seats_of_all_orders_for_nobody(ministry):
    client = client_of("omar", "manage_seats")
    assert client.get(reverse("fee_payments:pools")).context["buyers"] == []
    page = reverse("fee_payments:batch_order", args=[ministry.uuid])
    assert client.get(page).status_code == 404
    told = post(client, f"organisations/{ministry.uuid}/price/", LINES)
    assert (told.status_code, told.json()["code"]) == (404, "UnknownBuyer")
    with pytest.raises(UnknownBuyer):
        api.quote_batch(
            ministry.uuid, seats.wanted(spectrum=1), by=rest.person("omar").pk, at=make.NOON
        )


def test_who_pays_does_not_open_their_own_order_on_the_credit_of_the_organisation(ministry):
    ministry.access_on = "invoice"
    ministry.save()
    client = contact(ministry, "finance")
    own = rest.ordered("sela")
    told = post(client, f"orders/{own.uuid}/invoice/", {"organisation": str(ministry.uuid)})
    assert (told.status_code, list(told.json()["errors"])) == (400, ["organisation"])
    client.post(
        reverse("fee_payments:invoice_of_order", args=[own.uuid]),
        {"buyer": str(ministry.uuid), "name": "Sela", "address": "1 Main Street", "country": "FJ"},
    )
    assert Invoice.objects.filter(buyer__isnull=False).count() == 0
    assert not api.has_entitlement(own.user_id, "spectrum", at=make.NOON)


def test_what_is_refused_says_so_and_does_nothing(ministry):
    placed = seats.batch(ministry, by=rest.person("lena").pk)
    contact(ministry, "finance")
    sela = rest.person("sela").pk
    with pytest.raises(NotYourPart, match="for who coordinates its training"):
        api.place_batch_order(
            ministry.uuid,
            seats.wanted(spectrum=1),
            by=sela,
            key="k",
            expected=seats.SEAT,
            at=make.NOON,
        )
    with pytest.raises(NotYourPart):
        api.ask_for_refund(placed.uuid, user_id=sela, reason="x", at=make.NOON)
    with pytest.raises(UnknownOrder):
        api.ask_for_refund(uuid4(), user_id=sela, reason="x", at=make.NOON)
    assert Order.objects.count() == 1
