"""Authors manage the fees of their course, within limits that operators set."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat, models
from fee_payments.data import NO_LIMITS, AuthoredOffering, AuthoredPrice, PayerClass
from fee_payments.exceptions import InvalidCatalogue, OverLimit, UnknownOffering
from fee_payments.rules.limits import limits_of
from fee_payments.wording import in_words

pytestmark = pytest.mark.django_db(transaction=True)

TODAY, TOMORROW = date(2026, 10, 5), date(2026, 10, 6)
OTHER = "course-v1:ATC+OTHER+1"
ABOUT = AuthoredOffering(title="Spectrum, edited", kind="course_run")


@pytest.fixture(autouse=True)
def the_platform(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(
        compat, "may_author",
        lambda user_id, key: key == make.COURSE
        and get_user_model().objects.filter(pk=user_id, username="author").exists(),
    )  # fmt: skip


@pytest.fixture
def limits():
    row = models.AuthorLimits.objects.create(
        prefix="course-v1:ATC+", kinds="course_run certificate", contact="fees@example.org"
    )
    row.amounts.create(currency="USD", lowest_minor=1_000, highest_minor=20_000)
    return row


def price(amount="150.00", currency="USD", **changes):
    fields = {"payer_class": PayerClass.INDIVIDUAL, "valid_from": TODAY}
    return AuthoredPrice(amount=Money(amount, currency), **{**fields, **changes})


def set_price(new, code="spectrum", course=make.COURSE):
    return api.price_authored(course, code, new, by=7, at=make.NOON)


def add(code="new", about=ABOUT, first=None):
    return api.add_authored(make.COURSE, code, about, first or price(), by=7, at=make.NOON)


def test_the_longest_prefix_counts_and_without_one_authors_only_look():
    by_prefix = {"course-v1:": NO_LIMITS, "course-v1:ATC+": "atc", "course-v1:ITU+": "itu"}
    assert limits_of(make.COURSE, by_prefix) == "atc"
    assert limits_of("course-v1:MIT+1+1", by_prefix) is NO_LIMITS
    assert limits_of(make.COURSE, {}) is NO_LIMITS


def test_a_new_price_ends_the_one_before_it_and_what_was_sold_stays(limits):
    make.offering()
    sold = make.order(make.learner())
    set_price(price(valid_from=TOMORROW))
    rows = models.Price.objects.values_list("amount_minor", "valid_from", "valid_until")
    assert list(rows) == [(12_000, date(2026, 1, 1), TOMORROW), (15_000, TOMORROW, None)]
    assert api.order(sold.uuid).breakdown.total == make.PRICE
    now = api.quote(make.learner(2), "spectrum", at=make.NOON).total
    later = api.quote(make.learner(2), "spectrum", at=make.NOON + timedelta(days=1)).total
    assert (now, later) == (make.PRICE, Money("150.00", "USD"))


def test_a_new_price_leaves_those_of_others_alone(limits):
    academia = make.price(Money("59.99", "USD"), payer_class=PayerClass.ACADEMIA)
    make.offering(prices=(make.price(), academia, make.price(Money("100.00", "CHF"))))
    set_price(price())
    open_ones = models.Price.objects.filter(valid_until__isnull=True)
    assert set(open_ones.values_list("payer_class", "currency")) == {
        ("individual", "USD"), ("academia", "USD"), ("individual", "CHF"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (price("9.99"), "USD 9.99 is not between USD 10.00 and USD 200.00."),
        (price("200.01"), "USD 200.01 is not between USD 10.00 and USD 200.00."),
        (price("100.00", "CHF"), "Authors of this course may not sell in CHF."),
    ],
)
def test_a_price_over_the_limit_is_refused_and_says_whom_to_ask(limits, new, sentence):
    make.offering()
    with pytest.raises(OverLimit) as refused:
        set_price(new)
    assert in_words(refused.value) == f"{sentence} Please ask: fees@example.org"
    assert str(refused.value) == f"{sentence} Please ask fees@example.org."
    assert models.Price.objects.count() == 1


def test_the_ends_of_the_limit_are_within_it(limits):
    make.offering()
    set_price(price("10.00"))
    set_price(price("200.00", valid_from=TOMORROW))
    assert models.Price.objects.count() == 3


def test_without_leave_nothing_is_added_or_priced(limits):
    make.offering()
    limits.may_sell = limits.may_change_price = False
    limits.contact = ""
    limits.save()
    for act in (add, lambda: set_price(price())):
        with pytest.raises(OverLimit, match=r"may not .+\. Please ask an operator\."):
            act()


def test_a_kind_that_operators_keep_for_themselves_is_refused(limits):
    with pytest.raises(OverLimit, match="may not sell “bundle”"):
        add(about=AuthoredOffering(title="All", kind="bundle"))


def test_an_author_adds_a_fee_with_its_first_price(limits):
    make.merchant()
    found = add()
    assert (found.course_key, found.merchant.code) == (make.COURSE, "academy")
    assert api.quote(make.learner(), "new", at=make.NOON).total == Money("150.00", "USD")
    for code in ("new", "New"):
        with pytest.raises(InvalidCatalogue, match="Another fee has the code “new”"):
            add(code)


def test_a_price_in_the_past_or_before_another_one_is_refused(limits):
    make.offering()
    with pytest.raises(InvalidCatalogue, match="cannot begin before today"):
        set_price(price(valid_from=TODAY - timedelta(days=1)))
    set_price(price(valid_from=TOMORROW))
    for day in (TODAY, TOMORROW):
        with pytest.raises(InvalidCatalogue, match=r"begins on \S+ or later already"):
            set_price(price(valid_from=day))


def test_a_fee_of_another_course_is_not_there(limits):
    make.offering("elsewhere", course_key=OTHER)
    make.offering("one")
    make.offering("all", kind="bundle", course_key="", opens=("one",))
    for course, code in ((make.COURSE, "elsewhere"), ("", "all")):
        with pytest.raises(UnknownOffering):
            set_price(price(), code, course)
        with pytest.raises(UnknownOffering):
            api.change_authored(course, code, ABOUT, by=7, at=make.NOON)


def test_the_kind_of_a_fee_stays_once_somebody_has_it(limits):
    make.offering()
    other = AuthoredOffering(title="Spectrum", kind="certificate")
    assert api.change_authored(make.COURSE, "spectrum", other, by=7, at=make.NOON).kind == (
        "certificate"
    )
    make.order(make.learner())
    with pytest.raises(InvalidCatalogue, match="its kind stays what it is"):
        api.change_authored(make.COURSE, "spectrum", ABOUT, by=7, at=make.NOON)


@pytest.fixture
def author():
    client = Client()
    client.force_login(get_user_model().objects.create_user("author"))
    return client


def url(name="author_fees", *args):
    return reverse(f"fee_payments:{name}", args=[make.COURSE, *args])


@pytest.mark.parametrize("name", ["author_fees", "author_new"])
def test_only_who_may_work_on_the_course_comes_in(author, name):
    assert Client().get(url(name)).status_code == 302
    learner = Client()
    learner.force_login(get_user_model().objects.create_user("learner"))
    assert learner.get(url(name)).status_code == 403
    assert learner.post(url(name), {}).status_code == 403
    other = reverse(f"fee_payments:{name}", args=[OTHER])
    assert author.get(other).status_code == 403
    assert author.get(url(name)).status_code == 200


def test_a_fee_of_another_course_has_no_page(author, limits):
    make.offering("elsewhere", course_key=OTHER)
    for code in ("elsewhere", "nothing"):
        assert author.get(url("author_fee", code)).status_code == 404


def test_the_list_shows_fees_prices_and_limits(author, limits):
    make.offering()
    text = author.get(url()).content.decode()
    for words in ("Spectrum management", "USD 120.00", "USD 10.00 – USD 200.00",
                  "fees@example.org", "Add a fee"):  # fmt: skip
        assert words in text


def test_without_limits_there_is_nothing_to_press(author):
    make.offering()
    text = author.get(url()).content.decode()
    assert "Operators change them." in text
    assert "Add a fee" not in text
    assert (
        "<form"
        not in author.get(url("author_fee", "spectrum"))
        .content.decode()
        .split("<footer")[0]
        .split("<main")[1]
    )


NEW = {"title": "Examination", "code": "exam", "kind": "certificate", "payer_class": "individual",
       "amount": "٤٩٫٠٠", "currency": "USD", "valid_from": "2026-10-05"}  # fmt: skip


def test_f17_a_fee_is_added_and_its_amount_is_shown_back(author, limits):
    answer = author.post(url("author_new"), NEW, follow=True)
    assert answer.redirect_chain == [(url("author_fee", "exam"), 302)]
    text = answer.content.decode()
    assert "The fee is there." in text
    assert "an individual: USD 49.00 today, since 5 October 2026." in text


@pytest.mark.parametrize("typed", ["-1", "NaN", "1e3", "1,000", "9" * 30, "ten", "0.001"])
def test_f17_an_amount_that_cannot_be_is_refused_beside_its_field(author, limits, typed):
    answer = author.post(url("author_new"), {**NEW, "amount": typed})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "This is not an amount in USD; write it like 49.00." in text
    assert 'aria-describedby="id_amount_error id_amount_helptext"' in text
    assert not models.Offering.objects.exists()


def test_over_the_limit_the_page_says_whom_to_ask_and_keeps_what_was_typed(author, limits):
    answer = author.post(url("author_new"), {**NEW, "amount": "0"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "USD 0.00 is not between USD 10.00 and USD 200.00. Please ask: fees@example.org" in text
    assert 'value="Examination"' in text


def test_the_page_of_a_fee_sets_the_next_price_and_changes_the_rest(author, limits):
    make.offering()
    page = url("author_fee", "spectrum")
    new = {"payer_class": "individual", "amount": "99.50", "currency": "USD",
           "valid_from": "2026-10-06"}  # fmt: skip
    text = author.post(page, new, follow=True).content.decode()
    assert "The new price is in the list." in text
    assert "an individual: USD 120.00 today, from 1 January 2026 until 6 October 2026." in text
    assert "an individual: USD 99.50 from 6 October 2026 on." in text
    wrong = {"title": "Spectrum", "kind": "course_run", "on_sale_from": "2026-12-01",
             "on_sale_until": "2026-11-01"}  # fmt: skip
    assert "The end has to be after the beginning." in author.post(page, wrong).content.decode()
    author.post(page, {**wrong, "on_sale_until": "2026-12-31"})
    assert api.offering("spectrum").on_sale_until == date(2026, 12, 31)


def test_a_page_turns_round_for_who_reads_from_right_to_left(author, limits, settings):
    make.offering()
    author.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    assert 'dir="rtl"' in author.get(url("author_fee", "spectrum")).content.decode()


def test_studio_leads_to_the_page(settings):
    assert api.author_page_url(make.COURSE) == url()
