"""The refund policy of an offering, of what was sold, and how both are told."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories import fee_rest as rest
from fairgate import clock
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api, compat, models, wording_sales
from fee_payments.data import CountedFrom, RefundPolicy, RefundStep
from fee_payments.rules import read_refund_policy

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = RefundPolicy(
    steps=(RefundStep(percent=Percent("12.5"), counted_from=CountedFrom.PAYMENT, days=7),)
)
NOTHING = RefundPolicy(steps=())
NEXT_DAY = make.NOON + timedelta(days=1)
BEGIN = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")


def back(order, at=NEXT_DAY):
    return api.refund_offer(order.uuid, order.user_id, at).total


def test_a_policy_is_read_as_it_is_written():
    assert read_refund_policy(WEEK.written()) == WEEK


def test_an_offering_without_a_policy_of_its_own_is_sold_under_that_of_the_site():
    make.offering()
    assert back(make.paid_order(make.learner())) == make.PRICE


def test_a_policy_of_its_own_goes_before_that_of_the_site():
    make.offering(refund_policy=WEEK)
    assert back(make.paid_order(make.learner())) == Money("15.00", "USD")


def test_an_offering_may_give_nothing_back():
    make.offering(refund_policy=NOTHING)
    assert not back(make.paid_order(make.learner()))


def test_what_was_sold_keeps_its_policy_when_that_of_the_offering_changes():
    make.offering(refund_policy=WEEK)
    order = make.paid_order(make.learner())
    make.offering(refund_policy=NOTHING)
    assert back(order) == Money("15.00", "USD")
    assert not back(make.paid_order(make.learner(7)))


def test_what_was_sold_keeps_its_policy_when_that_of_the_site_changes(settings):
    make.offering()
    order = make.paid_order(make.learner())
    settings.FEE_PAYMENTS_REFUND_POLICY = []
    assert back(order) == make.PRICE
    assert not back(make.paid_order(make.learner(7)))


def test_a_line_from_before_it_was_kept_goes_by_the_settings(settings):
    make.offering(refund_policy=NOTHING)
    order = make.paid_order(make.learner())
    models.OrderLine.objects.update(refund_policy=None)
    assert back(order) == make.PRICE


def test_an_open_order_under_another_policy_gives_way():
    make.offering()
    first = make.order(make.learner())
    make.offering(refund_policy=NOTHING)
    second = make.order(make.learner(), key="other")
    assert second.uuid != first.uuid
    assert api.order(first.uuid).state == "cancelled"


def test_a_change_of_the_policy_is_seen_by_the_next_quote():
    make.offering()
    assert api.quote(make.learner(), "spectrum", at=make.NOON).offering.refund_policy is None
    models.Offering.objects.update(refund_policy=WEEK.written())
    assert api.quote(make.learner(), "spectrum", at=make.NOON).offering.refund_policy == WEEK


@pytest.mark.parametrize("written", ["all", [{"percent": 100}], [{"percent": 101,
                                     "days_after_payment": 1}]])  # fmt: skip
def test_a_policy_that_cannot_be_read_is_no_offerings(written):
    make.offering()
    row = models.Offering.objects.get()
    row.refund_policy = written
    with pytest.raises(ValidationError):
        row.clean_fields()


@pytest.mark.parametrize("typed", ["[]", ""])
def test_nothing_back_and_as_the_site_are_told_apart_in_the_admin(typed):
    make.offering(refund_policy=WEEK)
    admin = Client()
    admin.force_login(get_user_model().objects.create_superuser("admin"))
    row = models.Offering.objects.get()
    price = row.prices.get()
    fields = {
        "code": "spectrum", "title": row.title, "course_key": row.course_key, "kind": row.kind,
        "delivery": row.delivery, "full_seat_cost_minor": "0", "enrolment_mode": "by_kind",
        "refund_policy": typed, **make.NO_PARTS, "prices-TOTAL_FORMS": "0",
    }  # fmt: skip
    assert price.pk
    answer = admin.post(reverse("admin:fee_payments_offering_change", args=[row.pk]), fields)
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.refund_policy == ([] if typed else None)


def fee_page(**changes):
    make.offering(**changes)
    client = Client()
    client.force_login(get_user_model().objects.create_user("lena"))
    return client.get(reverse("fee_payments:fee", args=["spectrum"])).content.decode()


def test_who_buys_reads_the_policy_before():
    assert "12.5 % of what was paid goes back to who asks within 7 days of paying." in fee_page(
        refund_policy=WEEK
    )


def test_who_has_bought_reads_it_on_the_receipt():
    make.offering(refund_policy=WEEK)
    client = Client()
    client.force_login(get_user_model().objects.create_user("lena"))
    order = make.paid_order(make.learner(get_user_model().objects.get().pk))
    make.offering(refund_policy=NOTHING)
    page = client.get(reverse("fee_payments:order", args=[order.uuid])).content.decode()
    assert "12.5 % of what was paid goes back to who asks within 7 days of paying." in page


WEEK_SAID = "12.5 % of what was paid goes back to who asks within 7 days of paying."
NOTHING_SAID = "What was paid is not given back to who changes their mind."


class TestAnOrderOfSeveral:
    @pytest.fixture
    def card(self):
        """The card with the refund policy on the page of an order of these offerings."""
        client = Client()
        user = get_user_model().objects.create_user("lena")
        client.force_login(user)

        def show(**policies):
            for code, policy in policies.items():
                make.offering(code, title=code.title(), refund_policy=policy)
            order = make.paid_order_of(make.learner(user.pk), *policies)
            page = client.get(reverse("fee_payments:order", args=[order.uuid])).content.decode()
            return page.split('aria-labelledby="order-policy"', 1)[1].split("</section>", 1)[0]

        return show

    def test_says_a_policy_that_holds_for_all_of_it_once_and_names_nothing(self, card):
        said = card(one=WEEK, two=WEEK)
        assert said.count(WEEK_SAID) == 1
        assert "<h3>" not in said

    def test_says_each_policy_once_with_what_it_is_for(self, card):
        said = card(one=WEEK, two=NOTHING, three=WEEK)
        assert (said.count(WEEK_SAID), said.count(NOTHING_SAID)) == (1, 1)
        headings = re.findall(r"<h3>(.*?)</h3>", said)
        assert [re.findall(r">([^<]+)</bdi>", one) for one in headings] == [
            ["One", "Three"], ["Two"],
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "starts_on", "said"),
    [
        (
            [{"percent": 50, "days_before_start": 3}, {"percent": 100, "days_after_payment": 1}],
            BEGIN,
            (
                "100 % of what was paid goes back to who asks within 1 day of paying.",
                "50 % of what was paid goes back to who asks before 30 October 2026 (UTC).",
            ),
        ),
        ([{"percent": 50, "days_before_start": 3}], None, None),
        ([{"percent": 0, "days_after_payment": 9}], None, None),
        ([{"percent": 100, "days_after_payment": 0}], None, None),
        ([], BEGIN, None),
    ],
)
def test_a_policy_in_sentences(steps, starts_on, said):
    nothing = ("What was paid is not given back to who changes their mind.",)
    assert wording_sales.refunds(read_refund_policy(steps), starts_on=starts_on) == (
        said or nothing
    )


def test_who_buys_reads_for_how_long_it_opens_what():
    assert "It opens the course. Access for 365 days from payment." in fee_page(access_days=365)


def test_access_without_an_end_is_said_too():
    assert "It opens a part of the course. Access without a time limit." in fee_page(
        kind="course_part"
    )


def test_a_seat_that_costs_nothing_counts_from_when_it_is_taken():
    assert "Access for 1 day from when you take the seat." in fee_page(
        access_days=1, prices=(make.price(Money("0.00", "USD")),)
    )


def test_front_ends_are_told_all_of_it():
    make.offering(access_days=30, enrolment_mode="verified", refund_policy=WEEK)
    lena = rest.client_of("lena")
    found = lena.get(f"{rest.ROOT}offerings/spectrum/").json()
    step = {"percent": "12.5", "counted_from": "days_after_payment", "days": 7}
    assert (found["access_days"], found["enrolment_mode"]) == (30, "verified")
    assert found["refund_policy"] == [step]
    order = rest.post(lena, "orders/", rest.order_body(), key="k").json()
    assert order["lines"][0]["refund_policy"] == [step]
    models.OrderLine.objects.update(refund_policy=None)
    order = lena.get(f"{rest.ROOT}orders/{order['uuid']}/").json()
    assert order["lines"][0]["refund_policy"] is None


class TestBundle:
    @pytest.fixture
    def bundle(self):
        make.offering("one", title="The first")
        make.offering("two", title="The <second>")
        make.offering("both", kind="bundle", course_key="", opens=("one", "two"))
        client = Client()
        client.force_login(get_user_model().objects.create_user("lena"))
        return client

    def page(self, client):
        page = client.get(reverse("fee_payments:fee", args=["both"])).content.decode()
        return re.sub(r"<bdi[^>]*>", "<bdi>", page)

    def test_its_page_lists_what_it_opens_with_the_way_to_each(self, bundle):
        page = self.page(bundle)
        assert '<a href="/fairgate/fees/one/"><bdi>The first</bdi></a>' in page
        assert '<a href="/fairgate/fees/two/"><bdi>The &lt;second&gt;</bdi></a>' in page
        assert "you have this already" not in page

    def test_what_the_learner_has_already_leads_into_its_course(self, bundle):
        make.paid_order(make.learner(get_user_model().objects.get().pk), "one")
        page = self.page(bundle)
        assert page.count("you have this already") == 1
        assert '<a href="/the-course/"><bdi>The first</bdi></a>' in page

    def test_who_has_the_bundle_finds_the_way_into_each_course(self, bundle):
        make.paid_order(make.learner(get_user_model().objects.get().pk), "both")
        page = self.page(bundle)
        assert page.count('<a href="/the-course/">') == 2

    def test_its_page_asks_two_questions_more_than_that_of_a_part(
        self, bundle, django_assert_max_num_queries
    ):
        self.page(bundle)
        with django_assert_max_num_queries(100) as of_part:
            bundle.get(reverse("fee_payments:fee", args=["one"]))
        with django_assert_max_num_queries(len(of_part) + 2):
            self.page(bundle)


class TestWhoLooksAtAnOrder:
    def page(self, order, name, *, is_office):
        client = Client()
        user, _created = get_user_model().objects.get_or_create(
            username=name, defaults={"is_superuser": is_office}
        )
        client.force_login(user)
        return client.get(reverse("fee_payments:order", args=[order.uuid])).content.decode()

    def test_the_office_reads_about_the_learner_and_not_about_itself(self):
        make.offering()
        order = make.paid_order(make.learner())
        page = self.page(order, "office", is_office=True)
        assert "Paid. The learner has access now." in page
        assert "You have access now." not in page
        assert "Go to the course" not in page
        assert 'name="left_minor"' in page

    def test_the_office_pays_nothing_for_anybody(self):
        make.offering()
        page = self.page(make.order(make.learner()), "office", is_office=True)
        assert "Not paid yet. Price and seat are kept until" in page
        assert reverse("fee_payments:pay", args=[make.order(make.learner()).uuid]) not in page
        assert "<h1>Order</h1>" in page

    def test_an_officer_who_has_bought_something_is_a_learner_there(self):
        make.offering()
        user = get_user_model().objects.create_superuser("officer")
        page = self.page(make.paid_order(make.learner(user.pk)), "officer", is_office=True)
        assert "Paid. You have access now." in page

    @pytest.mark.parametrize(
        ("button", "said"),
        [("dispute", "The payer’s bank is looking at this payment."),
         ("lose", "The payer’s bank took this payment back."),
         ("refund", "Refunded in full. Access has ended.")],
    )  # fmt: skip
    def test_the_office_reads_what_became_of_the_payment(self, button, said):
        make.offering()
        order = make.order(make.learner())
        started = make.payment(order)
        make.send(make.event(started))
        if button == "refund":
            api.refund(order.uuid, key="r", reason="asked", by=9, at=make.NOON)
        else:
            make.send(make.happening(started, "dispute"))
        if button == "lose":
            make.send(make.happening(started, "lose"))
        assert said in self.page(order, "office", is_office=True)
