"""What is beyond an author's limits they ask for; another person decides, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat, models
from fee_payments.data import (
    AmountLimit,
    AuthoredBase,
    AuthoredChange,
    AuthoredOffering,
    AuthoredPrice,
    AuthorRequestState,
    AuthorWish,
    Limits,
    PayerClass,
)
from fee_payments.data.authoring import PriceThen
from fee_payments.exceptions import (
    BaseChanged,
    ChangeNotAsked,
    InvalidCatalogue,
    RequestDecided,
    SecondPersonNeeded,
    UnknownRequest,
)
from fee_payments.rules import authored_changes as changes
from fee_payments.wording_authoring import differences

pytestmark = pytest.mark.django_db(transaction=True)

TODAY, TOMORROW = date(2026, 10, 5), date(2026, 10, 6)
OTHER = "course-v1:ATC+OTHER+1"
# Far from the ids that accounts of these tests get.
AUTHOR, OPERATOR = 7_000_007, 7_000_009
WHY = "The room in Nairobi costs more than we thought."
LIMITS = Limits(
    may_sell=True, may_change_price=True, may_ask=True, kinds=("course_run",),
    amounts=(AmountLimit(lowest=Money("10.00", "USD"), highest=Money("200.00", "USD")),),
    contact="fees@example.org",
)  # fmt: skip


@pytest.fixture(autouse=True)
def the_platform(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(compat, "may_author", lambda user_id, key: key == make.COURSE)


@pytest.fixture
def limits():
    return api.set_author_limits("course-v1:ATC+", LIMITS)


def price(amount="450.00", currency="USD", valid_from=TOMORROW):
    return AuthoredPrice(
        payer_class=PayerClass.INDIVIDUAL, amount=Money(amount, currency), valid_from=valid_from
    )


def dearer(amount="450.00", currency="USD", valid_from=TOMORROW):
    return AuthoredChange(
        wish=AuthorWish.PRICE, code="spectrum", price=price(amount, currency, valid_from)
    )


def about(kind="certificate", title="Spectrum, certified", **fields):
    return AuthoredOffering(title=title, kind=kind, **fields)


def another_kind():
    return AuthoredChange(wish=AuthorWish.CHANGE, code="spectrum", about=about())


def a_new_fee(code="exam"):
    return AuthoredChange(wish=AuthorWish.ADD, code=code, about=about(), price=price("15.00"))


def ask(change, *, reason=WHY, by=AUTHOR, at=make.NOON, course=make.COURSE):
    return api.ask_for_change(course, change, reason=reason, by=by, at=at)


def approve(asked, *, by=OPERATOR, note="", at=make.NOON):
    return api.approve_author_request(asked.uuid, by=by, note=note, at=at)


def prices():
    rows = models.Price.objects.order_by("valid_from")
    return list(rows.values_list("amount_minor", "currency", "valid_from", "valid_until"))


BEFORE = (12_000, "USD", date(2026, 1, 1), None)


@pytest.mark.parametrize("change", [dearer(), another_kind(), a_new_fee()])
def test_what_is_kept_of_a_request_is_read_as_it_was_written(change):
    written = changes.write_change(change)
    assert changes.read_change(change.wish, change.code, written) == change
    then = PriceThen(amount=Money("1.00", "USD"), valid_from=TODAY, valid_until=None)
    for base in (
        AuthoredBase(),
        AuthoredBase(
            about=about(on_sale_from=TODAY), prices=(then, replace(then, valid_until=TOMORROW))
        ),
    ):
        assert changes.read_base(changes.write_base(base)) == base


def test_a_change_has_the_parts_of_its_wish_and_no_other():
    for wish in (AuthorWish.ADD, AuthorWish.CHANGE):
        with pytest.raises(ValueError, match="has other parts"):
            AuthoredChange(wish=wish, code="spectrum", price=price())
    with pytest.raises(ValueError, match="has other parts"):
        AuthoredChange(wish=AuthorWish.PRICE, code="spectrum", about=about(), price=price())


def test_what_was_asked_for_changes_nothing_until_it_is_approved(limits):
    make.offering()
    asked = ask(dearer())
    assert asked.state is AuthorRequestState.WAITING
    assert prices() == [BEFORE]
    approve(asked, note="Agreed.")
    assert prices() == [(*BEFORE[:3], TOMORROW), (45_000, "USD", TOMORROW, None)]
    (now,) = api.list_author_requests(make.COURSE)
    assert (now.state, now.decided_by, now.note) == (
        AuthorRequestState.APPROVED, OPERATOR, "Agreed.",
    )  # fmt: skip
    assert api.list_author_requests(OTHER) == ()


def test_another_currency_another_kind_and_a_new_fee_can_be_asked_for(limits):
    make.merchant()
    make.offering()
    for change in (dearer("100.00", "CHF"), another_kind(), a_new_fee()):
        approve(ask(change))
    found = api.offering("spectrum")
    assert (found.kind, found.title) == ("certificate", "Spectrum, certified")
    assert {one.amount for one in found.prices} == {Money("120.00", "USD"), Money("100.00", "CHF")}
    new = api.offering("exam")
    assert (new.course_key, new.kind, new.merchant.code) == (make.COURSE, "certificate", "academy")
    assert [one.amount for one in new.prices] == [Money("15.00", "USD")]


def test_what_authors_may_do_themselves_is_not_asked_for(limits):
    make.offering()
    with pytest.raises(ChangeNotAsked, match="within your limits"):
        ask(dearer("150.00"))


def test_without_a_reason_or_without_leave_nothing_can_be_asked_for(limits):
    make.offering()
    with pytest.raises(ChangeNotAsked, match="say why"):
        ask(dearer(), reason=" ")
    api.set_author_limits("course-v1:ATC+", replace(LIMITS, may_ask=False))
    with pytest.raises(ChangeNotAsked, match="may not ask"):
        ask(dearer())
    models.AuthorLimits.objects.all().delete()
    with pytest.raises(ChangeNotAsked, match="may not ask"):
        ask(dearer())
    assert not models.AuthorRequest.objects.exists()


def test_what_cannot_be_whoever_asks_is_refused_at_once(limits):
    make.offering()
    taken = replace(a_new_fee("Spectrum"), code="Spectrum")
    bundle = AuthoredChange(wish=AuthorWish.CHANGE, code="spectrum", about=about("bundle"))
    for change, why in (
        (dearer(valid_from=TODAY - timedelta(days=1)), "before today"),
        (taken, "Another fee has the code “spectrum”"),
        (bundle, "Operators make bundles"),
    ):
        with pytest.raises(InvalidCatalogue, match=why):
            ask(change)
    assert not models.AuthorRequest.objects.exists()


def test_an_author_makes_no_bundle_even_where_their_limits_name_it(limits):
    api.set_author_limits("course-v1:ATC+", replace(LIMITS, kinds=("bundle",)))
    with pytest.raises(InvalidCatalogue, match="Operators make bundles"):
        api.add_authored(make.COURSE, "all", about("bundle"), price("15.00"), by=7, at=make.NOON)
    assert not models.Offering.objects.exists()


def test_one_request_for_the_same_waits_at_a_time(limits):
    make.offering()
    first = ask(dearer())
    assert ask(dearer()).uuid == first.uuid
    for other in (dearer("500.00"), dearer(valid_from=TODAY)):
        with pytest.raises(ChangeNotAsked, match="waits for an operator already"):
            ask(other)
    assert ask(dearer("100.00", "CHF")).uuid != first.uuid
    api.withdraw_author_request(make.COURSE, first.uuid, by=8, at=make.NOON)
    assert ask(dearer("500.00")).change.price.amount == Money("500.00", "USD")


def test_who_asked_decides_nothing_and_the_database_says_so_too(limits):
    make.offering()
    asked = ask(dearer())
    with pytest.raises(SecondPersonNeeded):
        approve(asked, by=AUTHOR)
    with pytest.raises(SecondPersonNeeded):
        api.decline_author_request(asked.uuid, by=AUTHOR, note="No.", at=make.NOON)
    rows = models.AuthorRequest.objects.filter(uuid=asked.uuid)
    for by in (AUTHOR, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(outcome="approved", open_key=None, decided_at=make.NOON, decided_by=by)
    assert prices() == [BEFORE]


def test_it_is_declined_with_a_sentence_and_decided_once(limits):
    make.offering()
    asked = ask(dearer())
    with pytest.raises(ChangeNotAsked, match="say why it is declined"):
        api.decline_author_request(asked.uuid, by=OPERATOR, note=" ", at=make.NOON)
    told = api.decline_author_request(asked.uuid, by=OPERATOR, note="Too dear.", at=make.NOON)
    assert (told.state, told.note) == (AuthorRequestState.DECLINED, "Too dear.")
    for again in (
        lambda: approve(asked),
        lambda: api.decline_author_request(asked.uuid, by=8, note="No.", at=make.NOON),
        lambda: api.withdraw_author_request(make.COURSE, asked.uuid, by=AUTHOR, at=make.NOON),
    ):
        with pytest.raises(RequestDecided):
            again()
    assert prices() == [BEFORE]


def test_a_request_of_another_course_is_not_there(limits):
    make.offering()
    asked = ask(dearer())
    with pytest.raises(UnknownRequest):
        api.withdraw_author_request(OTHER, asked.uuid, by=AUTHOR, at=make.NOON)
    with pytest.raises(UnknownRequest):
        api.author_request(uuid4())
    assert api.author_request(asked.uuid).is_waiting


def set_another_price():
    api.price_authored(make.COURSE, "spectrum", price("150.00"), by=8, at=make.NOON)


def say_something_else():
    new = about("course_run", "Another title")
    api.change_authored(make.COURSE, "spectrum", new, by=8, at=make.NOON)


@pytest.mark.parametrize(
    ("change", "meanwhile"),
    [(dearer(), set_another_price), (another_kind(), say_something_else)],
)
def test_what_has_changed_since_is_not_approved_and_goes_on_waiting(limits, change, meanwhile):
    make.offering()
    asked = ask(change)
    meanwhile()
    before = prices(), api.offering("spectrum").title
    with pytest.raises(BaseChanged, match="has changed since the author asked"):
        approve(asked)
    assert (prices(), api.offering("spectrum").title) == before
    assert api.author_request(asked.uuid).is_waiting


def test_another_title_or_the_price_of_others_does_not_touch_a_price(limits):
    make.offering()
    asked = ask(dearer())
    say_something_else()
    others = replace(price("50.00"), payer_class=PayerClass.ACADEMIA)
    api.price_authored(make.COURSE, "spectrum", others, by=8, at=make.NOON)
    approve(asked)
    assert (45_000, "USD", TOMORROW, None) in prices()


def test_a_code_that_was_taken_since_is_not_approved(limits):
    make.merchant()
    asked = ask(a_new_fee())
    make.offering("exam", course_key=OTHER)
    with pytest.raises(InvalidCatalogue, match="Another fee has the code"):
        approve(asked)
    assert api.author_request(asked.uuid).is_waiting


def test_a_fee_that_is_gone_is_not_approved(limits):
    make.offering()
    asked = ask(dearer())
    models.Price.objects.all().delete()
    models.Offering.objects.get().delete()
    with pytest.raises(BaseChanged):
        approve(asked)


def test_who_works_on_the_course_no_more_gets_nothing_approved(limits, monkeypatch):
    make.offering()
    asked = ask(dearer())
    monkeypatch.setattr(compat, "may_author", lambda user_id, key: False)
    with pytest.raises(BaseChanged, match="does not work on the course any more"):
        approve(asked)
    assert prices() == [BEFORE]


def test_a_price_whose_day_has_passed_begins_on_the_day_of_the_approval(limits):
    make.offering()
    asked = ask(dearer(valid_from=TODAY))
    approve(asked, at=make.NOON + timedelta(days=3))
    assert prices()[-1] == (45_000, "USD", TODAY + timedelta(days=3), None)
    (told,) = differences(api.author_request(asked.uuid))
    assert told.new == "USD 450.00 from 8 October 2026 on"


def test_a_price_that_ends_by_itself_meanwhile_is_no_other_base(limits):
    make.offering(prices=(replace(make.price(), valid_until=TOMORROW),))
    asked = ask(dearer())
    approve(asked, at=make.NOON + timedelta(days=3))
    assert prices()[-1] == (45_000, "USD", TODAY + timedelta(days=3), None)


def test_of_an_author_who_left_nothing_waits_and_no_word_is_kept(limits):
    make.offering()
    asked = ask(dearer())
    api.forget_learner(AUTHOR, make.NOON)
    found = api.author_request(asked.uuid)
    assert (found.state, found.reason) == (AuthorRequestState.WITHDRAWN, "")


def test_limits_are_set_through_the_door_and_replaced_whole():
    euros = AmountLimit(lowest=Money("5.00", "EUR"), highest=Money("9.00", "EUR"))
    api.set_author_limits("course-v1:ATC+", LIMITS)
    api.set_author_limits("course-v1:ATC+", replace(LIMITS, amounts=(euros,), may_ask=False))
    assert api.list_author_limits() == {
        "course-v1:ATC+": replace(LIMITS, amounts=(euros,), may_ask=False)
    }
    assert api.author_limits(make.COURSE).amounts == (euros,)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"kinds": ("lecture",)}, "“lecture” is no kind"),
        ({"amounts": LIMITS.amounts * 2}, "two limits of one currency"),
        ({"amounts": (AmountLimit(lowest=Money("2.00", "USD"), highest=Money("1.00", "USD")),)},
         "is above"),
    ],
)  # fmt: skip
def test_limits_that_cannot_be_are_refused(wrong, why):
    with pytest.raises(InvalidCatalogue, match=why):
        api.set_author_limits("course-v1:ATC+", replace(LIMITS, **wrong))
    assert api.list_author_limits() == {}


@pytest.fixture
def author():
    client = Client()
    user = get_user_model().objects.create_user("author")
    client.force_login(user)
    client.person = user.pk
    return client


def url(name="author_fees", *args):
    return reverse(f"fee_payments:{name}", args=[make.COURSE, *args])


TYPED = {"payer_class": "individual", "amount": "450.00", "currency": "USD",
         "valid_from": "2026-10-06"}  # fmt: skip


def test_over_the_limit_the_page_offers_to_ask_and_shows_what_became_of_it(author, limits):
    make.offering()
    page = url("author_fee", "spectrum")
    refused = author.post(page, TYPED).content.decode()
    assert "USD 450.00 is not between USD 10.00 and USD 200.00." in refused
    assert "Or say here why you need it, and an operator decides." in refused
    asked = author.post(page, {**TYPED, "reason": WHY}, follow=True).content.decode()
    for words in ("Nothing has changed yet", "waits for an operator", "USD 120.00",
                  "USD 450.00 from 6 October 2026 on, and not before it is approved",
                  WHY, "Take this back"):  # fmt: skip
        assert words in asked
    assert prices() == [BEFORE]
    (one,) = api.list_author_requests()
    api.decline_author_request(one.uuid, by=author.person + 1, note="Too dear.", at=make.NOON)
    told = author.get(url()).content.decode()
    assert "Too dear." in told
    assert "declined" in told
    assert "Take this back" not in told


def test_an_author_takes_back_what_they_asked_for(author, limits):
    make.offering()
    author.post(url("author_fee", "spectrum"), {**TYPED, "reason": WHY})
    (one,) = api.list_author_requests()
    page = url("author_withdraw", one.uuid)
    assert author.get(page).status_code == 405
    assert "It is taken back." in author.post(page, follow=True).content.decode()
    assert "somebody has decided" in author.post(page, follow=True).content.decode().lower()
    assert author.post(url("author_withdraw", uuid4())).status_code == 404
    malformed = page.replace(str(one.uuid), "-" * 36)
    assert author.post(malformed).status_code == 404


def test_f24_nobody_else_takes_back_or_asks(limits, monkeypatch):
    make.offering()
    asked = ask(dearer())
    monkeypatch.setattr(compat, "may_author", lambda user_id, key: False)
    stranger = Client()
    stranger.force_login(get_user_model().objects.create_user("stranger"))
    assert stranger.post(url("author_withdraw", asked.uuid)).status_code == 403
    assert stranger.post(url("author_fee", "spectrum"), TYPED).status_code == 403
    assert Client().post(url("author_withdraw", asked.uuid)).status_code == 302
    assert api.author_request(asked.uuid).is_waiting


def test_a_new_fee_of_another_kind_and_currency_is_asked_for_on_its_form(author, limits):
    make.merchant()
    form = author.get(url("author_new")).content.decode()
    for words in ("Within your limits", "An operator decides", "CHF", "a certificate"):
        assert words in form
    assert "a bundle of course runs" not in form
    new = {**TYPED, "title": "Examination", "code": "exam", "kind": "certificate",
           "currency": "CHF", "reason": WHY}  # fmt: skip
    assert "a new fee" in author.post(url("author_new"), new, follow=True).content.decode()
    (one,) = api.list_author_requests()
    assert (one.change.about.kind, one.change.price.amount) == (
        "certificate", Money("450.00", "CHF"),
    )  # fmt: skip
    assert not models.Offering.objects.exists()


def test_where_nobody_may_ask_the_form_offers_the_limits_alone(author):
    api.set_author_limits("course-v1:ATC+", replace(LIMITS, may_ask=False))
    make.offering()
    form = author.get(url("author_fee", "spectrum")).content.decode()
    assert "CHF" not in form
    assert "reason" not in form


def operator(*codenames):
    client = Client()
    user = get_user_model().objects.create_user("-".join(codenames) or "nobody", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    client.person = user.pk
    return client


ADMIN = "/admin/fee_payments/authorrequest/"


def press(client, action, asked, note=""):
    row = models.AuthorRequest.objects.get(uuid=asked.uuid)
    typed = {"action": action, "_selected_action": [row.pk], "note": note}
    return client.post(ADMIN, typed, follow=True)


def test_an_operator_reads_what_would_change_and_approves_it(limits):
    make.offering()
    asked = ask(dearer())
    sees = operator("view_authorrequest", "decide_author_requests")
    text = sees.get(ADMIN).content.decode()
    for words in ("USD 120.00", "USD 450.00 from 6 October 2026 on", WHY,
                  "USD 450.00 is not between USD 10.00 and USD 200.00."):  # fmt: skip
        assert words in text
    row = models.AuthorRequest.objects.get()
    detail = sees.get(f"{ADMIN}{row.pk}/change/").content.decode()
    assert "USD 120.00" in detail
    assert "open_key" not in detail
    assert "The change is made." in press(sees, "approve", asked).content.decode()
    assert prices()[-1] == (45_000, "USD", TOMORROW, None)
    again = press(sees, "approve", asked).content.decode()
    assert "Somebody has decided about this request already." in again


def test_an_operator_declines_with_a_sentence(limits):
    make.offering()
    asked = ask(dearer())
    sees = operator("view_authorrequest", "decide_author_requests")
    assert "say why it is declined" in press(sees, "decline", asked).content.decode()
    assert "The authors read why." in press(sees, "decline", asked, "No.").content.decode()
    assert api.author_request(asked.uuid).note == "No."


def test_deciding_takes_its_permission_and_another_person(limits):
    make.offering()
    only_sees = operator("view_authorrequest")
    asked = ask(dearer())
    for action in ("approve", "decline"):
        press(only_sees, action, asked, "No.")
    assert api.author_request(asked.uuid).is_waiting
    assert operator().get(ADMIN).status_code == 403
    also_author = operator("view_authorrequest", "decide_author_requests")
    own = ask(dearer("300.00", "CHF"), by=also_author.person)
    assert "Another person than who asked" in press(also_author, "approve", own).content.decode()
    assert api.author_request(own.uuid).is_waiting


def test_what_changed_meanwhile_the_operator_reads_in_a_sentence(limits):
    make.offering()
    asked = ask(dearer())
    set_another_price()
    sees = operator("view_authorrequest", "decide_author_requests")
    told = press(sees, "approve", asked).content.decode()
    assert "This fee has changed since the author asked." in told
