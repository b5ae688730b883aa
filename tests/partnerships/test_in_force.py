"""When an agreement is in force: to the second, in UTC, on every surface that asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.partnerships import (
    AGREEMENT,
    COURSE,
    clear,
    colleague,
    load_approved,
    put_in_force,
    resume,
    sign_paper,
    terms_text,
    version_text,
)
from fairgate.money import Money
from partnerships import api, models, rules
from partnerships.data import Clearance, InForceFacts, Obstacle, Period, Review, Standing

IN_FORCE = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAST_SECOND = datetime(2027, 9, 30, 23, 59, 59, 999_999, tzinfo=UTC)
FIRST_SECOND_AFTER = datetime(2027, 10, 1, tzinfo=UTC)

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1))


@st.composite
def facts(draw: st.DrawFn) -> InForceFacts:
    first, last = sorted((draw(days), draw(days)))
    return InForceFacts(
        period=Period(first, draw(st.sampled_from((last, None)))),
        review=draw(st.sampled_from(Review)),
        host_signed=draw(st.booleans()),
        partner_signed=draw(st.booleans()),
        clearance=draw(st.none() | st.builds(Clearance, st.booleans(), days)),
        is_suspended=draw(st.booleans()),
    )


@given(facts(), days)
def test_a_version_is_in_force_exactly_when_all_six_conditions_hold(
    known: InForceFacts, day: date
) -> None:
    cleared = known.clearance
    holds = (
        known.review is Review.APPROVED
        and known.host_signed
        and known.partner_signed
        and not known.is_suspended
        and known.period.first <= day
        and (known.period.last is None or day <= known.period.last)
        and cleared is not None
        and cleared.accepted
        and day <= cleared.until
    )

    assert (rules.obstacles(known, on=day) == ()) == holds
    assert (rules.standing(known, on=day) is Standing.IN_FORCE) == holds


@given(days, days, days, days)
def test_two_periods_share_a_day_exactly_when_a_day_lies_in_both(
    a: date, b: date, c: date, d: date
) -> None:
    one, other = Period(*sorted((a, b))), Period(*sorted((c, d)))

    assert one.shares_a_day_with(other) == (
        max(one.first, other.first) <= min(one.last, other.last)
    )
    assert one.shares_a_day_with(other) == other.shares_a_day_with(one)


@given(st.lists(st.tuples(days, st.integers(min_value=0, max_value=400)), max_size=6))
def test_versions_that_follow_each_other_never_overlap(spans: list[tuple[date, int]]) -> None:
    dated, first = [], date(2020, 1, 1)
    for number, (_, length) in enumerate(spans):
        last = first + timedelta(days=length)
        dated.append((number, Period(first, last)))
        first = last + timedelta(days=1)

    assert rules.first_overlap(dated) is None


def test_an_overlap_of_one_day_is_found() -> None:
    dated = [
        (1, Period(date(2026, 9, 1), date(2026, 9, 30))),
        (2, Period(date(2026, 9, 30), None)),
    ]

    assert rules.first_overlap(dated) == (1, 2)


@pytest.mark.django_db
def test_marks_and_terms_show_in_the_last_second_and_not_in_the_first_after() -> None:
    # given
    put_in_force()

    # then (T30)
    assert [mark.partner for mark in api.branding_for(COURSE, at=LAST_SECOND)] == ["GSMA", "ATC"]
    assert api.branding_for(COURSE, at=FIRST_SECOND_AFTER) == ()
    assert api.terms_for(COURSE, at=LAST_SECOND) is not None
    assert api.terms_for(COURSE, at=FIRST_SECOND_AFTER) is None
    assert api.placements(at=LAST_SECOND) != ()
    assert api.placements(at=FIRST_SECOND_AFTER) == ()


@pytest.mark.django_db
def test_marks_begin_with_the_first_second_of_the_first_day_in_utc() -> None:
    # given
    put_in_force()
    begin = datetime(2026, 10, 1, tzinfo=UTC)

    # then
    assert api.branding_for(COURSE, at=begin - timedelta(microseconds=1)) == ()
    assert len(api.branding_for(COURSE, at=begin)) == 2


@pytest.mark.django_db
def test_the_day_is_that_of_utc_and_not_of_the_asker() -> None:
    # given: half past midnight of 1 October in Geneva is still 30 September in UTC
    put_in_force()
    geneva = datetime.fromisoformat("2027-10-01T00:30:00+02:00")

    assert len(api.branding_for(COURSE, at=geneva)) == 2


@pytest.mark.django_db
def test_a_mark_carries_name_role_sentence_and_last_day(settings) -> None:
    # given
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    put_in_force()

    # when
    mark = api.branding_for(COURSE, at=IN_FORCE)[0]

    # then
    assert (mark.partner, mark.name, mark.role, mark.role_label) == (
        "GSMA",
        "GSMA",
        "co-host",
        "Co-host",
    )
    assert mark.statement == (
        "Shown under a partnership agreement. The Union does not endorse GSMA, its products or its "
        "services."
    )
    assert (mark.agreement, mark.version, mark.valid_until) == (AGREEMENT, 1, date(2027, 9, 30))
    assert mark.url == "https://www.gsma.example/"


@pytest.mark.django_db
def test_the_terms_are_those_of_the_file() -> None:
    # given
    put_in_force()

    # when
    terms = api.terms_for(COURSE, at=IN_FORCE)

    # then
    assert terms == api.read_terms(terms_text(), file="TERMS.yaml")[0]
    assert terms == api.terms_by_uuid(terms.version_uuid)
    assert terms.minimum_payout == Money("25.00", "USD")
    assert terms.shares == (("GSMA", 45), ("ATC", 25), ("PLATFORM", 30))


@pytest.mark.django_db
def test_the_version_of_the_day_counts() -> None:
    # given
    first = version_text(valid_from="2026-09-01", valid_until="2026-09-30")
    put_in_force(terms_text(first, version_text(version=2)))

    # then
    assert api.terms_for(COURSE, at=datetime(2026, 9, 30, 23, 59, tzinfo=UTC)).version == 1
    assert api.terms_for(COURSE, at=datetime(2026, 10, 1, tzinfo=UTC)).version == 2


@pytest.mark.django_db
def test_one_signature_is_not_enough() -> None:
    # given
    (version,) = load_approved()

    # when
    signed = sign_paper(version.uuid, "host", by="H. Host", at=IN_FORCE)

    # then
    assert signed.standing is Standing.IN_REVIEW
    assert signed.obstacles == (Obstacle.PARTNER_HAS_NOT_SIGNED,)
    assert api.branding_for(COURSE, at=IN_FORCE) == ()


@pytest.mark.django_db
def test_nothing_shows_before_the_second_signature() -> None:
    # given
    (version,) = load_approved()
    sign_paper(version.uuid, "host", by="H. Host", at=IN_FORCE)
    sign_paper(version.uuid, "partner", by="G. Partner", at=IN_FORCE + timedelta(hours=1))

    # then
    almost = IN_FORCE + timedelta(minutes=59, seconds=59)
    assert api.branding_for(COURSE, at=almost) == ()
    assert len(api.branding_for(COURSE, at=IN_FORCE + timedelta(hours=1))) == 2


@pytest.mark.django_db
def test_due_diligence_counts_to_the_end_of_its_last_day() -> None:
    # given
    put_in_force(terms_text(cleared_until="2026-12-31"))

    # then
    assert api.branding_for(COURSE, at=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)) != ()
    after = datetime(2027, 1, 1, tzinfo=UTC)
    assert api.branding_for(COURSE, at=after) == ()
    assert api.list_versions(at=after)[0].obstacles == (Obstacle.DUE_DILIGENCE_EXPIRED,)


@pytest.mark.django_db
def test_without_due_diligence_a_signed_agreement_is_not_in_force() -> None:
    # given
    text = "\n".join(line for line in terms_text().splitlines() if "due_diligence" not in line)

    # when
    (version,) = put_in_force(text)

    # then
    assert version.obstacles == (Obstacle.NOT_YET_VALID, Obstacle.DUE_DILIGENCE_MISSING)
    assert api.branding_for(COURSE, at=IN_FORCE) == ()
    assert api.terms_for(COURSE, at=IN_FORCE) is None


@pytest.mark.django_db
def test_a_later_refusal_takes_the_mark_away_from_that_moment_on() -> None:
    # given
    put_in_force()

    # when
    api.record_due_diligence(
        "GSMA", accepted=False, expires_on=date(2030, 1, 1), by="officer", at=IN_FORCE
    )

    # then
    assert api.branding_for(COURSE, at=IN_FORCE) == ()
    assert len(api.branding_for(COURSE, at=IN_FORCE - timedelta(seconds=1))) == 2


@pytest.mark.django_db
def test_a_partner_whose_own_due_diligence_lapsed_shows_no_mark_under_anothers_agreement() -> None:
    # given
    put_in_force()

    # when
    api.record_due_diligence(
        "ATC", accepted=True, expires_on=date(2026, 11, 1), by=colleague("officer"), at=IN_FORCE
    )
    clear(at=IN_FORCE)

    # then
    assert [mark.partner for mark in api.branding_for(COURSE, at=IN_FORCE)] == ["GSMA"]
    assert api.terms_for(COURSE, at=IN_FORCE) is not None


@pytest.mark.django_db
def test_one_suspension_hides_every_mark_until_it_is_lifted() -> None:
    # given
    put_in_force()
    hour = timedelta(hours=1)

    # when
    api.suspend(AGREEMENT, by="officer", reason="Under review", at=IN_FORCE)
    resume(at=IN_FORCE + hour)

    # then
    assert len(api.branding_for(COURSE, at=IN_FORCE - hour)) == 2
    assert api.branding_for(COURSE, at=IN_FORCE) == ()
    assert api.terms_for(COURSE, at=IN_FORCE) is None
    assert api.list_versions(at=IN_FORCE)[0].standing is Standing.SUSPENDED
    assert len(api.branding_for(COURSE, at=IN_FORCE + hour)) == 2


@pytest.mark.django_db
def test_a_long_reason_keeps_nobody_from_suspending() -> None:
    """The admin takes what was typed, and a database may refuse what is longer than its column."""
    put_in_force()

    api.suspend(AGREEMENT, by="officer", reason="Sanctions. " * 100, at=IN_FORCE)

    assert len(models.SuspensionRecord.objects.get().reason) == 500


@pytest.mark.django_db
def test_two_agreements_for_one_course_both_show_their_marks() -> None:
    # given
    sponsor = version_text(
        agreement="ATC-SPONSOR",
        partner="ATC",
        roles="[{partner: ATC, role: sponsor}]",
        revenue="",
    )
    put_in_force(terms_text(version_text(roles="[{partner: GSMA, role: co-host}]"), sponsor))

    # when
    marks = api.branding_for(COURSE, at=IN_FORCE)

    # then
    assert [(mark.partner, mark.role) for mark in marks] == [
        ("ATC", "sponsor"),
        ("GSMA", "co-host"),
    ]
    assert api.terms_for(COURSE, at=IN_FORCE).agreement == AGREEMENT


@pytest.mark.django_db
def test_another_course_shows_nothing() -> None:
    put_in_force()

    assert api.branding_for("course-v1:ATC+OTHER+2026_T4", at=IN_FORCE) == ()
    assert api.branding_for("", at=IN_FORCE) == ()


@pytest.mark.django_db
def test_the_marks_of_a_course_cost_one_query(django_assert_num_queries) -> None:
    # given
    put_in_force()

    # then
    with django_assert_num_queries(1):
        api.branding_for(COURSE, at=IN_FORCE)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        api.branding_for(COURSE, at=datetime(2026, 11, 23))  # noqa: DTZ001  the point of the test
