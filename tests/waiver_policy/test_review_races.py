"""What the database decides when several people review, apply or nominate at the same moment."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from django.db import OperationalError, connection

from factories import waiver_policy as make
from races import ISOLATIONS, REPEATABLE_READ, errors, race, values
from waiver_policy import api, compat, models
from waiver_policy.exceptions import (
    ApplicationClosed,
    CallInUse,
    InvalidNomination,
    InvalidReview,
    NominationClosed,
    OutOfTurn,
    UnknownNomination,
)
from waiver_policy.services import nominated, notices

pytestmark = pytest.mark.mariadb

WAYS = pytest.mark.parametrize(
    ("isolation", "atomic"),
    [
        pytest.param(isolation, atomic, id=f"{isolation}, {'outer' if atomic else 'own'}")
        for isolation in ISOLATIONS
        for atomic in (False, True)
    ],
)


def after_reading(call):
    """As a view does under ``ATOMIC_REQUESTS``: something was read, the snapshot is old."""

    def run():
        list(models.WaiverApplication.objects.all())
        list(models.Nomination.objects.all())
        list(models.NominationUse.objects.all())
        list(models.ApplicationStep.objects.all())
        return call()

    return run


@pytest.fixture(autouse=True)
def programme(settings, monkeypatch):
    monkeypatch.setattr(compat, "preferred_language", lambda user_id: "")
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"EUR": "1.00"}
    make.programme()


@pytest.fixture
def proposed():
    applied = make.apply()
    return api.approve(applied.uuid, by=9, reason="Teacher.", at=make.EVE)


def calls(*some):
    return [after_reading(call) for call in some]


def confirm(one, by):
    return partial(api.approve, one.uuid, by=by, reason="Yes.", at=make.EVE)


def refuse(one, by):
    return partial(api.refuse, one.uuid, by=by, reason="No.", at=make.EVE)


@WAYS
def test_of_many_who_confirm_one_does(proposed, isolation, atomic):
    outcomes = race(
        *calls(*(confirm(proposed, by) for by in range(20, 28))), isolation=isolation, atomic=atomic
    )
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {ApplicationClosed}
    assert models.ApplicationStep.objects.filter(action="confirm").count() == 1


@WAYS
def test_a_confirmation_and_a_refusal_are_one_decision(proposed, isolation, atomic):
    outcomes = race(
        *calls(confirm(proposed, 20), refuse(proposed, 21)), isolation=isolation, atomic=atomic
    )
    (done,) = values(outcomes)
    assert {type(error) for error in errors(outcomes)} == {ApplicationClosed}
    assert api.get_application(proposed.uuid).state == done.state
    assert models.ApplicationStep.objects.count() == 3


@WAYS
def test_who_proposes_twice_at_once_does_not_confirm(isolation, atomic):
    applied = make.apply()
    outcomes = race(*calls(*[confirm(applied, 9)] * 8), isolation=isolation, atomic=atomic)
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {InvalidReview}
    assert api.get_application(applied.uuid).state == "proposed"


@WAYS
def test_two_who_approve_at_once_are_the_first_and_the_second(isolation, atomic):
    applied = make.apply()
    outcomes = race(
        *calls(confirm(applied, 8), confirm(applied, 9)), isolation=isolation, atomic=atomic
    )
    assert sorted(one.state for one in values(outcomes)) == ["approved", "proposed"]


@WAYS
def test_of_many_who_take_one_reads_it(isolation, atomic):
    applied = make.apply()
    outcomes = race(
        *calls(*(partial(api.take, applied.uuid, by=by, at=make.EVE) for by in range(20, 28))),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {InvalidReview}


@WAYS
def test_a_withdrawal_and_a_decision_are_not_both(proposed, isolation, atomic):
    withdraw = partial(api.withdraw, proposed.uuid, by=1, at=make.EVE)
    outcomes = race(*calls(withdraw, confirm(proposed, 20)), isolation=isolation, atomic=atomic)
    (done,) = values(outcomes)
    row = models.WaiverApplication.objects.get()
    assert (row.state, row.note == "") == (done.state, done.state == "withdrawn")


@WAYS
def test_one_form_sent_eight_times_at_once_is_one_application(isolation, atomic):
    outcomes = race(
        *calls(*[partial(make.apply, form_token="one")] * 8), isolation=isolation, atomic=atomic
    )
    assert errors(outcomes) == []
    assert len({one.uuid for one in values(outcomes)}) == 1
    assert models.WaiverApplication.objects.count() == 1


@WAYS
def test_one_refusal_is_appealed_once(isolation, atomic):
    applied = make.apply()
    api.refuse(applied.uuid, by=9, reason="No.", at=make.EVE)
    appeal = partial(api.appeal, applied.uuid, by=1, text="But.", at=make.EVE)
    outcomes = race(*calls(*[appeal] * 4), isolation=isolation, atomic=atomic)
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {OutOfTurn}
    assert models.ApplicationMessage.objects.count() == 1


@WAYS
def test_two_bulk_reviews_of_the_same_ones_decide_each_once(isolation, atomic):
    both = [(make.apply(number).uuid, 0) for number in (1, 2, 3, 4)]
    refuse_all = partial(api.review_many, verdict="refuse", reason="No.", at=make.EVE)
    outcomes = race(
        *calls(partial(refuse_all, both, by=8), partial(refuse_all, both[::-1], by=9)),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert errors(outcomes) == []
    done = [one for told in values(outcomes) for one in told if one.error is None]
    assert len(done) == 4
    assert models.ApplicationStep.objects.filter(action="refuse").count() == 4


@WAYS
def test_a_mail_that_several_workers_want_to_send_is_sent_once(isolation, atomic):
    learner = make.person("learner")
    notices.waitlist_served(learner, make.COURSE, key="one", at=make.EVE)
    send = partial(notices.send, "waitlist_served:one", at=make.EVE)
    outcomes = race(*calls(*[send] * 8), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert sorted(values(outcomes)) == [False] * 7 + [True]
    assert models.Notice.objects.get().tries == 1


@pytest.mark.parametrize("column", ["claimed_until", "sent_at"])
def test_a_mail_whose_row_loses_a_race_for_a_lock_is_sent_once_all_the_same(column, mailoutbox):
    learner = make.person("learner")
    notices.waitlist_served(learner, make.COURSE, key="one", at=make.EVE)
    lost = []

    def lose_once(execute, sql, params, many, context):
        writes = sql.startswith("UPDATE `waiver_policy_notice`")
        if writes and f" SET `{column}` =" in sql and not lost:
            lost.append(sql)
            raise OperationalError(1213, "Deadlock found when trying to get lock")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(lose_once):
        assert notices.send("waitlist_served:one", at=make.EVE)
    assert len(lost) == 1
    assert len(mailoutbox) == 1
    assert models.Notice.objects.get().sent_at == make.EVE


# Nominations


@pytest.fixture
def call():
    make.focal_point()
    for name in ("ana", "ben", "eva", "leo"):
        make.person(name)
    return make.call()


def nominate(name, rank, kind="full", item="", by=100):
    return partial(make.nominate, name, by=by, kind=kind, item=item, rank=rank)


def counted():
    return list(
        models.NominationUse.objects.filter(key__startswith="state").values_list("full", "partial")
    )


@WAYS
def test_a_state_that_nominates_four_at_once_has_one_full(call, isolation, atomic):
    names = ("ana", "ben", "eva", "leo")
    outcomes = race(
        *calls(*(nominate(name, rank) for rank, name in enumerate(names, 1))),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {InvalidNomination}
    assert counted() == [(1, 0)]


@WAYS
def test_a_full_and_partial_ones_at_once_are_never_mixed(call, isolation, atomic):
    outcomes = race(
        *calls(
            nominate("ana", 1), nominate("ben", 2, "partial", "air_ticket"),
            nominate("eva", 3, "partial", "air_ticket"),
            nominate("leo", 4, "partial", "air_ticket"),
        ),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert counted() in ([(1, 0)], [(0, 2)])
    assert len(values(outcomes)) == sum(counted()[0])
    assert {type(error) for error in errors(outcomes)} == {InvalidNomination}


@WAYS
def test_two_states_that_name_one_person_at_once_are_one_nomination(call, isolation, atomic):
    make.focal_point(101, "NP")
    outcomes = race(
        *calls(nominate("ana", 1), nominate("ana", 1, by=101)), isolation=isolation, atomic=atomic
    )
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {InvalidNomination}
    assert models.Nomination.objects.count() == 1


@WAYS
def test_who_takes_the_place_of_the_other_for_two_events_at_once_is_nominated(
    call, isolation, atomic
):
    # given
    make.call("other")
    partial_one = {"by": 100, "kind": "partial", "item": "air_ticket"}
    ana = make.nominate("ana", **partial_one)
    ben = make.nominate("ben", offering="other", **partial_one)

    # when
    outcomes = race(
        *calls(
            partial(make.nominate, "ben", instead_of=ana.uuid, **partial_one),
            partial(
                make.nominate, "ana", instead_of=ben.uuid, offering="other", **partial_one
            ),
        ),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    # then
    assert errors(outcomes) == []
    assert {api.get_nomination(one.uuid).state for one in (ana, ben)} == {"replaced"}
    assert counted() == [(0, 1), (0, 1)]


@WAYS
def test_a_call_that_is_moved_while_somebody_is_nominated_counts_them_in_one_year(
    call, isolation, atomic
):
    # when
    outcomes = race(
        *calls(
            nominate("ana", 1),
            partial(
                api.open_call, make.COURSE, policy="fellowship", opens_at=make.LONG_AGO,
                closes_at=make.CLOSES, event_on=date(2028, 2, 15),
            ),
        ),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    # then
    assert {type(error) for error in errors(outcomes)} <= {CallInUse}
    (ana,) = api.list_nominations_of(country="LA")
    year = ana.call.event_on.year
    rows = models.NominationUse.objects.filter(key__startswith="person")
    assert list(rows.values_list("key", "full")) == [(f"person:{ana.user_id}:{year}", 1)]


@WAYS
def test_a_withdrawal_and_an_acceptance_at_once_leave_nothing_half_done(call, isolation, atomic):
    ana = make.nominate("ana")
    outcomes = race(
        *calls(
            partial(api.withdraw_nomination, ana.uuid, by=100, at=make.EVE),
            partial(api.accept_nomination, ana.uuid, by=ana.user_id, at=make.EVE),
        ),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert {type(error) for error in errors(outcomes)} <= {NominationClosed}
    assert api.get_nomination(ana.uuid).state == "withdrawn"
    assert set(models.WaiverApplication.objects.values_list("state", flat=True)) <= {"withdrawn"}
    assert counted() == [(0, 0)]


@WAYS
def test_who_leaves_while_they_accept_and_the_state_withdraws_takes_no_seat(
    call, isolation, atomic, monkeypatch
):
    # given
    monkeypatch.setattr(compat, "retirement_state", lambda user_id: "")
    make.call("other")
    models.NominationCall.objects.filter(offering_code="other").update(event_on="2028-01-01")
    ana, other = make.nominate("ana"), make.nominate("ana", offering="other")

    # when
    outcomes = race(
        *calls(
            partial(api.retire_person, ana.user_id, at=make.EVE),
            partial(api.accept_nomination, ana.uuid, by=ana.user_id, at=make.EVE),
            partial(api.withdraw_nomination, other.uuid, by=100, at=make.EVE),
        ),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    # then
    assert outcomes[0].error is None
    assert {type(error) for error in errors(outcomes)} <= {NominationClosed, UnknownNomination}
    assert counted() == [(0, 0), (0, 0)]
    assert set(models.WaiverApplication.objects.values_list("state", flat=True)) <= {"withdrawn"}


def test_without_the_lock_a_state_nominates_more_than_it_may(call, monkeypatch):
    """The lock is what holds the number: read without it, several fit at once."""
    models.NominationUse.objects.create(key=f"state:{call.pk}:LA", full_limit=9, partial_limit=9)

    def unlocked(mine):
        terms = nominated.terms_of(mine.call)
        use = models.NominationUse.objects.get(key=f"state:{mine.call_id}:{mine.country}")
        yield use, terms.of_state, nominated.NominationFault.STATE_FULL

    monkeypatch.setattr(nominated, "_locked_uses", unlocked)
    monkeypatch.setattr(nominated, "lock_call", lambda pk: models.NominationCall.objects.get(pk=pk))
    names = ("ana", "ben", "eva", "leo")
    outcomes = race(
        *calls(*(nominate(name, rank) for rank, name in enumerate(names, 1))),
        isolation=REPEATABLE_READ, atomic=True,
    )  # fmt: skip
    assert len(values(outcomes)) > 1
