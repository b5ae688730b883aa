"""No page about a waiver is a dead end: where a learner goes, and what a page leaves out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from factories import waiver_policy as make
from fairgate import clock, stand_in
from fairgate.percent import Percent
from waiver_policy import api
from waiver_policy.data import Outcome
from waiver_policy.exceptions import FundEmpty, NotCovered, NothingToKeep, WaiverError

pytestmark = pytest.mark.django_db

FEE = "/fees/of/this/"


@pytest.fixture(autouse=True)
def site(sell):
    """The learners of a site, and an app that sells offerings and has pages for them."""

    class Platform:
        @staticmethod
        def profile_country(user_id):
            return User.objects.get(pk=user_id).last_name

        @staticmethod
        def preferred_language(user_id):
            return ""

    platform = stand_in._platform
    stand_in.use(Platform)
    sell(title_of=None, language_of=None, page_of=lambda code: FEE)
    clock.use(lambda: make.EVE)
    make.programme()
    yield
    clock.use(None)
    stand_in.use(platform)


@pytest.fixture
def sign_in(client):
    def of(country):
        client.force_login(User.objects.get(pk=make.person("learner", last_name=country)))
        return User.objects.get(username="learner").pk

    return of


@pytest.fixture
def reviewer():
    return make.person("reviewer", reviews=True)


def why(client):
    return client.get(reverse("waiver_policy:why", args=[make.COURSE])).content.decode()


def own(client, application):
    address = reverse("waiver_policy:application", args=[application.uuid])
    return client.get(address).content.decode()


def test_who_is_granted_a_waiver_is_led_to_the_fee(client, sign_in):
    sign_in("UG")
    assert f'<a class="fg-button" href="{FEE}">Use your waiver</a>' in why(client)


def test_who_is_refused_is_shown_the_way_to_the_fee(client, sign_in):
    sign_in("CH")
    assert f'<a href="{FEE}">See the fee</a>' in why(client)


def test_an_approval_leads_to_the_fee_until_it_has_ended(client, sign_in, reviewer):
    # given
    found = make.apply(sign_in("GU"))
    assert FEE not in own(client, found)

    # when
    api.approve(found.uuid, by=reviewer, reason="Yes.", award=Percent(50), at=make.EVE)

    # then
    assert f'<a class="fg-button" href="{FEE}">Use your waiver</a>' in own(client, found)
    clock.use(lambda: make.EVE + timedelta(days=400))
    assert FEE not in own(client, found)


def test_where_nobody_has_pages_for_offerings_there_is_no_way(client, sign_in, sell):
    sign_in("UG")
    sell(page_of=None)
    assert "Use your waiver" not in why(client)


def test_where_nobody_sells_an_offering_is_called_by_its_code(client, sign_in):
    sign_in("UG")
    api.sell_offerings_with(None)
    page = why(client)
    assert f"“<bdi>{make.COURSE}</bdi>”" in page
    assert "Use your waiver" not in page


def test_an_offering_that_nobody_has_a_page_for_has_no_way(client, sign_in, sell):
    def unknown(code):
        raise WaiverError(code)

    sign_in("UG")
    sell(page_of=unknown)
    assert "Use your waiver" not in why(client)


def test_who_waits_is_promised_nothing_that_is_kept(client, sign_in):
    # given
    user_id = sign_in("UG")
    with pytest.raises(FundEmpty):
        make.grant(user_id, cost=make.Money("5000.00", "USD"))

    # when
    page = why(client)

    # then
    assert "You have been on the waiting list" in page
    assert "kept for you" not in page
    assert "Keep this waiver" not in page
    assert f'<a href="{FEE}">See the fee</a>' in page


def test_the_reason_of_a_refusal_stands_where_the_next_reviewer_looks(client, sign_in, reviewer):
    # given
    user_id = sign_in("GU")
    found = make.apply(user_id)
    api.refuse(found.uuid, by=reviewer, reason="", code="not_covered", at=make.EVE)
    api.appeal(found.uuid, by=user_id, text="It does.", at=make.EVE)

    # when
    client.force_login(User.objects.get(pk=make.person("next", reviews=True)))
    page = client.get(reverse("waiver_policy:review_one", args=[found.uuid])).content.decode()

    # then
    said = "Refused (<bdi>reviewer</bdi>)<br>The policy does not provide a waiver for this case."
    assert said in page


def test_what_a_reviewer_asks_is_not_called_a_reason(client, sign_in, reviewer):
    found = make.apply(sign_in("GU"))
    api.ask_for_more(found.uuid, by=reviewer, question="Where?", at=make.EVE)
    page = client.get(reverse("waiver_policy:mine")).content.decode()
    assert 'data-label="What the reviewer says"><span dir="auto" lang="">Where?</span>' in page


def test_what_the_refusal_said_is_read_beside_the_appeal_by_both(client, sign_in, reviewer):
    # given
    learner = sign_in("GU")
    applied = make.apply(learner)
    said = {"by": 9, "code": "other", "reason": "The letter is of 2019.", "at": make.EVE}
    api.refuse(applied.uuid, **said)
    api.appeal(applied.uuid, by=learner, text="There is a new one.", at=make.EVE)

    # then
    assert "The letter is of 2019." in own(client, applied)
    client.force_login(User.objects.get(pk=reviewer))
    page = client.get(reverse("waiver_policy:review_one", args=[applied.uuid])).content.decode()
    assert page.index("The letter is of 2019.") < page.index("There is a new one.")


class TestAFeeThatThePolicyDoesNotCover:
    """The quote waives nothing, and no other door says anything else."""

    @pytest.fixture(autouse=True)
    def sold(self, sell):
        sell(may_be_waived=lambda code: False)

    def test_is_refused_to_everybody(self):
        decision = api.decide(make.applicant(1), offering_code=make.COURSE, at=make.EVE)
        assert decision.outcome is Outcome.REFUSED
        assert "The waiver policy does not cover this offering." in api.explain(decision)
        assert api.advise(decision) == ()

    def test_keeps_no_price(self):
        with pytest.raises(NothingToKeep):
            api.keep_price(make.applicant(1), offering_code=make.COURSE, at=make.EVE)

    def test_is_nothing_to_apply_for(self, client, sign_in):
        sign_in("UG")
        with pytest.raises(NotCovered):
            make.apply(1)
        form = {"note": "x", "token": "t", "is_true": "on"}
        address = reverse("waiver_policy:apply", args=[make.COURSE])
        assert "does not cover" in client.post(address, form, follow=True).content.decode()
        assert api.list_applications() == ()


class TestTheFacts:
    def test_name_the_lists_that_the_policy_asks_and_no_others(self, client, sign_in):
        # given: Palau is on both lists of SIDS, and the policy asks one
        make.policy(make.policy_text(make.LDC_FREE.replace("LDC", "SIDS_M49")), slug=make.SLUG)
        sign_in("PW")

        # when
        told = why(client)

        # then
        assert "<dt>Small island developing States (SIDS, UN M49)</dt>" in told
        assert "as UN-OHRLLS lists them)</dt>" not in told
