"""What a learner is asked on a page and tells, and what a reviewer confirms there."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from factories import waiver_policy as make
from fairgate import clock
from waiver_policy import api, compat, models
from waiver_policy.data import EvidenceKind
from waiver_policy.exceptions import (
    ApplicationClosed,
    FactFault,
    InvalidFact,
    InvalidReview,
    ReviewFault,
)
from waiver_policy.forms_facts import field_name

pytestmark = pytest.mark.django_db

ONE_DAY = timedelta(days=1)
RULES = """\
  - label: low
    when: {lt: {field: income, value: 1000}}
    benefit: {kind: percent_off, percent: 100}
  - label: student
    when: {all: [{flag: student}, {eq: {field: level, value: first_degree}}]}
    benefit: {kind: percent_off, percent: 50}
"""
FACTS = """\
  facts:
    income: {title: What you earn <in a year>, unit: USD, help: Before tax., strength: document}
"""


@pytest.fixture(autouse=True)
def programme(monkeypatch, sell):
    make.lists()
    make.policy(make.policy_text(RULES, extra=FACTS))
    clock.use(lambda: make.EVE)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "GU")
    sell(title_of=None, language_of=None)
    yield
    clock.use(None)


def at(moment):
    clock.use(lambda: moment)


def be(name, **who):
    client = Client()
    found = User.objects.filter(username=name).first()
    client.force_login(found or User.objects.get(pk=make.person(name, **who)))
    return client


def id_of(name):
    return User.objects.get(username=name).pk


def page(name, about=make.COURSE):
    return reverse(f"waiver_policy:{name}", args=[about] if about else [])


def told(client, **said):
    """What the page says after the form was sent."""
    sent = {field_name(name): value for name, value in said.items()}
    answer = client.post(page("facts"), {**sent, "asked": list(sent)}, follow=True)
    assert answer.status_code == 200
    return answer


def said_by(name):
    found = api.list_facts(id_of(name), at=clock.now())
    return {one.name: one.value for one in found if one.counts}


def applied(client):
    client.post(page("apply"), {"note": "Please.", "truth": "on"})
    return models.WaiverApplication.objects.get()


class TestALearner:
    def test_is_asked_for_exactly_what_is_missing_in_the_words_of_the_policy(self):
        shown = be("lena").get(page("why")).content.decode()
        assert "What you earn &lt;in a year&gt; (USD)" in shown
        assert "Before tax." in shown
        assert re.findall(r'name="asked" value="([a-z_]+)"', shown) == [
            "fact_income", "fact_level", "fact_student",
        ]  # fmt: skip
        assert '<option value="first_degree">First degree</option>' in shown
        assert "<legend>Student</legend>" in shown
        assert 'inputmode="decimal"' in shown

    def test_is_not_asked_for_what_changes_nothing(self):
        lena = be("lena")
        told(lena, student="no", income="5000")
        assert "asked" not in re.findall(r'name="([a-z]+)"', lena.get(page("why")).content.decode())

    def test_is_led_to_the_form_if_a_person_has_to_look(self):
        lena = be("lena")
        answer = told(lena, income="800")
        assert answer.redirect_chain[-1][0] == page("apply")
        shown = answer.content.decode()
        assert "What you say is kept." in shown
        assert "What you have told us" in shown
        assert "self-declared" in shown
        why = lena.get(page("why")).content.decode()
        assert "A person confirms this first: income." in why
        assert "Apply to a reviewer" in why

    def test_reads_that_no_waiver_applies_if_they_say_so_themselves(self):
        answer = told(be("lena"), income="5000", student="no")
        assert answer.redirect_chain[-1][0] == page("why")
        assert "No waiver applies" in answer.content.decode()

    def test_finds_what_they_have_said_in_the_form_and_corrects_it(self):
        lena = be("lena")
        told(lena, income="800.5")
        assert 'value="800.5"' in lena.get(page("facts")).content.decode()
        at(make.EVE + ONE_DAY)
        told(lena, income="")
        assert said_by("lena") == {"income": None}

    def test_takes_back_what_they_have_said(self):
        lena = be("lena")
        told(lena, income="800")
        assert page("told", None) in lena.get(page("mine", None)).content.decode()
        at(make.EVE + ONE_DAY)
        answer = lena.post(
            page("take_back", None), {"name": "income", "offering": make.COURSE}, follow=True
        )
        assert "You have taken this back" in answer.content.decode()
        assert answer.redirect_chain[-1][0] == page("why")
        assert said_by("lena") == {"income": None}
        assert "Nothing is kept." in lena.get(page("told", None)).content.decode()
        assert lena.post(page("take_back", None), {"name": "x"}).url == page("told", None)

    def test_is_told_at_the_field_what_is_wrong_and_nothing_is_kept(self):
        shown = told(be("lena"), income="1,000", level="first_degree").content.decode()
        assert 'id="id_fact_income_error" role="alert"' in shown
        assert "digits only, with a point before decimals" in shown
        assert 'aria-invalid="true"' in shown
        assert 'value="1,000"' in shown
        assert "<title>Error" in shown
        assert said_by("lena") == {}

    @pytest.mark.parametrize(
        "said",
        [
            {"income": "1e3"}, {"income": "NaN"}, {"income": "9" * 16}, {"income": "9" * 10_000},
            {"income": "<script>"}, {"level": "doctor"}, {"student": "perhaps"},
            {"income": "\x00"}, {"level": "first_degree\n"}, {},
        ],
    )  # fmt: skip
    def test_cannot_say_what_is_no_answer(self, said):
        shown = told(be("lena"), **said).content.decode()
        assert "fg-note--stop" in shown
        assert "<script>" not in shown
        assert not models.StatedFact.objects.exists()

    def test_keeps_what_stood_on_another_page_than_the_one_that_was_sent(self):
        lena = be("lena")
        told(lena, income="800", student="yes")
        at(make.EVE + ONE_DAY)
        told(lena, level="first_degree")
        assert said_by("lena") == {"income": 800, "student": True, "level": "first_degree"}

    def test_who_sends_an_answer_without_a_choice_again_is_asked_for_one(self):
        lena = be("lena")
        told(lena, student="yes")
        shown = lena.post(page("facts"), {"asked": ["fact_student"]}).content.decode()
        assert "Please answer at least one of the questions." in shown
        assert said_by("lena") == {"student": True}

    def test_is_told_what_a_policy_of_this_very_moment_asks_no_more(self, monkeypatch):
        def state(*_args, **_more):
            raise InvalidFact(FactFault.NOT_ASKED, "income")

        monkeypatch.setattr(api, "state_facts", state)
        shown = told(be("lena"), income="800").content.decode()
        assert "No policy asks for this" in shown

    def test_reads_everything_they_have_told_in_words(self):
        lena = be("lena")
        told(lena, income="1234567.5", level="none_of_these", student="no")
        shown = lena.get(page("told", None)).content.decode()
        for words in ("1,234,567.5", "None of these", "<bdi>No</bdi>", "Level", "Student"):
            assert words in shown
        assert "What you earn &lt;in a year&gt; (USD)" in shown

    def test_whose_application_waits_is_led_back_to_the_reasons(self):
        lena = be("lena")
        applied(lena)
        answer = told(lena, income="800")
        assert answer.redirect_chain[-1][0] == page("why")
        assert "The reviewer of your application reads it." in answer.content.decode()

    def test_finds_no_form_where_nothing_is_asked(self):
        make.policy(make.policy_text(make.LDC_FREE), at=make.EVE)
        assert be("lena").get(page("facts")).url == page("why")

    def test_is_asked_nothing_where_the_policy_hides_the_waiver_without_facts(self):
        hides = make.policy_text(RULES, extra="  missing: {facts: hide_option}\n")
        make.policy(hides, at=make.EVE)
        shown = be("lena").get(page("why")).content.decode()
        assert "the policy asks" not in shown

    def test_finds_no_form_of_an_offering_that_nobody_waives(self, sell):
        sell(may_be_waived=lambda code: False)
        lena = be("lena")
        assert lena.get(page("facts")).url == page("why")
        assert "What the policy asks you" not in lena.get(page("why")).content.decode()

    def test_who_applies_first_is_told_that_something_is_missing(self):
        assert (
            "something that you have not said yet" in be("lena").get(page("apply")).content.decode()
        )

    def test_reads_in_the_application_what_was_seen_and_no_note(self):
        lena = be("lena")
        one = applied(lena)
        api.record_fact(
            one.uuid, name="income", value="900", kind=EvidenceKind.DOCUMENT, by=9, at=make.EVE,
            note="pay slip looks odd",
        )  # fmt: skip
        shown = lena.get(page("application", one.uuid)).content.decode()
        assert "seen in a document" in shown
        assert "looks odd" not in shown
        assert "Take back" not in shown

    def test_can_say_the_countries_of_all_authors(self):
        every = RULES.replace(
            "{lt: {field: income, value: 1000}}",
            "{every: {over: authors, that: {in_group: {group: LDC}}}}",
        )
        make.policy(make.policy_text(every), at=make.EVE)
        lena = be("lena")
        assert 'name="fact_authors_4"' in lena.get(page("facts")).content.decode()
        sent = {"asked": ["fact_authors"], "fact_authors_0": "UG", "fact_authors_1": "HT"}
        lena.post(page("facts"), sent)
        assert said_by("lena") == {"authors": ("HT", "UG")}
        shown = lena.get(page("facts")).content.decode()
        assert 'aria-label="Country 5"' in shown
        assert shown.index('value="HT" selected') < shown.index('value="UG" selected')

    def test_can_say_a_day_that_the_policy_counts_from(self):
        text = make.policy_text(make.LDC_FREE, extra="  group_date_basis: enrolment\n")
        make.policy(text, at=make.EVE)
        lena = be("lena")
        assert "Say what else the policy asks for" in lena.get(page("why")).content.decode()
        assert 'type="date"' in lena.get(page("facts")).content.decode()
        told(lena, enrolment="2026-11-20")
        assert said_by("lena")["enrolment"].isoformat() == "2026-11-20"
        shown = lena.get(page("facts")).content.decode()
        assert 'value="2026-11-20"' in shown
        assert "20 November 2026" in shown

    def test_can_say_a_line_of_text_in_any_script(self):
        words = RULES.replace("{flag: student}", "{has: school}")
        make.policy(make.policy_text(words), at=make.EVE)
        lena = be("lena")
        told(lena, school=" مدرسة <b> ")
        assert said_by("lena") == {"school": "مدرسة <b>"}
        shown = lena.get(page("facts")).content.decode()
        assert 'value="مدرسة &lt;b&gt;"' in shown
        assert "fg-note--stop" in told(lena, school="x" * 201).content.decode()

    def test_is_asked_for_a_fact_whatever_it_is_called(self):
        odd = RULES.replace("{flag: student}", '{flag: "a b\\"<é>"}')
        make.policy(make.policy_text(odd), at=make.EVE)
        lena = be("lena")
        told(lena, **{'a b"<é>': "yes"})
        assert said_by("lena") == {'a b"<é>': True}
        assert "<é>" not in lena.get(page("facts")).content.decode()


class TestAReviewer:
    @pytest.fixture
    def one(self):
        lena = be("lena")
        told(lena, income="800")
        return applied(lena)

    def test_reads_each_fact_with_how_it_is_known_and_since_when(self, one):
        shown = be("rita", reviews=True).get(page("review_one", one.uuid)).content.decode()
        assert "What you earn &lt;in a year&gt; (USD)" in shown
        assert "<bdi>800</bdi>" in shown
        assert "self-declared, 23 November 2026" in shown
        assert "to be confirmed" in shown
        assert "seen in a document" in shown

    def test_confirms_what_a_document_shows_and_the_policy_grants_it(self, one):
        rita = be("rita", reviews=True)
        there = f"{page('seen_fact', one.uuid)}?fact=income"
        assert 'value="800"' in rita.get(there).content.decode()
        sent = {"fact_income": "850", "kind": "document", "note": "Tax notice 2025"}
        shown = rita.post(there, sent, follow=True).content.decode()
        assert "What you have seen is noted." in shown
        assert "Tax notice 2025" in shown
        assert "to be confirmed" not in shown
        assert "of the fee is waived for you" in be("lena").get(page("why")).content.decode()
        person = make.applicant(id_of("lena"), "GU")
        assert api.decide(person, offering_code=make.COURSE, at=make.EVE).is_granted

    def test_decides_by_what_they_have_just_noted_themselves(self, one):
        rita = be("rita", reviews=True)
        there = f"{page('seen_fact', one.uuid)}?fact=income"
        before = api.get_application(one.uuid).message_count
        shown = rita.post(there, {"fact_income": "850", "kind": "document"}, follow=True)
        assert shown.context["form"]["read"].value() == before + 1

    def test_is_told_that_an_application_has_ended(self, one, monkeypatch):
        there = f"{page('seen_fact', one.uuid)}?fact=income"
        rita, sent = be("rita", reviews=True), {"fact_income": "850", "kind": "document"}

        def record(*_args, **_more):
            raise ApplicationClosed

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(api, "record_fact", record)
            assert "decided already" in rita.post(there, sent, follow=True).content.decode()
        api.withdraw(one.uuid, by=id_of("lena"), at=make.EVE)
        shown = rita.get(there, follow=True).content.decode()
        assert "decided already" in shown
        assert "Confirm or correct" not in shown
        rows = models.StatedFact.objects.filter(user_id=id_of("lena"))
        assert {row.kind for row in rows} == {"declared"}

    def test_may_get_a_conflict_of_interest_while_they_write(self, one, monkeypatch):
        def record(*_args, **_more):
            raise InvalidReview(ReviewFault.SAME_ORGANISATION)

        monkeypatch.setattr(api, "record_fact", record)
        there = f"{page('seen_fact', one.uuid)}?fact=income"
        sent = {"fact_income": "800", "kind": "document"}
        shown = be("rita", reviews=True).post(there, sent).content.decode()
        assert "belongs to your own organisation" in shown

    def test_finds_no_application_that_is_not_there(self):
        there = f"{page('seen_fact', uuid4())}?fact=income"
        assert be("rita", reviews=True).get(there).status_code == 404

    def test_reads_what_was_said_before(self, one):
        at(make.EVE + ONE_DAY)
        told(be("lena"), income="700")
        shown = be("rita", reviews=True).get(page("review_one", one.uuid)).content.decode()
        assert "Earlier statements" in shown
        assert shown.index("<bdi>700</bdi>") < shown.index("<bdi>800</bdi>")

    def test_does_not_decide_without_what_was_said_meanwhile(self, one):
        told(be("lena"), student="yes")
        rita = be("rita", reviews=True)
        verdict = {"verdict": "approve", "percent": "50", "reason": "x", "read": "0"}
        shown = rita.post(page("review_one", one.uuid), verdict, follow=True).content.decode()
        assert "Something was written in the meantime." in shown

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"fact_income": "a lot", "kind": "document"}, "fact_income"),
            ({"fact_income": "", "kind": "document"}, "fact_income"),
            ({"fact_income": "800"}, "kind"),
            ({"fact_income": "800", "kind": "declared"}, "kind"),
            ({"fact_income": "800", "kind": "document", "valid_until": "2020-01-01"},
             "valid_until"),
            ({"fact_income": "800", "kind": "document", "note": "a\x07b"}, "note"),
        ],
    )  # fmt: skip
    def test_is_told_at_the_field_what_is_wrong(self, one, sent, field):
        there = f"{page('seen_fact', one.uuid)}?fact=income"
        shown = be("rita", reviews=True).post(there, sent).content.decode()
        assert f'id="id_{field}_error"' in shown
        assert models.StatedFact.objects.count() == 1

    def test_finds_no_fact_that_no_policy_asks_for(self, one):
        rita = be("rita", reviews=True)
        for query in ("", "?fact=", "?fact=age", "?fact=documents"):
            assert rita.get(page("seen_fact", one.uuid) + query).status_code == 404

    def test_with_a_conflict_of_interest_reads_nothing(self, one):
        rita = be("rita", reviews=True)
        api.hand_back(one.uuid, by=id_of("rita"), at=make.EVE, has_conflict=True)
        there = f"{page('seen_fact', one.uuid)}?fact=income"
        assert rita.get(there).url == page("review", None)
        rita.post(there, {"fact_income": "5", "kind": "document"})
        assert models.StatedFact.objects.count() == 1

    def test_finds_no_form_about_themselves(self, one):
        models.WaiverApplication.objects.update(user_id=make.person("rita", reviews=True))
        there = f"{page('seen_fact', one.uuid)}?fact=income"
        assert be("rita").get(there).status_code == 404

    @pytest.mark.parametrize("who", ["other", "teacher"])
    def test_is_the_only_one_who_reads_it(self, one, who):
        client = be(who, is_staff=who == "teacher")
        there = f"{page('seen_fact', one.uuid)}?fact=income"
        assert client.get(there).status_code == 404
        for address in (page("why"), page("facts"), page("told", None), page("mine", None)):
            assert "<bdi>800</bdi>" not in client.get(address).content.decode()


class TestTheAdmin:
    @pytest.fixture
    def row(self):
        told(be("lena"), income="873")
        return models.StatedFact.objects.get()

    def test_lists_no_value_and_shows_one_to_who_opens_the_row(self, row):
        operator = be("root", is_superuser=True, is_staff=True)
        listed = operator.get(reverse("admin:waiver_policy_statedfact_changelist"))
        assert "self-declared" in listed.content.decode()
        assert "873" not in listed.content.decode()
        there = reverse("admin:waiver_policy_statedfact_change", args=[row.pk])
        assert "873" in operator.get(there).content.decode()

    def test_lets_nobody_change_or_delete_a_row(self, row):
        operator = be("root", is_superuser=True, is_staff=True)
        for what in ("change", "delete"):
            there = reverse(f"admin:waiver_policy_statedfact_{what}", args=[row.pk])
            assert operator.post(there, {"value": "1", "post": "yes"}).status_code == 403
        assert operator.get(reverse("admin:waiver_policy_statedfact_add")).status_code == 403
        assert models.StatedFact.objects.get().value == 873

    def test_is_not_there_for_staff_without_the_permission(self, row):
        teacher = be("teacher", is_staff=True)
        there = reverse("admin:waiver_policy_statedfact_changelist")
        assert teacher.get(there).status_code == 403
