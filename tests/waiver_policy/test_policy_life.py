"""The life of a policy: a draft, what it would change, that it decides, and no more."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from factories import waiver_policy as make
from fairgate import clock
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.checks import check_lists_and_policy
from waiver_policy.data import Answer, Outcome
from waiver_policy.exceptions import (
    FundEmpty,
    NotEligible,
    PolicyNotActive,
    PolicyNotUsable,
    UnknownPolicy,
)

pytestmark = pytest.mark.django_db

LATER = make.EVE + timedelta(days=1)
HALF = make.LDC_FREE.replace("percent: 100", "percent: 50")
GRANTED, REFUSED, REVIEW = Outcome.GRANTED, Outcome.REFUSED, Outcome.REVIEW


@pytest.fixture(autouse=True)
def eve(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.EVE)
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE))
    make.credit("600.00")


def run(*words):
    out, code = StringIO(), 0
    try:
        call_command("waiver_policy_policies", *words, stdout=out)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return code, out.getvalue()


def draft(rules=HALF, *, slug=make.SLUG):
    (loaded,) = api.load_policy(
        make.policy_text(rules, slug=slug), file="policy.yaml", by="Ines", at=LATER
    )
    return loaded


def answer(outcome, percent=0):
    return Answer(outcome=outcome, percent=Percent(percent))


def decide():
    return api.decide(make.applicant(), offering_code=make.COURSE, at=LATER)


class TestARetiredPolicy:
    def test_decides_about_nobody_any_more(self):
        api.retire_policy(make.SLUG, by="Ines", at=make.EVE)
        decision = decide()
        assert (decision.outcome, decision.reasons[0].code) == (REFUSED, "NO_ACTIVE_POLICY")

    def test_hands_over_to_no_other_that_is_active(self):
        make.policy(make.policy_text(HALF, slug="other"), slug="other", at=make.EVE)
        api.retire_policy("other", by="Ines", at=make.EVE)
        assert decide().reasons[0].code == "NO_ACTIVE_POLICY"
        assert api.activate_policy(make.SLUG, by="Ines", at=LATER).is_new
        assert decide().percent == Percent(100)

    def test_takes_back_no_grant(self):
        grant = make.grant()
        api.retire_policy(make.SLUG, by="Ines", at=make.EVE)
        assert api.commit_grant(grant.uuid, at=LATER).percent == Percent(100)

    def test_is_warned_of(self):
        api.retire_policy(make.SLUG, by="Ines", at=make.EVE)
        ids = [warning.id for warning in check_lists_and_policy(databases=["default"])]
        assert "waiver_policy.W002" in ids

    def test_says_who_retired_it(self):
        retired = api.retire_policy(make.SLUG, by="Ines", at=make.EVE)
        assert (retired.state, retired.retired_by, retired.retired_at) == (
            "retired", "Ines", make.EVE,
        )  # fmt: skip

    def test_is_not_retired_twice(self):
        api.retire_policy(make.SLUG, by="Ines", at=make.EVE)
        with pytest.raises(PolicyNotActive, match=f"No version of the policy “{make.SLUG}”"):
            api.retire_policy(make.SLUG, by="Ines", at=make.EVE)
        with pytest.raises(UnknownPolicy):
            api.retire_policy("nobody", by="Ines", at=make.EVE)

    def test_says_who_followed_it(self):
        draft()
        api.activate_policy(make.SLUG, by="Sela", at=LATER)
        first, second = api.list_policies()
        assert (first.retired_by, second.activated_by, second.author) == ("Sela", "Sela", "Ines")


class TestTheSameTextAgain:
    def test_makes_a_new_version_of_a_retired_policy(self):
        first = api.retire_policy(make.SLUG, by="Ines", at=make.EVE)
        again = draft(make.LDC_FREE)
        assert (again.version, again.state, again.is_new) == (2, "draft", True)
        assert again.sha256 == first.sha256
        api.activate_policy(make.SLUG, by="Ines", at=LATER)
        assert (decide().outcome, decide().policy_version) == (GRANTED, 2)

    def test_makes_a_new_version_when_an_older_draft_has_taken_its_place(self):
        draft()
        draft(make.LDC_FREE)
        api.activate_policy(make.SLUG, by="Ines", at=LATER)
        api.activate_policy(make.SLUG, by="Ines", at=LATER, version=2)
        again = draft(make.LDC_FREE)
        assert (again.version, again.is_new) == (4, True)
        assert not draft(make.LDC_FREE).is_new

    def test_makes_none_of_a_draft_or_of_what_decides(self):
        assert not draft(make.LDC_FREE).is_new
        assert [draft().is_new, draft().is_new] == [True, False]

    def test_is_told_by_the_command(self, tmp_path):
        file = tmp_path / "policy.yaml"
        file.write_text(make.policy_text(make.LDC_FREE), encoding="utf-8")
        by = "--by", make.operator("ines")
        assert "v1: unchanged, active." in run("load", str(file), *by)[1]
        run("retire", make.SLUG, *by)
        assert "v2: loaded as a draft." in run("load", str(file), *by)[1]
        assert "v2 is active now." in run("activate", make.SLUG, *by)[1]


def windowed(window):
    return api.load_policy(
        make.policy_text(HALF, extra=f"  effective: {window}\n"), file="policy.yaml", by="Ines",
        at=LATER,
    )[0]  # fmt: skip


class TestTheWindowOfAPolicy:
    def warned(self):
        return [
            warning.msg
            for warning in check_lists_and_policy(databases=["default"])
            if warning.id == "waiver_policy.W011"
        ]

    def test_that_is_over_loads_and_is_not_activated(self):
        assert windowed('{from: "2020-01-01", until: "2021-01-01"}').state == "draft"
        with pytest.raises(PolicyNotUsable, match="decided nothing since 2021-01-01"):
            api.activate_policy(make.SLUG, by="Ines", at=LATER)
        assert decide().percent == Percent(100)
        assert self.warned() == []

    def test_ends_with_its_last_moment(self):
        windowed('{until: "2026-11-24T13:00:00+01:00"}')
        with pytest.raises(PolicyNotUsable):
            api.activate_policy(make.SLUG, by="Ines", at=LATER)
        before = LATER - timedelta(microseconds=1)
        assert api.activate_policy(make.SLUG, by="Ines", at=before).state == "active"

    def test_is_warned_of_once_it_is_over(self, monkeypatch):
        windowed('{until: "2026-11-25"}')
        api.activate_policy(make.SLUG, by="Ines", at=make.EVE)
        assert self.warned() == []
        monkeypatch.setattr(clock, "_source", lambda: make.EVE + timedelta(days=2))
        assert self.warned() == [
            f"The policy {make.SLUG} v2 is active and decides nothing since 2026-11-25 "
            "(effective): nobody is given a waiver."
        ]

    def test_is_warned_of_before_it_begins(self):
        windowed('{from: "2027-01-01"}')
        api.activate_policy(make.SLUG, by="Ines", at=make.EVE)
        assert "decides nothing before 2027-01-01" in self.warned()[0]


class TestTheCommand:
    def test_notes_what_is_not_loaded(self, tmp_path):
        file = tmp_path / "policy.yaml"
        rules = make.LDC_FREE.replace("in_group: {group: LDC}", "in_list: {ref: NOPE}")
        file.write_text(make.policy_text(rules), encoding="utf-8")
        assert run("load", str(file), "--by", make.operator("ines")) == (0, (
            f"{make.SLUG} v2: loaded as a draft.\n"
            "  Not to be activated yet: The list “NOPE” is not one we keep.\n"
        ))  # fmt: skip

    def test_retires(self):
        code, told = run("retire", make.SLUG, "--by", make.operator("Ines"))
        assert (code, f"{make.SLUG} v1 is retired." in told) == (0, True)
        assert run("retire", make.SLUG, "--by", "Ines")[0] == 1
        assert "retired by Ines, 2026-11-23" in run("show")[1]

    def test_compares_and_names_applications(self):
        make.grant(1)
        application = applied(5)
        draft()
        code, told = run("compare", make.SLUG, "--list")
        assert code == 0
        assert told.splitlines() == [
            f"{make.SLUG} v2: of 2 past answers 1 would be another.",
            "* granted 100 % -> granted 50 %: 1",
            "  refused 0 % -> refused 0 %: 1",
            "The fund would have paid USD 7.50 less.",
            "0 applications would change.",
        ]
        draft(HALF + make.LDC_FREE.replace("LDC", "SIDS").replace("ldc", "sids"))
        told = run("compare", make.SLUG, "--list")[1]
        assert told.endswith(f"1 application would change.\n  {application.uuid}\n")

    def test_compares_a_version_since_a_day(self):
        make.grant(1)
        assert "of 1 past answer 0" in run("compare", make.SLUG, "--policy-version", "1")[1]
        assert "of 0 past answers 0" in run("compare", make.SLUG, "--since", "2026-11-24")[1]
        assert run("compare", "nobody") == (1, "There is no version of the policy “nobody”.")
        assert run("compare", make.SLUG, "--policy-version", "9")[0] == 1

    def test_tells_when_it_activates(self):
        make.grant(1)
        draft()
        assert run("activate", make.SLUG, "--by", make.operator("Ines"))[1] == (
            f"{make.SLUG} v2 is active now.\n"
            f"Of 1 past answer 1 would be another: see “compare {make.SLUG}”.\n"
        )


def applied(user_id, country="FJ"):
    person = make.applicant(user_id, country)
    return api.apply(person, offering_code=make.COURSE, note="x", at=make.EVE)


class TestAComparison:
    def test_asks_for_the_same_day_with_the_same_knowledge(self):
        make.grant(1, country="NP", at=make.EVE)
        text = make.list_text({"iso3166_alpha2": "NP", "until_date": "2020-01-01"})
        make.lists(text, known_from=LATER)
        draft()
        found = api.compare_policy(make.SLUG)
        assert found.moves == {(answer(GRANTED, 100), answer(GRANTED, 50)): 1}

    def test_takes_the_newest_answer_of_a_person_and_offering(self):
        with pytest.raises(NotEligible):
            make.grant(1, country="ZZ")
        make.grant(1, key="again")
        make.grant(1, offering="other")
        draft()
        assert api.compare_policy(make.SLUG).asked == 2

    def test_of_what_a_person_granted_changes_nothing(self):
        application = applied(1)
        api.approve(application.uuid, by=9, reason="yes", at=make.EVE, award=Percent(80))
        make.grant(1, country="FJ")
        draft()
        found = api.compare_policy(make.SLUG)
        assert found.moves == {(answer(GRANTED, 80), answer(GRANTED, 80)): 1}

    def test_tells_what_a_reviewer_would_be_proposed(self):
        manual = HALF.replace("}}\n", "}, route: manual_review}\n")
        make.policy(make.policy_text(manual), at=make.EVE)
        application = applied(1, "UG")
        draft(manual.replace("50", "75"))
        found = api.compare_policy(make.SLUG)
        assert found.moves == {(answer(REVIEW, 50), answer(REVIEW, 75)): 1}
        assert found.applications == (application.uuid,)

    def test_holds_who_waits_for_money_apart_from_the_rule(self):
        with pytest.raises(FundEmpty):
            make.grant(1, cost=Money("999.00", "USD"))
        draft()
        found = api.compare_policy(make.SLUG)
        assert (found.asked, found.changed) == (1, 0)

    def test_tells_what_the_fund_would_have_paid(self):
        make.grant(1)
        make.grant(2, cost=None)
        draft()
        found = api.compare_policy(make.SLUG)
        assert (found.fund_effect, found.priced, found.unpriced) == (
            (Money("-7.50", "USD"),), 1, 1,
        )  # fmt: skip

    def test_counts_who_is_forgotten_apart(self, monkeypatch):
        monkeypatch.setattr("waiver_policy.compat.retirement_state", lambda user_id: "")
        make.grant(1)
        api.retire_person(1, at=make.EVE)
        draft()
        found = api.compare_policy(make.SLUG)
        assert (found.asked, found.forgotten) == (0, 1)

    def test_writes_nothing(self):
        make.grant(1)
        draft()
        before = [model.objects.count() for model in (models.WaiverDecision, models.PriceLock)]
        api.compare_policy(make.SLUG)
        after = [model.objects.count() for model in (models.WaiverDecision, models.PriceLock)]
        assert after == before


class TestTheAdmin:
    @pytest.fixture
    def officer(self, client):
        user = User.objects.create(username="ines", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_policyversion"))
        client.force_login(user)
        return user

    @pytest.fixture
    def page(self):
        make.grant(1)
        applied(5)
        draft(HALF + make.LDC_FREE.replace("LDC", "SIDS").replace("ldc", "sids"))
        row = models.PolicyVersion.objects.get(version=2)
        return f"/admin/waiver_policy/policyversion/{row.pk}/compare/"

    def may_activate(self, user):
        user.user_permissions.add(Permission.objects.get(codename="activate_policy"))

    def test_shows_what_would_change_before_a_version_decides(self, client, officer, page):
        version = page.removesuffix("compare/")
        assert page in client.get(f"{version}change/").content.decode()
        told = client.get(page).content.decode()
        assert "2 past answers were worked out again." in told
        told = told.replace("\N{NO-BREAK SPACE}", " ")
        assert "<td>granted, 100 %</td><td><strong>granted, 50 %</strong></td><td>1</td>" in told
        assert str(models.WaiverApplication.objects.get().uuid) in told
        assert 'name="activate"' not in told

    def test_lets_a_version_decide_for_who_may(self, client, officer, page):
        assert client.post(page, {"activate": "1"}).status_code == 403
        self.may_activate(officer)
        assert 'name="activate"' in client.get(page).content.decode()
        told = client.post(page, {"activate": "1"}, follow=True).content.decode()
        assert f"{make.SLUG} v2 decides from now on." in told
        assert 'name="retire"' in told
        assert api.list_policies()[1].activated_by == "ines"

    def test_retires_for_who_may(self, client, officer, page):
        assert client.post(page, {"retire": "1"}).status_code == 403
        self.may_activate(officer)
        told = client.post(page, {"retire": "1"}, follow=True).content.decode()
        assert "is retired. Until a version is activated" in told
        told = client.post(page, {"retire": "1"}, follow=True).content.decode()
        assert f"No version of the policy “{make.SLUG}” is active." in told

    def test_looks_back_for_ninety_days_and_further_for_who_asks(self, client, officer, page):
        make.grant(7, at=make.EVE - timedelta(days=100))
        assert "2 past answers were worked out again." in client.get(page).content.decode()
        told = client.get(page, {"since": ""}).content.decode()
        assert "3 past answers were worked out again." in told

    def test_takes_a_day_and_says_what_is_none(self, client, officer, page):
        assert (
            "0 past answers were worked out again."
            in client.get(page, {"since": "2026-11-24"}).content.decode()
        )
        told = client.get(page, {"since": "soon"}).content.decode()
        assert "“soon” is not a date." in told
        assert "answers were asked" not in told

    def test_is_not_for_everybody(self, client, page):
        client.force_login(User.objects.create(username="x", is_staff=True))
        assert client.get(page).status_code == 403
        client.force_login(User.objects.create(username="y", is_superuser=True, is_staff=True))
        assert client.get("/admin/waiver_policy/policyversion/999/compare/").status_code == 404


SLUGS = st.sampled_from(["one", "two"])
PERCENTS = st.sampled_from([50, 100])


class Life(RuleBasedStateMachine):
    """Two policies against a list of what was loaded of each and the name of the one that decides.

    Each version of the model is its percentage and its state.
    """

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.at = make.EVE
        self.versions = {"one": [], "two": []}
        self.last = None

    @initialize()
    def prepare(self):
        models.PolicyVersion.objects.all().delete()

    def next(self):
        self.at += timedelta(minutes=1)
        return self.at

    def retire_the_active(self, slug):
        self.versions[slug] = [
            (percent, "retired" if state == "active" else state)
            for percent, state in self.versions[slug]
        ]

    @rule(slug=SLUGS, percent=PERCENTS)
    def load(self, slug, percent):
        text = make.policy_text(make.LDC_FREE.replace("100", str(percent)), slug=slug)
        (loaded,) = api.load_policy(text, file="policy.yaml", by="Ines", at=self.next())
        known = self.versions[slug]
        stays = bool(known) and known[-1][0] == percent and known[-1][1] != "retired"
        if not stays:
            known.append((percent, "draft"))
        assert (loaded.version, loaded.is_new) == (len(known), not stays)

    @rule(slug=SLUGS, number=st.one_of(st.none(), st.integers(min_value=1, max_value=4)))
    def activate(self, slug, number):
        known = self.versions[slug]
        wanted = number or len(known)
        if not 0 < wanted <= len(known):
            with pytest.raises(UnknownPolicy):
                api.activate_policy(slug, by="Ines", at=self.next(), version=number)
            return
        percent, state = known[wanted - 1]
        if state == "retired":
            with pytest.raises(PolicyNotUsable, match="does not come back"):
                api.activate_policy(slug, by="Ines", at=self.next(), version=number)
            return
        done = api.activate_policy(slug, by="Ines", at=self.next(), version=number)
        decided = state == "active" and self.last == (slug, wanted)
        assert (done.version, done.is_new) == (wanted, not decided)
        if state == "draft":
            self.retire_the_active(slug)
            known = self.versions[slug]
        known[wanted - 1] = (percent, "active")
        self.last = (slug, wanted)

    @rule(slug=SLUGS)
    def retire(self, slug):
        known = self.versions[slug]
        active = [number for number, (_, state) in enumerate(known, 1) if state == "active"]
        if not active:
            with pytest.raises(PolicyNotActive if known else UnknownPolicy):
                api.retire_policy(slug, by="Ines", at=self.next())
            return
        assert api.retire_policy(slug, by="Ines", at=self.next()).version == active[0]
        self.retire_the_active(slug)

    @invariant()
    def the_versions_are_what_happened(self):
        told = {"one": [], "two": []}
        for policy in api.list_policies():
            told[policy.slug].append(policy.state)
            assert policy.version == len(told[policy.slug])
        assert told == {slug: [state for _, state in kept] for slug, kept in self.versions.items()}

    @invariant()
    def at_most_one_version_of_a_policy_is_active(self):
        for kept in self.versions.values():
            assert sum(state == "active" for _, state in kept) <= 1

    @invariant()
    def the_version_decides_that_was_activated_last(self):
        decision = api.decide(make.applicant(), offering_code=make.COURSE, at=self.at)
        slug, number = self.last or ("one", 0)
        percent, state = self.versions[slug][number - 1] if number else (0, "")
        if state == "active":
            assert (decision.policy, decision.policy_version) == (slug, number)
            assert decision.percent == Percent(percent)
        else:
            assert decision.reasons[0].code == "NO_ACTIVE_POLICY"

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def test_what_decides_is_known_whatever_happens_to_two_policies():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


class TestLoadingInTheAdmin:
    """A document is pasted or uploaded, and is a draft until somebody lets it decide."""

    ADD = "/admin/waiver_policy/policyversion/add/"
    NEW = make.policy_text(HALF, slug="new-policy")

    @pytest.fixture(autouse=True)
    def officer(self, client):
        user = User.objects.create(username="ines", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="add_policyversion"))
        client.force_login(user)
        return user

    def load(self, client, **given):
        return client.post(self.ADD, given, follow=True).content.decode()

    def file(self, text, name="new.yaml"):
        return SimpleUploadedFile(name, text.encode())

    def test_a_file_becomes_a_draft_and_leads_to_what_would_change(self, client):
        make.grant(1)
        told = self.load(client, file=self.file(self.NEW))
        assert "Loaded as a draft, which decides nothing yet: new-policy v1." in told
        assert "1 past answer was worked out again." in told
        assert 'name="activate"' not in told
        (found,) = [one for one in api.list_policies() if one.slug == "new-policy"]
        assert (found.state, found.author) == ("draft", "ines")

    def test_a_pasted_text_is_the_same_document(self, client):
        self.load(client, file=self.file(self.NEW))
        told = self.load(client, text=self.NEW.replace("\n", "\r\n"))
        assert "Known already, so no version was made: new-policy v1." in told
        assert len([one for one in api.list_policies() if one.slug == "new-policy"]) == 1

    def test_faults_are_told_by_line_and_field(self, client):
        wrong = self.NEW.replace("percent: 50", "percent: 500").replace("title:", "titel:")
        told = self.load(client, file=self.file(wrong))
        assert "new.yaml, line 4, " in told
        assert "titel" in told
        assert "new.yaml, line 7, " in told
        assert [one.slug for one in api.list_policies()] == [make.SLUG]
        assert "pasted text, line 4, " in self.load(client, text=wrong)

    @pytest.mark.parametrize("given", [{}, {"text": " "}, {"text": NEW, "file": NEW}])
    def test_one_of_the_two_is_needed(self, client, given):
        sent = given | ({"file": self.file(given["file"])} if "file" in given else {})
        assert "Choose a file, or paste the text; one of the two." in self.load(client, **sent)
        assert [one.slug for one in api.list_policies()] == [make.SLUG]

    @pytest.mark.parametrize("codenames", [["view_policyversion"], ["activate_policy"]])
    def test_is_for_who_may_load(self, client, officer, codenames):
        officer.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        assert client.get(self.ADD).status_code == 403
        assert client.post(self.ADD, {"text": self.NEW}).status_code == 403
        assert [one.slug for one in api.list_policies()] == [make.SLUG]
