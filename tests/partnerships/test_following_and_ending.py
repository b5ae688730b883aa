"""Amendments, renewals, and ends before the agreed day."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

import races
from factories.partnerships import (
    COURSE,
    PROMISES,
    account,
    load,
    load_approved,
    put_in_force,
    terms_text,
    version_text,
)
from fairgate.documents import DocumentErrors
from partnerships import api, exceptions, lock_objects, models, terms_file
from partnerships.data import FieldChange, Obstacle, PromiseState, Standing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OLGA, OMAR = 11, 12
OPEN_ENDED = version_text(promises=PROMISES).replace("    valid_until: 2027-09-30\n", "")
LAST_DAY = date(2026, 12, 31)
LAST_SECOND = datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
FIRST_AFTER = datetime(2027, 1, 1, tzinfo=UTC)
AMENDED = version_text(
    version=2,
    valid_from="2027-01-01",
    courses=(COURSE, "course-v1:ATC+MORE+2027"),
    promises=PROMISES.replace("20000.00", "25000.00")
    + "    follows: {version: 1, amendment: 1, reason: More seats}\n",
).replace("GSMA: 45, ATC: 25", "GSMA: 40, ATC: 30")


def open_ended():
    (version,) = put_in_force(terms_text(OPEN_ENDED))
    return version.uuid


def ask(version, **told):
    told = {"last_day": LAST_DAY, "reason": "By consent", "by": OLGA, "at": NOW} | told
    return api.ask_end(version, **told)


def ended():
    version = open_ended()
    api.confirm_end(ask(version), by=OMAR, at=NOW)
    return version


@pytest.mark.django_db
def test_an_open_ended_version_ends_after_its_last_day_in_utc():
    version = ended()

    assert len(api.branding_for(COURSE, at=LAST_SECOND)) == 2
    assert api.terms_for(COURSE, at=LAST_SECOND) is not None
    assert api.branding_for(COURSE, at=LAST_SECOND)[0].valid_until == LAST_DAY
    assert api.branding_for(COURSE, at=FIRST_AFTER) == ()
    assert api.terms_for(COURSE, at=FIRST_AFTER) is None
    after = api.version(version, at=FIRST_AFTER)
    assert (after.standing, after.obstacles) == (Standing.ENDED, (Obstacle.NO_LONGER_VALID,))
    assert (after.valid_until, after.ended_on, after.last_day) == (None, LAST_DAY, LAST_DAY)


@pytest.mark.django_db
def test_who_acts_for_the_partner_does_not_confirm_an_early_end():
    """What is due afterwards, the partner would owe no more."""
    version = open_ended()
    request = ask(version)
    api.add_person(account(OMAR), partner_code="GSMA", role="officer", at=NOW)

    with pytest.raises(exceptions.SecondPersonNeeded):
        api.confirm_end(request, by=OMAR, at=NOW)

    assert api.version(version, at=NOW).last_day is None


@pytest.mark.django_db
def test_an_end_that_nobody_confirmed_ends_nothing():
    version = open_ended()
    request = ask(version)

    with pytest.raises(exceptions.SecondPersonNeeded):
        api.confirm_end(request, by=OLGA, at=NOW)
    assert api.version(version, at=FIRST_AFTER).is_in_force
    with pytest.raises(exceptions.EndRefused, match="was asked for already"):
        ask(version)
    api.refuse_end(request, because="Not now", by=OMAR, at=NOW)
    with pytest.raises(exceptions.EndRefused, match="decided already"):
        api.confirm_end(request, by=OMAR, at=NOW)
    with pytest.raises(exceptions.EndRefused, match="decided already"):
        api.refuse_end(request, because="?", by=OMAR, at=NOW)
    assert ask(version) > request


@pytest.mark.django_db
def test_what_was_in_force_before_the_end_was_confirmed_stays_so():
    version = open_ended()
    request = ask(version, last_day=date(2026, 11, 23))

    with pytest.raises(exceptions.EndRefused, match="2026-11-23 is past"):
        api.confirm_end(request, by=OMAR, at=NOW + timedelta(hours=12))
    api.confirm_end(request, by=OMAR, at=NOW)
    assert api.version(version, at=NOW).is_in_force
    assert not api.version(version, at=NOW + timedelta(hours=12)).is_in_force


@pytest.mark.django_db
def test_an_end_has_a_reason_and_a_day_that_is_not_past_and_not_after_the_agreed_one():
    (version,) = load_approved()
    with pytest.raises(exceptions.EndRefused, match="is not signed by both sides"):
        ask(version.uuid)
    (version,) = put_in_force()

    for told, fault in (
        ({"reason": " "}, "Say why"),
        ({"last_day": date(2026, 11, 22)}, "cannot end before 2026-11-23"),
        ({"last_day": date(2027, 9, 30)}, "ends on 2027-09-30 anyway"),
    ):
        with pytest.raises(exceptions.EndRefused, match=fault):
            ask(version.uuid, **told)
    with pytest.raises(exceptions.UnknownRecord):
        api.confirm_end(1, by=OMAR, at=NOW)
    with pytest.raises(exceptions.RecordIsKept):
        models.EndRecord.objects.all().delete()


@pytest.mark.django_db
def test_what_is_due_after_an_early_end_is_not_owed():
    version = ended()

    promised = api.promises(version, at=datetime(2028, 1, 1, tzinfo=UTC))
    states = {one.contribution.code: one.state for one in promised.contributions}
    assert states == {"GRANT": PromiseState.LATE, "EXPERTS": PromiseState.OPEN}
    assert [one.due_dates[0].state for one in promised.obligations] == [PromiseState.OPEN] * 2


@pytest.mark.django_db
def test_the_next_version_follows_once_the_open_ended_one_ends():
    version = open_ended()
    with pytest.raises(DocumentErrors, match="shares days with version 1"):
        load(terms_text(AMENDED), at=NOW)
    api.confirm_end(ask(version), by=OMAR, at=NOW)

    put_in_force(terms_text(AMENDED), at=NOW)

    numbers = [api.terms_for(COURSE, at=at).version for at in (LAST_SECOND, FIRST_AFTER)]
    assert numbers == [1, 2]


@pytest.mark.django_db
def test_an_amendment_says_field_by_field_what_it_changed():
    ended()
    put_in_force(terms_text(AMENDED), at=NOW)
    first, second = api.list_versions(at=NOW)

    assert (second.follows.version, second.follows.amendment, second.follows.reason) == (
        1, 1, "More seats",
    )  # fmt: skip
    assert api.changes(first.uuid) == ()
    changes = {change.field: (change.before, change.after) for change in api.changes(second.uuid)}
    assert changes == {
        "valid_from": ("2026-10-01", "2027-01-01"),
        "valid_until": ("", "2027-09-30"),
        "courses": (COURSE, f"{COURSE}; course-v1:ATC+MORE+2027"),
        "contributions.GRANT.amount": ("20000.00", "25000.00"),
        "shares.GSMA.weight": ("45", "40"),
        "shares.ATC.weight": ("25", "30"),
    }


@pytest.mark.django_db
def test_what_was_added_or_left_out_is_empty_on_the_other_side():
    follows = "    follows: {version: 1, reason: Renewed}\n"
    later = {"version": 2, "valid_from": "2027-10-01", "valid_until": "2028-09-30"}
    renewal = version_text(roles="[{partner: GSMA, role: sponsor}]", promises=follows, **later)
    put_in_force(terms_text(version_text(promises=PROMISES), renewal))
    second = api.list_versions(at=NOW)[1]

    changes = api.changes(second.uuid)

    assert second.follows.amendment is None
    assert FieldChange(field="roles.GSMA.sponsor", before="", after="sponsor") in changes
    assert FieldChange(field="roles.ATC.venue", before="venue", after="") in changes
    assert FieldChange(field="obligations.ROOM.due", before="2027-01-15", after="") in changes


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("follows", "fault"),
    [
        ("{version: 2, reason: R}", "2 is not before version 2"),
        ("{version: 7, reason: R}", "7 is not before version 2"),
        ("{version: 1, amendment: 2, reason: R}", "the next amendment of this agreement is number"),
        ("{version: 1, amendment: 1}", "reason: is missing"),
    ],
)
def test_a_version_follows_an_earlier_one_with_the_next_number_and_a_reason(follows, fault):
    later = version_text(
        version=2, valid_from="2027-10-01", valid_until="2028-09-30",
        promises=f"    follows: {follows}\n",
    )  # fmt: skip

    with pytest.raises(DocumentErrors, match=fault):
        load(terms_text(version_text(), later))


@pytest.mark.django_db
def test_a_version_cannot_follow_one_that_is_not_there():
    later = version_text(version=2, promises="    follows: {version: 1, reason: R}\n")

    with pytest.raises(DocumentErrors, match="there is no version 1 that it could follow"):
        load(terms_text(later))
    # The file alone is read without the books: revenue is replayed from it.
    assert len(api.read_terms(terms_text(later), file="T")) == 1
    assert terms_file.read(terms_text(later), file="T").versions[0].follows.reason == "R"


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", races.ISOLATIONS)
def test_of_two_who_confirm_an_end_at_once_one_has_done_it(isolation):
    request = ask(open_ended())

    outcomes = races.race(
        *[lambda by=by: api.confirm_end(request, by=by, at=NOW) for by in (OMAR, 13)],
        isolation=isolation,
        atomic=True,
    )

    assert [type(error) for error in races.errors(outcomes)] == [exceptions.EndRefused]


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", races.ISOLATIONS)
def test_of_two_who_ask_for_an_end_at_once_one_waits(isolation):
    version = open_ended()

    outcomes = races.race(
        *[lambda by=by: ask(version, by=by) for by in (OLGA, OMAR)],
        isolation=isolation,
        atomic=True,
    )

    assert [type(error) for error in races.errors(outcomes)] == [exceptions.EndRefused]
    assert models.EndRecord.objects.count() == 1


@pytest.mark.mariadb
def test_without_the_lock_the_database_still_lets_one_end_wait(monkeypatch):
    version = open_ended()
    gate = races.threading.Barrier(2, timeout=30)

    @contextmanager
    def unlocked(uuid):
        found = models.AgreementVersion.objects.select_related("agreement").get(uuid=uuid)
        gate.wait()
        yield found

    monkeypatch.setattr(lock_objects, "locked_version", unlocked)
    outcomes = races.race(*[lambda by=by: ask(version, by=by) for by in (OLGA, OMAR)])

    assert len(races.errors(outcomes)) == 1
    assert models.EndRecord.objects.count() == 1
