"""Which providers there are, what a learner can choose, and how an event comes to be worked."""

from __future__ import annotations

import random
import sys
from importlib.metadata import EntryPoint
from types import ModuleType
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories import plain_provider as plain
from fairgate.money import Money
from fairgate_tables.background import in_background
from fee_payments import api
from fee_payments.exceptions import ProviderMisconfigured, UnknownProvider
from fee_payments.models import Entitlement, Order, Payment, ProviderEvent, SandboxSession
from fee_payments.providers import registry

pytestmark = pytest.mark.django_db(transaction=True)

BOTH = {"sandbox": {}, **plain.SETTINGS}
PATH = "factories.plain_provider:PlainProvider"


def client_of(name, *permissions, **more):
    user = get_user_model().objects.create_user(name, **more)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client, user


@pytest.mark.parametrize(
    "setting",
    [
        ["sandbox"],
        ("sandbox",),
        {"sandbox": {}},
        {"sandbox": None},
        {"sandbox": "fee_payments.providers.sandbox.Sandbox"},
        {"sandbox": {"class": "fee_payments.providers.sandbox.Sandbox"}},
    ],
)
def test_a_provider_is_named_in_a_list_by_its_options_or_by_its_path(settings, setting):
    settings.FEE_PAYMENTS_PROVIDERS = setting
    assert registry.get_provider("sandbox").name == "sandbox"


def offered(monkeypatch, *values):
    points = [EntryPoint("plain", value, registry.ENTRY_POINTS) for value in values]
    monkeypatch.setattr(registry, "entry_points", lambda group, name: points)


def test_a_provider_of_another_package_is_found_by_its_entry_point(settings, monkeypatch):
    offered(monkeypatch, PATH)
    settings.FEE_PAYMENTS_PROVIDERS = ["plain"]
    assert registry.get_provider("plain").label == "Plain"


def test_two_packages_with_one_name_are_none(settings, monkeypatch):
    offered(monkeypatch, PATH, "somebody.else:Provider")
    settings.FEE_PAYMENTS_PROVIDERS = ["plain"]
    with pytest.raises(ProviderMisconfigured, match="2 packages offer it"):
        registry.get_provider("plain")


def test_nobody_can_take_our_names(settings, monkeypatch):
    offered(monkeypatch, PATH)
    settings.FEE_PAYMENTS_PROVIDERS = ["sandbox"]
    assert registry.get_provider("sandbox").label != "Plain"


def test_one_provider_that_is_set_up_wrongly_keeps_nobody_from_the_others(settings, caplog):
    settings.FEE_PAYMENTS_PROVIDERS = {"stripe": {}, "sandbox": {}}
    make.offering()
    [way] = api.list_providers(make.order(make.learner()))
    assert way.name == "sandbox"
    assert "payment provider left out" in caplog.text


def place(client, total="12000", **changes):
    form = {"key": "k", "currency": "USD", "total_minor": total, "country": ""}
    return client.post(reverse("fee_payments:place", args=["spectrum"]), {**form, **changes})


def test_where_there_are_several_ways_the_learner_chooses(settings):
    settings.FEE_PAYMENTS_PROVIDERS = BOTH
    make.offering()
    client, _ = client_of("kim")
    answer = place(client)
    order = Order.objects.get()
    assert answer.url == reverse("fee_payments:order", args=[order.uuid])
    page = client.get(answer.url).content.decode()
    assert 'name="provider" value="sandbox"' in page
    assert 'name="provider" value="plain"' in page
    pay = reverse("fee_payments:pay", args=[order.uuid])
    answer = client.post(pay, {"provider": "plain"})
    assert urlsplit(answer.url).hostname == "plain.example"
    assert client.post(pay, {"provider": "nobody"}).status_code == 409


def test_where_there_is_one_way_the_learner_goes_there_at_once(settings):
    settings.FEE_PAYMENTS_PROVIDERS = ["sandbox"]
    make.offering()
    answer = place(client_of("kim")[0])
    assert "/sandbox/" in answer.url


MUTATIONS = {
    "total_minor": [
        "0",
        "-1",
        "1",
        "11999",
        "12001",
        "1e308",
        "120.00",
        "NaN",
        "",
        "１２０００",
        "9" * 40,
    ],
    "currency": ["EUR", "usd", "XXX", "", "US", "JPY", "USD\x00"],
    "country": ["LS", "", "XX"],
    "waiver": ["no", "yes", "everything"],
    "key": ["", "x" * 400, "k"],
    "amount": ["1"],
    "quantity": ["0", "-1", "1000"],
    "offering": ["another"],
    "provider": ["sandbox", "plain", "nobody"],
}


def test_f01_k1_two_hundred_changed_forms_never_charge_less_than_the_quote():
    make.offering()
    make.offering("another", prices=(make.price(Money("1.00", "USD")),))
    chosen = random.Random(20261126)  # noqa: S311 - the same forms each time
    client, user = client_of("eve")
    charged = 0
    for number in range(200):
        names = chosen.sample(sorted(MUTATIONS), k=chosen.randint(1, 3))
        changes = {name: chosen.choice(MUTATIONS[name]) for name in names}
        answer = place(client, **{"key": f"k{number}", **changes})
        assert answer.status_code in (302, 409), names
        charged += answer.status_code == 302
    sessions = set(SandboxSession.objects.values_list("amount_minor", "currency"))
    assert sessions == {(12_000, "USD")}
    assert charged > 10
    assert {row.user_id for row in Order.objects.all()} == {user.pk}
    assert not Entitlement.objects.exists()


def test_a_worker_is_asked_where_there_is_celery(monkeypatch):
    asked = []
    celery = ModuleType("celery")

    class Task:
        def __init__(self, function, options):
            self.function, self.options = function, options

        def delay(self, *args):
            asked.append((self.options["name"], args))

    celery.shared_task = lambda **options: lambda function: Task(function, options)
    monkeypatch.setitem(sys.modules, "celery", celery)
    task = in_background("a.name")(lambda pk: asked.append("at once"))
    task(7)
    assert asked == [("a.name", (7,))]


def test_a_broker_that_is_away_disturbs_nobody(monkeypatch, caplog):
    def away(pk):
        raise ConnectionError("no broker")

    in_background("a.name")(away)(7)
    assert "not done in the background: a.name" in caplog.text


def test_what_was_sent_takes_a_permission_to_see_and_another_to_work_again(settings):
    settings.FEE_PAYMENTS_PROVIDERS = plain.SETTINGS
    make.offering()
    payment = make.payment(make.order(make.learner()), provider="plain")
    body = plain.event("paid", payment.reference)
    taken = api.take_event("plain", body, {"Plain-Word": "please"}, at=make.NOON)
    url = reverse("admin:fee_payments_providerevent_change", args=[taken.pk])
    changelist = reverse("admin:fee_payments_providerevent_changelist")
    view = "view_providerevent"
    clerk, _ = client_of("clerk", view, is_staff=True)
    seer, _ = client_of("seer", view, "see_event_payload", is_staff=True)
    assert "&quot;name&quot;: &quot;paid&quot;" not in clerk.get(url).content.decode()
    assert "&quot;name&quot;: &quot;paid&quot;" in seer.get(url).content.decode()
    form = {"action": "work_again", "_selected_action": [taken.pk]}
    clerk.post(changelist, form)
    assert Payment.objects.get().paid_at is None
    worker, _ = client_of("worker", view, "work_event_again", is_staff=True)
    worker.post(changelist, form)
    assert Payment.objects.get().paid_at is not None
    assert ProviderEvent.objects.get().outcome == "settled"


def test_a_provider_that_is_off_takes_no_event(settings):
    settings.FEE_PAYMENTS_PROVIDERS = []
    with pytest.raises(UnknownProvider):
        api.take_event("sandbox", b"{}", {}, at=make.NOON)
