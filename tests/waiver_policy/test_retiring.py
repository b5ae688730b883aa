"""A person who has left: nothing says where they were from or what they wrote; sums stand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.db import models as fields
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate import clock, stand_in
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, handlers, models
from waiver_policy.data import Applicant, CountryEvidence, EvidenceKind
from waiver_policy.exceptions import CoolingOff, NotEligible
from waiver_policy.rules import quotas
from waiver_policy.rules.language import read_policies
from waiver_policy.rules.quotas import Claim
from waiver_policy.selectors import decisions
from waiver_policy.services import limits, retiring

pytestmark = pytest.mark.django_db

#: What must be nowhere afterwards. NR is a country that nobody else in these tests has.
COUNTRY, WORDS = "NR", "quokka"
LEAVER = 77


@pytest.fixture(autouse=True)
def state(monkeypatch):
    platform = SimpleNamespace(states={})
    platform.retirement_state = lambda user_id: platform.states.get(user_id, "")
    monkeypatch.setattr(stand_in, "_platform", platform)
    monkeypatch.setattr(clock, "_source", lambda: make.EVE)
    return platform.states


@pytest.fixture
def history():
    """Everything that a person can leave behind, and somebody else's beside it."""
    make.programme(fund="600.00")
    person = Applicant(
        user_id=LEAVER, country=COUNTRY, facts={"employer": f"Ministry of {WORDS}"},
        evidence=(
            CountryEvidence(
                country=COUNTRY, basis="nationality", kind=EvidenceKind.DOCUMENT,
                observed_at=make.EVE,
            ),
        ),
    )  # fmt: skip
    used = api.grant(
        person, offering_code=make.COURSE, full_seat_cost=make.SEAT, key="used", at=make.EVE
    )
    api.commit_grant(used.uuid, at=make.EVE)
    for number in range(2):
        api.grant(
            person, offering_code=f"other-{number}", full_seat_cost=make.SEAT,
            key=f"held {number}", at=make.EVE,
        )  # fmt: skip
    api.keep_price(person, offering_code="kept", at=make.EVE)
    with pytest.raises(NotEligible):
        api.grant(person, offering_code="x", full_seat_cost=make.SEAT, key="four", at=make.EVE)
    moved = Applicant(user_id=LEAVER, country="GU", facts={"told": WORDS})
    closed = api.apply(moved, offering_code="y", note=f"I am a {WORDS}", at=make.EVE)
    api.ask_for_more(closed.uuid, by=9, question=f"Which {WORDS}?", at=make.EVE)
    api.answer(closed.uuid, by=LEAVER, text=f"This {WORDS}.", at=make.EVE)
    api.approve(closed.uuid, by=9, reason=f"A {WORDS}", at=make.EVE, award=Percent(20))
    api.apply(moved, offering_code="z", note=f"{WORDS} again", at=make.EVE)
    api.country_changed(LEAVER, before=COUNTRY, after="", at=make.EVE)
    models.StatedFact.objects.create(
        statement=uuid4(), user_id=LEAVER, name="employer", value_kind="text", value=WORDS,
        kind="declared", observed_at=make.EVE, recorded_by=LEAVER,
    )  # fmt: skip
    make.grant(1, country="UG")


def texts_of(model):
    """Every column of a table that can hold words, as text."""
    names = [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, fields.CharField | fields.TextField | fields.JSONField)
    ]
    for row in model._default_manager.values("pk", *names):
        yield row["pk"], json.dumps({name: row[name] for name in names}, default=str)


def written():
    """The tables that hold what people and decisions left behind; lists and policies are public."""
    public = (models.ListEdition, models.ListMembership, models.PolicyVersion)
    return [m for m in apps.get_app_config("waiver_policy").get_models() if m not in public]


def found(marker):
    return {
        model.__name__ for model in written() for _pk, text in texts_of(model) if marker in text
    }


def books():
    balance = replace(api.fund_balance("USD"), waiting=0)  # who has left waits no more
    grants = list(models.WaiverGrant.objects.order_by("pk").values())
    for grant in grants:
        del grant["counts_for"]  # it names countries, and is not money
    kept = list(models.WaiverDecision.objects.order_by("pk").values())
    return balance, api.list_fund_entries("USD"), grants, kept


@pytest.mark.usefixtures("history")
class TestAPersonWhoHasLeft:
    def test_was_all_over_the_tables_before(self):
        assert found(f'"{COUNTRY}"') == {
            "ChangeOfCountry", "DecisionFacts", "PriceLock",
        }  # fmt: skip
        assert "WaiverGrant" in found(f"country:{COUNTRY}:")
        assert found(WORDS) == {
            "ApplicationMessage", "DecisionFacts", "StatedFact", "WaiverApplication",
        }  # fmt: skip

    def test_is_from_nowhere_and_has_said_nothing(self):
        api.retire_person(LEAVER, at=make.EVE)
        for marker in (f'"{COUNTRY}"', f"/{COUNTRY}/", '"GU"', "/GU/", WORDS):
            assert found(marker) == set()

    def test_is_counted_for_no_country_by_a_grant_of_theirs(self):
        api.retire_person(LEAVER, at=make.EVE)
        assert found(f"country:{COUNTRY}:") == {"QuotaSubject"}
        rows = models.QuotaSubject.objects.filter(subject__startswith=f"country:{COUNTRY}:")
        # The seat that was taken is counted still, the two that were held are not.
        assert {row.subject: row.used for row in rows if not row.subject.endswith(":x")} == {
            f"country:{COUNTRY}:{make.COURSE}": 1,
            f"country:{COUNTRY}:other-0": 0,
            f"country:{COUNTRY}:other-1": 0,
        }

    def test_leaves_a_fund_that_the_check_finds_in_order(self):
        assert api.check_funds() == ()
        api.retire_person(LEAVER, at=make.EVE)
        assert api.check_funds() == ()

    def test_leaves_every_sum_as_it_was(self):
        before = books()
        api.retire_person(LEAVER, at=make.EVE)
        assert books() == before

    def test_waits_for_nothing_any_more(self):
        api.retire_person(LEAVER, at=make.EVE)
        assert {one.state for one in api.list_applications(LEAVER)} == {"approved", "withdrawn"}
        assert not models.PriceLock.objects.filter(live_key__isnull=False, user_id=LEAVER).exists()

    def test_frees_the_money_of_a_seat_that_they_do_not_take(self):
        api.retire_person(LEAVER, at=make.EVE)
        held = models.WaiverGrant.objects.filter(user_id=LEAVER, state="reserved")
        for grant in held:
            api.release_grant(grant.uuid, at=make.EVE, reason="lapsed")
        assert api.fund_balance("USD").reserved == Money("15.00", "USD")
        assert models.QuotaUse.objects.filter(subject=f"person:{LEAVER}").exists()

    def test_keeps_policy_lists_and_codes_of_their_decisions(self):
        api.retire_person(LEAVER, at=make.EVE)
        row = models.WaiverDecision.objects.filter(user_id=LEAVER).first()
        assert (row.policy, row.version, row.editions) == (
            make.SLUG, 1, ["LDC-1", "LLDC-1", "SIDS-1"],
        )  # fmt: skip
        assert row.codes == ["LIST_MEMBER"]
        assert decisions.get_facts(row) is None

    def test_takes_nothing_of_anybody_else_along(self):
        api.retire_person(LEAVER, at=make.EVE)
        assert models.DecisionFacts.objects.get().country == "UG"

    def test_can_be_retired_again(self):
        first = api.retire_person(LEAVER, at=make.EVE)
        again = api.retire_person(LEAVER, at=make.EVE + timedelta(days=1))
        assert first["facts of decisions"] == 7
        assert {name: rows for name, rows in again.items() if rows and name != "orders"} == {}

    def test_is_forgotten_when_the_platform_says_so(self):
        handlers.forget_person(sender=object(), user=SimpleNamespace(pk=LEAVER), extra="ignored")
        assert not models.DecisionFacts.objects.filter(decision__user_id=LEAVER).exists()

    def test_can_still_come_back_while_the_retirement_is_pending(self, state):
        state[LEAVER] = "PENDING"
        before = books()
        with pytest.raises(CoolingOff, match="can be called off"):
            api.retire_person(LEAVER, at=make.EVE)
        assert (books(), found(WORDS)) == (before, found(WORDS))
        state[LEAVER] = "RETIRING_LMS"
        api.retire_person(LEAVER, at=make.EVE)
        assert found(WORDS) == set()

    def test_is_not_half_forgotten(self, monkeypatch):
        def fails(user_id, at):
            raise RuntimeError(user_id, at)

        steps = dict(retiring.STEPS)
        monkeypatch.setattr(retiring, "STEPS", {**steps, "last": fails})
        before = found(WORDS)
        with pytest.raises(RuntimeError):
            api.retire_person(LEAVER, at=make.EVE)
        assert found(WORDS) == before


def test_another_app_adds_its_step_before_the_facts_go(monkeypatch):
    monkeypatch.setattr(retiring, "STEPS", dict(retiring.STEPS))
    seen = []
    api.forget_also("badges", lambda user_id, at: len(seen) or seen.append((user_id, at)) or 1)
    assert api.retire_person(5, at=make.EVE)["badges"] == 1
    assert list(retiring.STEPS)[-2:] == ["badges", "facts of decisions"]
    assert seen == [(5, make.EVE)]


def run(*words):
    out, code = StringIO(), 0
    try:
        call_command("waiver_policy_retire", *words, stdout=out)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return code, out.getvalue()


@pytest.mark.usefixtures("history")
class TestTheCommand:
    def test_tells_how_many_rows_each_step_took(self):
        code, told = run(str(LEAVER))
        assert (code, "messages: 2\n" in told, "facts of decisions: 7\n" in told) == (0, True, True)

    def test_refuses_with_1_while_the_retirement_is_pending(self, state):
        state[LEAVER] = "PENDING"
        assert run(str(LEAVER))[0] == 1

    def test_finds_nothing_for_somebody_who_left_nothing(self):
        code, told = run("123456")
        assert (code, set(told.split(": ")[1::2])) <= (0, {"0"}) or "facts of decisions: 0" in told


def test_every_table_with_words_of_people_is_annotated_as_such():
    for model in written():
        doc = model.__doc__
        has_words = model in (
            models.AdministrationFocalPoint, models.ApplicationDocument,
            models.ApplicationMessage, models.Applying, models.ChangeOfCountry,
            models.CountryEvidence, models.DecisionFacts, models.Nomination, models.Notice,
            models.PriceLock, models.ReviewerOrganisation, models.StatedFact,
            models.WaiverApplication,
        )  # fmt: skip
        assert ("pii_retirement: local_api" in doc) == has_words, model


def test_facts_are_deleted_by_forgetting_only():
    make.programme()
    make.grant(1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM waiver_policy_decisionfacts")
        assert cursor.fetchone() == (1,)
    assert models.DecisionFacts.objects.filter(decision__user_id=2).forget() == 0
    assert models.DecisionFacts.objects.filter(decision__user_id=1).forget() == 1


def test_what_waits_for_a_second_person_or_an_answer_is_withdrawn_as_well(settings, sell):
    make.programme()
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"USD": "100.00"}
    sell(worth_of=lambda code: [Money("5000.00", "USD")])
    waits = make.apply(LEAVER)
    api.take(waits.uuid, by=9, at=make.EVE)
    api.approve(waits.uuid, by=9, reason=WORDS, at=make.EVE, award=Percent(50))
    asked = make.apply(LEAVER, offering="another")
    api.ask_for_more(asked.uuid, by=9, question=WORDS, at=make.EVE)

    api.retire_person(LEAVER, at=make.EVE)

    rows = models.WaiverApplication.objects.filter(user_id=LEAVER)
    assert {row.state for row in rows} == {"withdrawn"}
    left = rows.values_list("awaiting_by", "awaiting_bp", "assigned_to", "asked_at", "answer_until")
    assert set(left) == {(None,) * 5}
    assert not found(WORDS)


def accept(nomination):
    return api.accept_nomination(nomination.uuid, by=nomination.user_id, at=make.EVE)


class TestSomebodyWhomAStateHasNamed:
    @pytest.fixture(autouse=True)
    def call(self):
        make.programme()
        make.call()
        make.focal_point()

    def counted(self):
        return list(models.NominationUse.objects.order_by("key").values("key", "full"))

    def test_leaves_nothing_that_tells_which_state_and_what_was_approved_stays_counted(self):
        # given
        ana = make.nominate("ana")
        api.approve(accept(ana).uuid, by=9, reason="So.", at=make.EVE)
        before = self.counted()

        # when
        api.retire_person(ana.user_id, at=make.EVE)

        # then
        row = models.Nomination.objects.get()
        assert (row.state, row.country, row.administration) == ("approved", "", "")
        assert "LA" not in (row.live_rank or "")
        assert (self.counted(), [one["full"] for one in before]) == (before, [1, 1])

    @pytest.mark.parametrize(
        "answer", [accept, lambda _nomination: None], ids=["accepted", "silent"]
    )
    def test_takes_no_seat_of_the_state_if_nobody_has_decided_yet(self, answer):
        # given
        ana = make.nominate("ana")
        answer(ana)

        # when
        api.retire_person(ana.user_id, at=make.EVE)

        # then
        row = models.Nomination.objects.get()
        assert (row.state, row.ended_at, row.country) == ("declined", make.EVE, "")
        assert {one["full"] for one in self.counted()} == {0}
        assert {one.state for one in api.list_applications(ana.user_id)} <= {"withdrawn"}
        assert make.nominate("ben").rank == ana.rank

    def test_takes_no_seat_for_any_event(self):
        # given
        make.call("other")
        models.NominationCall.objects.filter(offering_code="other").update(event_on="2028-01-01")
        ana = make.nominate("ana")
        accept(make.nominate("ana", offering="other"))

        # when
        api.retire_person(ana.user_id, at=make.EVE)

        # then
        assert {row.state for row in models.Nomination.objects.all()} == {"declined"}
        assert [one["full"] for one in self.counted()] == [0, 0, 0, 0]

    def test_is_forgotten_also_when_the_event_was_moved_to_another_year(self):
        # given
        ana = make.nominate("ana")
        models.NominationCall.objects.update(event_on="2028-01-01")

        # when
        api.retire_person(ana.user_id, at=make.EVE)

        # then
        assert models.Nomination.objects.get().country == ""

    def test_ends_no_nomination_of_anybody_else_and_none_twice(self):
        # given
        make.focal_point(101, "NP")
        eva, ana = make.nominate("eva", by=101), make.nominate("ana")

        # when
        first = api.retire_person(ana.user_id, at=make.EVE)
        again = api.retire_person(ana.user_id, at=make.EVE + timedelta(days=1))

        # then
        assert api.get_nomination(eva.uuid) == eva
        assert (first["nominations"], again["nominations"]) == (1, 0)
        assert models.Nomination.objects.get(user_id=ana.user_id).ended_at == make.EVE


TELLING_CAPS = (
    "{scope: country, period: P12M, limit: 99}",
    "{scope: country, period: lifetime, limit: 99, unit: persons}",
    "{scope: country, period: year, limit: 99}",
    "{scope: institution, period: P12M, limit: 99}",
    "{scope: person, period: P12M, limit: 99}",
)
OTHERS = (2, 3, 4)


def caps_of(most):
    """The same limits with another number."""
    text = ", ".join(TELLING_CAPS).replace("99", str(most))
    document = make.policy_text(make.LDC_FREE, extra=f"  caps: [{text}]\n")
    return read_policies(document, file="policy.yaml")[0].caps


def answers():
    """What each limit would say to everybody who stays, with every number that matters."""
    claims = [
        Claim(user_id=one, country=country, offering_code="next", day=day, cost=None, label="ldc")
        for one in OTHERS
        for country in ("UG", "HT")
        for day in (make.EVE.date(), make.EVE.date() + timedelta(days=366))
    ]
    asked = [
        (most, cap, claim, quotas.subject(cap, claim))
        for most in range(1, 6)
        for cap in caps_of(most)
        for claim in claims
        if quotas.counter(cap) is None  # the others are counters, which are compared below
    ]
    uses = limits._uses(sorted({subject for *_, subject in asked}), lock=False)
    return [quotas.fits(cap, uses.get(subject, []), claim) for _, cap, claim, subject in asked]


class TestASeatOfSomebodyWhoHasLeft:
    @pytest.fixture(autouse=True)
    def limited(self):
        make.lists()
        make.credit("6000.00")
        extra = f"  caps: [{', '.join(TELLING_CAPS)}]\n"
        make.policy(make.policy_text(make.LDC_FREE, extra=extra))

    def seat(self, person, country="UG", *, number=0, end="commit"):
        found = make.grant(person, country=country, offering=f"seat-{number}")
        if end == "commit":
            api.commit_grant(found.uuid, at=make.EVE)
        if end == "release":
            api.release_grant(found.uuid, at=make.EVE, reason="given up")
        return found

    def rows(self):
        return list(models.QuotaUse.objects.values_list("pk", "subject", "user_id", "grant"))

    def test_is_counted_by_a_row_that_stands_beside_none_of_theirs(self):
        # given
        self.seat(1), self.seat(2)
        before = {pk for pk, *_ in self.rows()}

        # when
        api.retire_person(1, at=make.EVE)

        # then
        fresh = {pk: subject for pk, subject, user_id, _grant in self.rows() if user_id < 0}
        assert sorted(fresh.values()) == [
            "country:UG", "country:UG:2026", "institution:-",
        ]  # fmt: skip
        assert not before & fresh.keys()
        assert all(
            abs(pk - other) > 1000 for pk in fresh for other, *_ in self.rows() if pk != other
        )
        # and the next one's rows stand where they would have stood
        self.seat(3)
        assert max(pk for pk, *_ in self.rows()) < 1000

    @pytest.mark.parametrize("end", ["hold", "release"])
    def test_that_counts_no_more_leaves_no_row_that_tells(self, end):
        self.seat(1, end=end)
        api.retire_person(1, at=make.EVE)
        assert {subject for _pk, subject, *_ in self.rows()} == {"person:1"}
        assert api.check_funds() == ()

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([(1, "UG"), (1, "UG"), (2, "UG"), (3, "HT"), (4, "UG")]),
                st.sampled_from(("commit", "release")),
            ),
            max_size=6,
        )
    )  # fmt: skip
    def test_counts_for_everybody_else_as_before(self, seats):
        with transaction.atomic():
            # given
            for number, ((person, country), end) in enumerate(seats):
                self.seat(person, country, number=number, end=end)
            counted = list(models.QuotaSubject.objects.order_by("pk").values())
            before = answers()

            # when
            api.retire_person(1, at=make.EVE)

            # then
            assert answers() == before
            assert list(models.QuotaSubject.objects.order_by("pk").values()) == counted
            assert api.check_funds() == ()
            transaction.set_rollback(True)


class TestALostRace:
    """Somebody else had the lock: MariaDB has undone all of it."""

    @pytest.fixture
    def tries(self, monkeypatch):
        seen = []

        def loses_once(user_id, at):
            seen.append(user_id)
            if len(seen) == 1:
                raise OperationalError(1213, "Deadlock found when trying to get lock")
            return 1

        monkeypatch.setattr(retiring, "STEPS", {**retiring.STEPS, "last": loses_once})
        return seen

    @pytest.mark.django_db(transaction=True)
    def test_is_run_again(self, tries):
        assert api.retire_person(LEAVER, at=make.EVE)["last"] == 1
        assert tries == [LEAVER] * 2

    def test_is_left_to_who_has_begun_a_transaction(self, tries):
        with pytest.raises(OperationalError), transaction.atomic():
            api.retire_person(LEAVER, at=make.EVE)
        assert tries == [LEAVER]
