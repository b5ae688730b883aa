"""Nominations by an administration: the numbers, the ranking, the deadline, the person's word."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from factories import papers
from factories import waiver_policy as make
from fairgate import clock
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.data import DocumentKind
from waiver_policy.exceptions import (
    CallFault,
    CallInUse,
    InvalidNomination,
    InvalidReview,
    NominationClosed,
    NominationFault,
    OutOfTurn,
    PolicyNotUsable,
    ReviewFault,
    UnknownNomination,
    WaiverError,
)
from waiver_policy.selectors import decisions, replaying

pytestmark = pytest.mark.django_db

LATE = make.CLOSES
TICKET, ALLOWANCE = "air_ticket", "daily_allowance"


@pytest.fixture(autouse=True)
def programme():
    make.programme()
    make.call()
    make.focal_point()


def refused(fault, **told):
    before = models.Nomination.objects.count()
    with pytest.raises(InvalidNomination) as error, transaction.atomic():
        make.nominate(**told)
    assert error.value.fault is fault
    assert models.Nomination.objects.count() == before


def uses(kind="state"):
    found = models.NominationUse.objects.filter(key__startswith=kind)
    return list(found.values_list("full", "partial", "tickets"))


def user(name):
    return User.objects.get(username=name).pk


def accept(nomination):
    return api.accept_nomination(nomination.uuid, by=nomination.user_id, at=make.EVE)


# Who, when, for what


def test_a_nomination_names_a_person_a_kind_and_a_rank():
    found = make.nominate("ana")
    assert (found.user_id, found.kind, found.item, found.rank, found.state) == (
        user("ana"), "full", "", 1, "nominated",
    )  # fmt: skip
    assert (found.country, found.administration) == ("LA", "Administration of LA")


@pytest.mark.parametrize("told", ["ana", " ana ", "ana@example.org", "ANA@EXAMPLE.ORG"])
def test_a_person_is_found_by_user_name_or_address(told):
    make.person("ana")
    found = api.nominate(make.COURSE, by=100, person=told, kind="full", rank=1, at=make.EVE)
    assert found.user_id == user("ana")


def test_who_is_not_known_or_not_one_person_is_not_nominated():
    make.person("gone", is_active=False)
    twins = [make.person("ana"), make.person("ben")]
    User.objects.filter(pk__in=twins).update(email="twin@example.org")
    for told in ("nobody", "", " ", "gone", "twin@example.org"):
        with pytest.raises(InvalidNomination, match="There is no account"):
            api.nominate(make.COURSE, by=100, person=told, kind="full", rank=1, at=make.EVE)
    assert not models.Nomination.objects.exists()


def test_only_a_focal_point_nominates():
    refused(NominationFault.NO_FOCAL_POINT, by=101)
    models.AdministrationFocalPoint.objects.update(is_active=False)
    refused(NominationFault.NO_FOCAL_POINT)


def test_nobody_nominates_themselves():
    models.AdministrationFocalPoint.objects.update(user_id=make.person("ana"))
    refused(NominationFault.OWN, name="ana", by=user("ana"))


def test_too_early_and_too_late_is_refused():
    models.NominationCall.objects.update(opens_at=make.EVE + timedelta(seconds=1))
    refused(NominationFault.NOT_OPEN)
    refused(NominationFault.TOO_LATE, at=LATE)
    last = LATE - timedelta(microseconds=1)
    assert make.nominate(at=last).state == "nominated"


def test_there_is_no_nomination_without_a_call():
    refused(NominationFault.NOT_OPEN, offering="other")


def test_only_a_state_of_the_list_nominates():
    models.NominationCall.objects.update(countries=["NP"])
    refused(NominationFault.STATE_NOT_ELIGIBLE)
    make.focal_point(101, "NP")
    assert make.nominate(by=101).country == "NP"


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"kind": "half"}, NominationFault.UNKNOWN_KIND),
        ({"kind": "partial"}, NominationFault.NO_ITEM),
        ({"kind": "partial", "item": "hotel"}, NominationFault.NO_ITEM),
        ({"rank": 0}, NominationFault.RANK_MISSING),
        ({"rank": 100}, NominationFault.RANK_MISSING),
    ],
)
def test_what_the_policy_does_not_give_cannot_be_nominated_for(told, fault):
    refused(fault, **told)


# One full or two partial


def test_a_state_has_one_full():
    make.nominate("ana")
    refused(NominationFault.STATE_FULL, name="ben", rank=2)
    assert uses() == [(1, 0, 0)]


def test_a_state_has_two_partial_and_no_third():
    make.nominate("ana", kind="partial", item=TICKET)
    make.nominate("ben", kind="partial", item=ALLOWANCE, rank=2)
    refused(NominationFault.STATE_FULL, name="eva", kind="partial", item=TICKET, rank=3)
    assert uses() == [(0, 2, 1)]


def test_k29_a_full_one_and_a_partial_one_are_not_mixed():
    make.nominate("ana", kind="partial", item=TICKET)
    refused(NominationFault.STATE_FULL, name="ben", rank=2)
    other = make.focal_point(101, "NP")
    make.nominate("eva", by=other)
    refused(NominationFault.STATE_FULL, name="leo", by=other, kind="partial", item=TICKET, rank=2)


def test_of_two_partial_ones_at_least_one_is_an_air_ticket():
    make.nominate("ana", kind="partial", item=ALLOWANCE)
    refused(NominationFault.TICKET_NEEDED, name="ben", kind="partial", item=ALLOWANCE, rank=2)
    make.nominate("ben", kind="partial", item=TICKET, rank=2)
    assert uses() == [(0, 2, 1)]


def test_each_state_and_event_is_counted_by_itself():
    make.call("other")
    make.focal_point(101, "NP")
    for number, told in enumerate([{}, {"by": 101}, {"offering": "other"}]):
        make.nominate(f"n{number}", **told)
    assert uses() == [(1, 0, 0)] * 3


def test_a_person_is_nominated_once_in_a_financial_year():
    make.call("other")
    make.nominate("ana")
    refused(NominationFault.PERSON_FULL, name="ana", offering="other")
    models.NominationCall.objects.filter(offering_code="other").update(event_on=date(2028, 1, 1))
    assert make.nominate("ana", offering="other").state == "nominated"


def test_a_person_may_be_nominated_for_two_partial_ones_in_a_year():
    for code in ("second", "third"):
        make.call(code)
    for code in (make.COURSE, "second"):
        make.nominate("ana", offering=code, kind="partial", item=TICKET)
    refused(NominationFault.PERSON_FULL, name="ana", offering="third", kind="partial", item=TICKET)


def test_the_financial_year_begins_in_the_month_of_the_operator(settings):
    settings.WAIVER_POLICY_FINANCIAL_YEAR_STARTS = 4
    make.call("other")
    models.NominationCall.objects.filter(offering_code="other").update(event_on=date(2027, 4, 1))
    make.nominate("ana")
    assert make.nominate("ana", offering="other").state == "nominated"


class TestACallThatSomebodyIsNominatedFor:
    LATER = date(2028, 2, 15)

    def kept(self):
        return models.NominationCall.objects.values().get(offering_code=make.COURSE)

    def test_is_not_moved_to_another_financial_year(self):
        # given
        ana, before = make.nominate("ana"), self.kept()

        # when
        with pytest.raises(CallInUse, match="stays in its financial year") as error:
            open_call(event_on=self.LATER)

        # then
        assert (error.value.fault, self.kept()) == (CallFault.OTHER_YEAR, before)
        api.withdraw_nomination(ana.uuid, by=100, at=make.EVE)
        assert uses("person") == [(0, 0, 0)]

    def test_is_moved_within_the_year_as_the_operator_counts_it(self, settings):
        settings.WAIVER_POLICY_FINANCIAL_YEAR_STARTS = 4
        make.nominate("ana")
        assert open_call(event_on=date(2027, 3, 31)).event_on == date(2027, 3, 31)
        with pytest.raises(CallInUse):
            open_call(event_on=date(2027, 4, 1))

    def test_is_moved_once_every_nomination_has_ended(self):
        ana = make.nominate("ana")
        api.decline_nomination(ana.uuid, by=ana.user_id, at=make.EVE)
        assert open_call(event_on=self.LATER).event_on == self.LATER
        make.call("other")
        assert make.nominate("ana", offering="other").state == "nominated"
        assert make.nominate("ana").state == "nominated"
        assert uses("person") == [(1, 0, 0), (1, 0, 0)]

    @pytest.mark.parametrize(("limited", "other"), [(True, False), (False, True)])
    def test_keeps_a_policy_that_counts_persons_or_does_not(self, limited, other):
        # given
        self.new_version(limits_persons=limited)
        open_call()
        make.nominate("ana")
        before = self.kept()

        # when
        self.new_version(limits_persons=other)
        with pytest.raises(CallInUse, match="still limits persons, or still does not") as error:
            open_call()

        # then
        assert (error.value.fault, self.kept()) == (CallFault.OTHER_COUNT, before)

    def new_version(self, *, limits_persons):
        cap = "  - {scope: person, period: financial_year, any_of: [{full: 1}, {partial: 2}]}\n"
        text = make.FELLOWSHIP if limits_persons else make.FELLOWSHIP.replace(cap, "")
        text = text.replace("title: Fellowship", f"title: {limits_persons}")
        api.load_policy(text, file="fellowship.yaml", by="operator", at=make.LONG_AGO)

    def test_is_not_moved_in_the_admin_either(self, client):
        # given
        make.nominate("ana")
        client.force_login(User.objects.create_superuser("root"))
        call = models.NominationCall.objects.get()
        before = self.kept()
        told = {
            "offering_code": call.offering_code, "policy_version": call.policy_version_id,
            "opens_at_0": "2026-01-01", "opens_at_1": "00:00", "closes_at_0": "2026-11-30",
            "closes_at_1": "00:00", "countries": "[]",
        }  # fmt: skip
        address = reverse("admin:waiver_policy_nominationcall_change", args=[call.pk])

        # when
        page = client.post(address, {**told, "event_on": "2028-02-15"})

        # then
        assert "The day of the event stays in its financial year" in page.content.decode()
        assert self.kept() == before

        # when
        page = client.post(address, {**told, "event_on": "2027-02-16"})

        # then
        assert (page.status_code, self.kept()["event_on"]) == (302, date(2027, 2, 16))


def test_a_person_is_nominated_by_one_state_only():
    make.focal_point(101, "NP")
    make.nominate("ana", kind="partial", item=TICKET)
    refused(NominationFault.ALREADY_NOMINATED, name="ana", by=101, kind="partial", item=TICKET)
    assert uses() == [(0, 1, 1)]


def test_a_rank_is_given_once():
    make.nominate("ana", kind="partial", item=TICKET)
    refused(NominationFault.RANK_TAKEN, name="ben", kind="partial", item=TICKET)


def another_policy(*, of_state="{full: 1}, {partial: 2", of_person="{full: 1}, {partial: 2}"):
    """The policy of fellowships with other numbers: its newest version decides from now on."""
    text = make.FELLOWSHIP.replace("{full: 1}, {partial: 2, ", f"{of_state}, ")
    text = text.replace("year, any_of: [{full: 1}, {partial: 2}]", f"year, any_of: [{of_person}]")
    assert text != make.FELLOWSHIP
    api.load_policy(text, file="fellowship.yaml", by="operator", at=make.LONG_AGO)


def open_call(offering=make.COURSE, *, event_on=make.EVENT_ON, closes_at=make.CLOSES):
    return api.open_call(
        offering, policy="fellowship", opens_at=make.LONG_AGO, closes_at=closes_at,
        event_on=event_on,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("closes_at", "fault"),
    [
        (datetime(2026, 11, 29, tzinfo=UTC), None),
        (datetime(2026, 11, 29, 0, 0, 1, tzinfo=UTC), "until 2026-11-28"),
        (make.LONG_AGO, "cannot close at"),
    ],
)
def test_a_call_takes_no_nomination_after_the_last_day_of_its_policy(closes_at, fault):
    text = make.FELLOWSHIP.replace("before: event", 'date: "2026-11-28"')
    api.load_policy(text, file="fellowship.yaml", by="operator", at=make.LONG_AGO)
    if fault is None:
        assert open_call("other", closes_at=closes_at).closes_at == closes_at
        return
    with pytest.raises(PolicyNotUsable, match=fault):
        open_call("other", closes_at=closes_at)


def test_a_call_that_gets_a_larger_quota_takes_more_and_no_more_than_it_says():
    make.nominate("ana")
    another_policy(of_state="{full: 2}, {partial: 2")
    open_call()
    assert make.nominate("ben", rank=2).state == "nominated"
    refused(NominationFault.STATE_FULL, name="eva", rank=3)
    assert uses() == [(2, 0, 0)]


def test_a_call_that_gets_a_smaller_quota_keeps_what_counts_and_takes_no_more():
    another_policy(of_state="{full: 3}, {partial: 2")
    open_call()
    ana = make.nominate("ana")
    make.nominate("ben", rank=2), make.nominate("eva", rank=3)
    another_policy(of_state="{full: 1}, {partial: 1")
    open_call()
    refused(NominationFault.STATE_FULL, name="leo", rank=4)
    api.withdraw_nomination(ana.uuid, by=100, at=make.EVE)
    assert uses() == [(2, 0, 0)]
    refused(NominationFault.STATE_FULL, name="leo", rank=4)


def test_each_of_two_policies_decides_by_its_own_number_about_one_person():
    another_policy(of_person="{full: 2}, {partial: 2}")
    for code in ("larger", "late"):
        open_call(code)
    ana = make.nominate("ana")  # under the older one, which allows one a year
    make.nominate("ana", offering="larger")
    refused(NominationFault.PERSON_FULL, name="ana", offering="late")
    assert uses("person") == [(2, 0, 0)]
    api.withdraw_nomination(ana.uuid, by=100, at=make.EVE)
    assert uses("person") == [(1, 0, 0)]
    assert make.nominate("ana", offering="late").state == "nominated"
    refused(NominationFault.PERSON_FULL, name="ana")


def test_a_larger_number_of_another_policy_is_no_way_past_the_guard_of_the_database(monkeypatch):
    make.nominate("ana")
    monkeypatch.setattr("waiver_policy.rules.nominations.fits", lambda quota, used: True)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.nominate("ben", rank=2)
    assert uses() == [(1, 0, 0)]


def test_the_database_holds_the_numbers_whatever_the_program_does():
    make.nominate("ana")
    for wrong in ({"full": 2}, {"partial": 1}, {"partial": 3, "full": 0}, {"full": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.NominationUse.objects.filter(key__startswith="state").update(**wrong)


# Taken back


def test_what_is_withdrawn_before_the_deadline_is_free_again():
    ana = make.nominate("ana")
    done = api.withdraw_nomination(ana.uuid, by=100, at=make.EVE)
    assert (done.state, uses(), uses("person")) == ("withdrawn", [(0, 0, 0)], [(0, 0, 0)])
    assert make.nominate("ben").state == "nominated"


def test_after_the_deadline_nothing_is_withdrawn_or_replaced():
    ana = make.nominate("ana")
    with pytest.raises(InvalidNomination, match="deadline"):
        api.withdraw_nomination(ana.uuid, by=100, at=LATE)
    refused(NominationFault.TOO_LATE, name="ben", instead_of=ana.uuid, at=LATE)
    assert api.get_nomination(ana.uuid) == ana


def test_another_takes_the_place_and_the_rank_in_one_step():
    ana = make.nominate("ana")
    ben = make.nominate("ben", instead_of=ana.uuid)
    assert api.get_nomination(ana.uuid).state == "replaced"
    assert (ben.rank, uses()) == (1, [(1, 0, 0)])


def test_who_cannot_be_nominated_replaces_nobody():
    ana = make.nominate("ana")
    refused(NominationFault.UNKNOWN_KIND, name="ben", kind="half", instead_of=ana.uuid)
    make.call("other")
    make.focal_point(101, "NP")
    make.nominate("eva", by=101, offering="other")
    refused(NominationFault.PERSON_FULL, name="eva", instead_of=ana.uuid)
    assert api.get_nomination(ana.uuid) == ana
    assert uses()[0] == (1, 0, 0)


def test_another_state_cannot_touch_a_nomination():
    ana = make.nominate("ana")
    make.focal_point(101, "NP")
    with pytest.raises(UnknownNomination):
        api.withdraw_nomination(ana.uuid, by=101, at=make.EVE)
    with pytest.raises(UnknownNomination):
        make.nominate("ben", by=101, instead_of=ana.uuid)
    assert api.get_nomination(ana.uuid) == ana


def test_a_nomination_for_another_event_is_not_replaced():
    # given
    make.call("other")
    ana = make.nominate("ana", offering="other")

    # when
    with pytest.raises(UnknownNomination, match=str(ana.uuid)), transaction.atomic():
        make.nominate("ben", instead_of=ana.uuid)

    # then
    assert api.get_nomination(ana.uuid) == ana
    assert models.Nomination.objects.count() == 1
    assert uses() == [(1, 0, 0)]


def test_a_nomination_that_is_not_there_is_not_found():
    for call in (api.withdraw_nomination, api.accept_nomination, api.decline_nomination):
        with pytest.raises(UnknownNomination):
            call(uuid4(), by=100, at=make.EVE)
    with pytest.raises(UnknownNomination):
        api.get_nomination(uuid4())


def test_what_is_withdrawn_takes_its_application_along():
    ana = make.nominate("ana")
    applied = accept(ana)
    api.withdraw_nomination(ana.uuid, by=100, at=make.EVE)
    assert api.get_application(applied.uuid).state == "withdrawn"
    with pytest.raises(NominationClosed):
        api.withdraw_nomination(ana.uuid, by=100, at=make.EVE)


@pytest.fixture
def written(settings, tmp_path):
    """An accepted nomination with everything that its person has said and sent."""
    settings.WAIVER_POLICY_DOCUMENTS = {"OPTIONS": {"location": str(tmp_path / "papers")}}
    settings.WAIVER_POLICY_DOCUMENT_KEYS = [Fernet.generate_key().decode()]
    ana = make.nominate("ana")
    applied = accept(ana)
    models.WaiverApplication.objects.update(note="I teach.", organisation="Radio School")
    api.ask_for_more(applied.uuid, by=9, question="Where?", at=make.EVE)
    api.answer(applied.uuid, by=ana.user_id, text="In Suva.", at=make.EVE)
    send_paper(applied)
    return ana


def send_paper(applied):
    api.add_document(
        applied.uuid, by=applied.user_id, kind=DocumentKind.SCHOOL_LETTER, content=papers.pdf(),
        at=make.EVE,
    )  # fmt: skip


def take_back(nomination):
    api.withdraw_nomination(nomination.uuid, by=100, at=make.EVE)


def replace(nomination):
    make.nominate("ben", instead_of=nomination.uuid)


by_the_state = pytest.mark.parametrize("end", [take_back, replace])


@by_the_state
def test_what_its_person_had_said_and_sent_goes_with_it(written, end):
    # when
    end(written)

    # then
    row = models.WaiverApplication.objects.get()
    assert (row.state, row.note, row.organisation) == ("withdrawn", "", "")
    assert {one.text for one in api.list_messages(row.uuid)} == {""}
    (paper,) = api.list_documents(row.uuid)
    assert (paper.deleted_at, paper.delete_reason) == (make.EVE, "withdrawn")
    assert row.document_count == 0


@by_the_state
def test_an_appeal_that_the_state_ends_leaves_the_refusal_with_what_it_was_about(written, end):
    # given
    (applied,) = api.list_applications(written.user_id)
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    api.appeal(applied.uuid, by=written.user_id, text="But.", at=make.EVE)

    # when
    end(written)

    # then
    left = api.get_application(applied.uuid)
    assert (left.state, left.reason, left.note) == ("refused", "No.", "I teach.")
    said = [one.text for one in api.list_messages(applied.uuid)]
    assert said == ["Where?", "In Suva.", ""]
    assert [one.deleted_at for one in api.list_documents(applied.uuid)] == [None]


@by_the_state
@pytest.mark.parametrize("answer", [accept, lambda _nomination: None], ids=["accepted", "silent"])
def test_who_was_nominated_is_told_by_mail_when_it_is_taken_back(
    end, answer, django_capture_on_commit_callbacks, settings
):
    # given
    settings.WAIVER_POLICY_SITE_URL = "https://learn.example.org"
    ana = make.nominate("ana")
    answer(ana)

    # when
    with django_capture_on_commit_callbacks(execute=True):
        end(ana)

    # then
    (sent,) = [one for one in mail.outbox if one.to == ["ana@example.org"]]
    assert sent.subject == "Your nomination has ended"
    assert "has taken the nomination back" in sent.body
    assert f"https://learn.example.org/fairgate/waivers/nomination/{ana.uuid}/" in sent.body
    assert "LA" not in sent.subject + sent.body.replace("LAST", "")


def test_who_declines_is_told_nothing(django_capture_on_commit_callbacks):
    ana = make.nominate("ana")
    with django_capture_on_commit_callbacks(execute=True):
        api.decline_nomination(ana.uuid, by=ana.user_id, at=make.EVE)
    assert mail.outbox == []


# The person's word


def test_who_accepts_has_an_application_by_nomination():
    ana = make.nominate("ana")
    applied = accept(ana)
    assert (applied.state, applied.country, applied.proposed) == (
        "submitted", "LA", Percent(100),
    )  # fmt: skip
    assert api.get_nomination(ana.uuid).state == "accepted"
    kept = models.WaiverDecision.objects.get(applications__uuid=applied.uuid)
    assert (kept.policy, kept.facts.inputs["country_basis"]) == ("fellowship", "nominating_state")
    assert kept.facts.inputs["facts"]["requested"] == "full"
    assert replaying.replay(kept) == decisions.to_decision(kept)


def test_the_state_that_names_somebody_is_no_country_that_they_have_said():
    ana = make.nominate("ana")  # by LA
    me = make.applicant(ana.user_id, "UG")
    before = api.decide(me, offering_code="another", at=make.EVE)
    accept(ana)
    after = api.decide(me, offering_code="another", at=make.EVE)
    assert (after.outcome, after.reasons) == (before.outcome, before.reasons)


def test_a_nomination_neither_keeps_a_price_nor_ends_one_that_is_kept():
    ana = make.nominate("ana")
    me = make.applicant(ana.user_id, "UG")
    kept = api.keep_price(me, offering_code=make.COURSE, at=make.EVE)
    accept(ana)
    assert api.price_kept(me, offering_code=make.COURSE, at=make.EVE) == kept
    assert models.PriceLock.objects.count() == 1


def test_a_person_decides_how_much_a_partial_one_waives():
    applied = accept(make.nominate("ana", kind="partial", item=TICKET))
    assert applied.proposed is None
    with pytest.raises(InvalidReview, match="which percentage"):
        api.approve(applied.uuid, by=9, reason="So.", at=make.EVE)


def test_who_declines_leaves_room_for_another():
    ana = make.nominate("ana")
    api.decline_nomination(ana.uuid, by=ana.user_id, at=make.EVE)
    assert uses() == [(0, 0, 0)]
    with pytest.raises(NominationClosed, match="declined already"):
        accept(ana)
    assert make.nominate("ana").state == "nominated"


def test_only_the_person_accepts_or_declines():
    ana = make.nominate("ana")
    for call in (api.accept_nomination, api.decline_nomination):
        with pytest.raises(UnknownNomination):
            call(ana.uuid, by=make.person(f"p{call.__name__}"), at=make.EVE)
    assert api.get_nomination(ana.uuid).state == "nominated"


def test_who_accepts_twice_has_one_application():
    ana = make.nominate("ana")
    accept(ana)
    with pytest.raises(NominationClosed, match="accepted already"):
        accept(ana)
    assert models.WaiverApplication.objects.count() == 1


def test_an_own_application_comes_first_and_can_be_withdrawn():
    ana = make.nominate("ana")
    own = make.apply(ana.user_id)
    with pytest.raises(OutOfTurn, match="still open"):
        accept(ana)
    assert api.get_nomination(ana.uuid).state == "nominated"
    api.withdraw(own.uuid, by=ana.user_id, at=make.EVE)
    assert accept(ana).state == "submitted"


# The reviewer


def approve(applied, by=9, at=make.EVE, award=None):
    return api.approve(applied.uuid, by=by, reason="So.", at=at, award=award)


def test_an_approved_nomination_is_a_granted_waiver():
    ana = make.nominate("ana")
    approve(accept(ana))
    assert api.get_nomination(ana.uuid).state == "approved"
    decision = api.decide(make.applicant(ana.user_id, "CH"), offering_code=make.COURSE, at=make.EVE)
    assert (decision.outcome, decision.percent) == ("granted", Percent(100))
    assert uses() == [(1, 0, 0)]


def test_a_refused_nomination_is_free_again():
    ana = make.nominate("ana")
    api.refuse(accept(ana).uuid, by=9, reason="No.", at=make.EVE)
    assert (api.get_nomination(ana.uuid).state, uses()) == ("refused", [(0, 0, 0)])


@pytest.fixture
def two():
    first = make.nominate("ana", kind="partial", item=TICKET)
    second = make.nominate("ben", kind="partial", item=ALLOWANCE, rank=2)
    return first, second


def turn(applied, fault, at=make.EVE):
    with pytest.raises(InvalidReview) as error:
        approve(applied, at=at, award=Percent(50))
    assert error.value.fault is fault


def test_the_higher_rank_is_decided_first(two):
    first, second = two
    late = accept(second)
    turn(late, ReviewFault.RANKED_LATER)
    early = accept(first)
    turn(late, ReviewFault.RANKED_LATER)
    approve(early, award=Percent(50))
    assert approve(late, award=Percent(50)).state == "approved"


def test_after_the_deadline_nobody_waits_for_who_never_answered(two):
    _first, second = two
    late = accept(second)
    assert approve(late, award=Percent(50), at=LATE).state == "approved"


def test_a_lower_rank_can_be_refused_at_any_time(two):
    late = accept(two[1])
    assert api.refuse(late.uuid, by=9, reason="No.", at=make.EVE).state == "refused"


def test_an_allowance_is_approved_when_there_is_an_air_ticket(two):
    first, second = two
    late = accept(second)
    api.decline_nomination(first.uuid, by=first.user_id, at=make.EVE)
    turn(late, ReviewFault.NO_TICKET)
    make.nominate("eva", kind="partial", item=TICKET, rank=3)
    assert approve(late, award=Percent(50)).state == "approved"


def test_nobody_decides_about_what_their_own_administration_has_named():
    applied = accept(make.nominate("ana"))
    make.focal_point(101, "LA")
    for by in (100, 101):
        with pytest.raises(InvalidReview) as error:
            approve(applied, by=by)
        assert error.value.fault is ReviewFault.SAME_ADMINISTRATION


def test_an_appeal_brings_the_nomination_back_if_there_is_room():
    ana = make.nominate("ana")
    applied = accept(ana)
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    ben = make.nominate("ben")
    with pytest.raises(InvalidNomination, match="has used its nominations"):
        api.appeal(applied.uuid, by=ana.user_id, text="But.", at=make.EVE)
    assert api.get_application(applied.uuid).state == "refused"
    api.withdraw_nomination(ben.uuid, by=100, at=make.EVE)
    api.appeal(applied.uuid, by=ana.user_id, text="But.", at=make.EVE)
    assert (api.get_nomination(ana.uuid).state, uses()) == ("accepted", [(1, 0, 0)])
    assert approve(applied, by=8).state == "approved"


def test_who_is_nominated_is_told_by_mail(django_capture_on_commit_callbacks, settings):
    settings.WAIVER_POLICY_SITE_URL = "https://learn.example.org"
    with django_capture_on_commit_callbacks(execute=True):
        ana = make.nominate("ana")
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ana@example.org"], "You have been nominated")
    assert f"https://learn.example.org/fairgate/waivers/nomination/{ana.uuid}/" in sent.body
    assert "LA" not in sent.subject + sent.body.replace("LAST", "")


class Nominating(RuleBasedStateMachine):
    """Two States and three people in any order: no number is ever overdrawn."""

    PEOPLE, STATES = ("ana", "ben", "eva"), {100: "LA", 101: "NP"}

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()

    @initialize()
    def start(self):
        make.focal_point(101, "NP")
        make.call("other")
        for name in self.PEOPLE:
            make.person(name)

    def attempt(self, call):
        try:
            with transaction.atomic():
                return call()
        except WaiverError:
            return None

    def some(self, number):
        found = list(models.Nomination.objects.order_by("id"))
        return api.get_nomination(found[number % len(found)].uuid) if found else None

    @rule(
        name=st.sampled_from(PEOPLE), by=st.sampled_from(sorted(STATES)), rank=st.integers(1, 3),
        what=st.sampled_from([("full", ""), ("partial", TICKET), ("partial", ALLOWANCE)]),
        offering=st.sampled_from([make.COURSE, "other"]), instead=st.none() | st.integers(0, 9),
    )  # fmt: skip
    def nominate(self, name, by, rank, what, offering, instead):
        old = self.some(instead) if instead is not None else None
        self.attempt(lambda: make.nominate(
            name, by=by, kind=what[0], item=what[1], rank=rank, offering=offering,
            instead_of=old.uuid if old else None,
        ))  # fmt: skip

    @rule(number=st.integers(0, 9), what=st.sampled_from(["accept", "decline", "withdraw"]))
    def end(self, number, what):
        one = self.some(number)
        if one is None:
            return
        by = {"LA": 100, "NP": 101}[one.country] if what == "withdraw" else one.user_id
        call = {
            "accept": api.accept_nomination, "decline": api.decline_nomination,
            "withdraw": api.withdraw_nomination,
        }[what]  # fmt: skip
        self.attempt(lambda: call(one.uuid, by=by, at=make.EVE))

    @rule(number=st.integers(0, 9), by=st.integers(7, 9), yes=st.booleans())
    def decide(self, number, by, yes):
        found = list(models.WaiverApplication.objects.order_by("id"))
        if found:
            uuid = found[number % len(found)].uuid
            if yes:
                self.attempt(lambda: api.approve(
                    uuid, by=by, reason="So.", at=make.EVE, award=Percent(50)
                ))  # fmt: skip
            else:
                self.attempt(lambda: api.refuse(uuid, by=by, reason="No.", at=make.EVE))

    @rule(number=st.integers(0, 9))
    def appeal(self, number):
        found = list(models.WaiverApplication.objects.filter(state="refused").order_by("id"))
        if found:
            one = found[number % len(found)]
            self.attempt(lambda: api.appeal(one.uuid, by=one.user_id, text="But.", at=make.EVE))

    @invariant()
    def what_counts_is_what_lives(self):
        live = list(models.Nomination.objects.filter(live_person__isnull=False))
        for key, of in (
            ("state", lambda one: f"state:{one.call_id}:{one.country}"),
            ("person", lambda one: f"person:{one.user_id}:2027"),
        ):
            expected: dict[str, list[int]] = {}
            for one in live:
                row = expected.setdefault(of(one), [0, 0, 0])
                row[0] += one.kind == "full"
                row[1] += one.kind == "partial"
                row[2] += one.item == TICKET
            rows = models.NominationUse.objects.filter(key__startswith=key)
            counted = {
                row.key: [row.full, row.partial, row.tickets]
                for row in rows
                if row.full or row.partial
            }
            assert counted == expected

    @invariant()
    def one_full_or_two_partial(self):
        for full, partial, tickets in uses():
            assert (full, partial) in {(0, 0), (1, 0), (0, 1), (0, 2)}
            assert partial < 2 or tickets

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def test_in_any_order_no_number_is_overdrawn():
    run_state_machine_as_test(
        Nominating,
        settings=settings(
            max_examples=12, stateful_step_count=15, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


# The pages


class TestThePages:
    @pytest.fixture(autouse=True)
    def now(self, sell):
        clock.use(lambda: make.EVE)
        sell(title_of=None, language_of=None)
        yield
        clock.use(None)

    @pytest.fixture
    def focal(self, client):
        found = User.objects.get(pk=make.person("focal"))
        models.AdministrationFocalPoint.objects.update(user_id=found.pk)
        client.force_login(found)
        return found

    def post(self, client, name="nominate", about=make.COURSE, **told):
        address = reverse(f"waiver_policy:{name}", args=[about])
        return client.post(address, told, follow=True).content.decode()

    def test_a_focal_point_nominates_and_the_person_accepts(self, client, focal):
        make.person("ana")
        told = {"person": "ana@example.org", "kind": "full:", "rank": "1"}
        page = self.post(client, **told)
        assert "The person is nominated, and is asked to accept." in page
        assert "<bdi>ana</bdi>" in page
        one = models.Nomination.objects.get()
        client.force_login(User.objects.get(username="ana"))
        mine = client.get(reverse("waiver_policy:mine")).content.decode()
        assert f"/fairgate/waivers/nomination/{one.uuid}/" in mine
        page = self.post(client, "nomination", one.uuid, action="accept")
        assert "Please confirm that what is said is true." in page
        page = self.post(client, "nomination", one.uuid, action="accept", truth="on")
        assert "You have accepted. A reviewer looks at it." in page
        assert models.WaiverApplication.objects.get().truth_version == "2026-11"

    def test_the_person_declines_with_a_button(self, client):
        one = make.nominate("ana")
        client.force_login(User.objects.get(username="ana"))
        page = self.post(client, "nomination", one.uuid, action="decline")
        assert "You have declined the nomination." in page
        page = self.post(client, "nomination", one.uuid, action="accept", truth="on")
        assert "This nomination has ended already; nothing was changed." in page

    def test_what_is_wrong_is_said_and_kept_on_the_page(self, client, focal):
        page = self.post(client, person="nobody", kind="full:", rank="1")
        assert "There is no account with this user name or e-mail address." in page
        assert 'value="nobody"' in page
        page = self.post(client, person="x")
        assert "Please choose a full or a partial nomination." in page
        assert page.count(" autofocus") == 1

    def test_the_form_says_the_numbers_and_the_deadline(self, client, focal):
        page = client.get(reverse("waiver_policy:nominate", args=[make.COURSE])).content.decode()
        assert "1 full or 2 partial nominations for this event, not both." in page
        assert "At least one of the partial ones is for an air ticket." in page

    def test_a_nomination_is_replaced_or_withdrawn_from_the_list(self, client, focal):
        ana = make.nominate("ana", by=focal.pk)
        make.person("ben")
        page = self.post(client, person="ben", kind="full:", rank="1", instead_of=str(ana.uuid))
        assert "replaced" in page
        ben = models.Nomination.objects.get(user_id=user("ben"))
        page = self.post(client, "withdraw_nomination", ben.uuid)
        assert "The nomination is withdrawn." in page
        assert "has ended already" in self.post(client, "withdraw_nomination", ben.uuid)

    def test_one_click_withdraws_nothing(self, client, focal):
        # given
        ana = make.nominate("ana", by=focal.pk)

        # when
        page = client.get(reverse("waiver_policy:nominations")).content.decode()
        (fold,) = re.findall("<details.*?</details>", page, re.DOTALL)

        # then
        address = reverse("waiver_policy:withdraw_nomination", args=[ana.uuid])
        assert address in fold
        assert address not in page.replace(fold, "")
        assert 'Withdraw<span class="fg-visually-hidden"> ana</span></summary>' in fold
        assert "The person is told, and nobody decides about it any more." in fold
        assert 'Withdraw the nomination<span class="fg-visually-hidden"> ana</span>' in fold

    def test_after_the_deadline_there_is_no_form(self, client, focal):
        ana = make.nominate("ana", by=focal.pk)
        clock.use(lambda: LATE)
        page = client.get(reverse("waiver_policy:nominate", args=[make.COURSE])).content.decode()
        assert "Nominations closed:" in page
        assert 'name="person"' not in page
        page = self.post(client, "withdraw_nomination", ana.uuid)
        assert "The deadline for nominations is over; nothing was changed." in page

    def test_a_reviewer_sees_the_ranking(self, client):
        make.nominate("ana", kind="partial", item=TICKET)
        applied = accept(make.nominate("ben", kind="partial", item=ALLOWANCE, rank=2))
        client.force_login(User.objects.get(pk=make.person("reviewer", reviews=True)))
        address = reverse("waiver_policy:review_one", args=[applied.uuid])
        page = client.get(address).content.decode()
        assert '<li value="2"><strong>this one</strong>' in page
        told = {"verdict": "approve", "percent": "50", "reason": "So.", "read": "0"}
        page = client.post(address, told).content.decode()
        assert "The same State has ranked somebody higher, who has to be decided first." in page
