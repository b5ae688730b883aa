"""New editions of country lists: proposed, looked at, applied by a second person, or refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from factories import waiver_policy as make
from fairgate.documents import DocumentErrors
from waiver_policy import api, models
from waiver_policy.data import EditionFacts, ListCode
from waiver_policy.exceptions import (
    AlreadyConfirmed,
    EditionExists,
    EditionOutOfOrder,
    EditionsMoved,
    NotAllowed,
    NotContested,
    NothingToPropose,
    ProposalClosed,
    ReasonMissing,
    RowsVanish,
    SecondPersonNeeded,
    UnknownList,
    UnknownOperator,
    UnknownProposal,
)
from waiver_policy.selectors import decisions, lists, replaying

pytestmark = pytest.mark.django_db

LATER = make.EVE + timedelta(hours=1)
DAY = date(2026, 11, 24)
NOBODYS = UUID(int=1)
DEFERRED = {"until_date": "2029-11-24"}
CONTESTED = {"iso3166_alpha2": "BD", "alt_until_date": "2029-11-24"}


@pytest.fixture(autouse=True)
def first():
    """Lao PDR leaves on 24 November 2026."""
    make.lists(make.list_text({}))


def apply(proposal, *, by="bo", at=LATER):
    return api.apply_edition(proposal.uuid, by=make.operator(by), at=at)


def names():
    return [edition.name for edition in api.list_editions()]


def user(username, *codenames, **flags):
    one = User.objects.create(username=username, **flags)
    one.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return username


def held(country="LA", *, on=DAY, known_at=LATER):
    return api.is_member("LDC", country, on=on, known_at=known_at)


# Two people.


def test_a_proposal_decides_nothing():
    make.propose(make.list_text(DEFERRED))
    assert names() == ["LDC-1"]
    assert held() is None


def test_an_applied_proposal_decides_from_then_on():
    done = apply(make.propose(make.list_text(DEFERRED)))
    assert [edition.name for edition in done.created] == ["LDC-2"]
    assert held().edition == "LDC-2"
    assert held(known_at=LATER - timedelta(microseconds=1)) is None


def test_an_edition_says_who_proposed_and_who_applied_it():
    apply(make.propose(make.list_text(DEFERRED)))
    first, second = api.list_editions()
    assert (first.proposed_by, first.loaded_by) == ("", "operator")
    assert (second.proposed_by, second.loaded_by) == ("ines", "bo")
    (proposal,) = api.list_proposals("applied")
    assert (proposal.decided_by, proposal.editions) == ("bo", ("LDC-2",))


def test_who_proposed_an_edition_does_not_apply_it():
    proposal = make.propose(make.list_text(DEFERRED))
    with pytest.raises(SecondPersonNeeded, match="ines has proposed this edition; another person"):
        apply(proposal, by="ines")
    assert names() == ["LDC-1"]
    assert api.get_proposal(proposal.uuid).state == "proposed"


@pytest.mark.parametrize("written", ["INES", "ines ", " ines", "inés", "nobody", ""])
def test_a_name_that_is_not_exactly_a_users_is_nobodys(written):
    proposal = make.propose(make.list_text(DEFERRED))
    with pytest.raises(UnknownOperator, match="is not the name of an active user"):
        api.apply_edition(proposal.uuid, by=written, at=LATER)
    assert names() == ["LDC-1"]


def test_who_has_left_the_site_applies_nothing():
    proposal = make.propose(make.list_text(DEFERRED))
    gone = user("gone", is_superuser=True, is_active=False)
    with pytest.raises(UnknownOperator):
        api.apply_edition(proposal.uuid, by=gone, at=LATER)


def test_the_database_itself_refuses_one_person_as_two():
    row = models.EditionProposal.objects.get(uuid=make.propose(make.list_text(DEFERRED)).uuid)
    row.state, row.decided_by = "applied", row.proposed_by
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_proposing_and_applying_are_two_permissions():
    proposes, applies = user("p", "propose_edition"), user("a", "apply_edition")
    text = make.list_text(DEFERRED)
    with pytest.raises(NotAllowed, match=r"a may not propose an edition: .*propose_edition"):
        api.propose_edition(text, source=make.UN, by=applies, at=make.EVE)
    proposal = api.propose_edition(text, source=make.UN, by=proposes, at=make.EVE)
    with pytest.raises(NotAllowed, match="p may not apply an edition"):
        api.apply_edition(proposal.uuid, by=proposes, at=LATER)
    assert api.apply_edition(proposal.uuid, by=applies, at=LATER).created


def test_a_rejected_proposal_has_a_reason_and_makes_nothing():
    proposal = make.propose(make.list_text(DEFERRED))
    with pytest.raises(ReasonMissing, match="A rejection needs words"):
        api.reject_edition(proposal.uuid, by=make.operator("bo"), reason=" ", at=LATER)
    closed = api.reject_edition(
        proposal.uuid, by=make.operator("bo"), reason="No decision yet.", at=LATER
    )
    assert (closed.state, closed.decided_by, closed.reason) == (
        "rejected", "bo", "No decision yet.",
    )  # fmt: skip
    with pytest.raises(ProposalClosed, match="was rejected already"):
        apply(proposal)
    assert names() == ["LDC-1"]


def test_who_may_only_propose_takes_back_their_own_proposal_and_no_other():
    proposes, other = user("p", "propose_edition"), user("q", "propose_edition")
    text = make.list_text(DEFERRED)
    proposal = api.propose_edition(text, source=make.UN, by=proposes, at=make.EVE)
    with pytest.raises(NotAllowed, match="q may not reject"):
        api.reject_edition(proposal.uuid, by=other, reason="x", at=LATER)
    closed = api.reject_edition(proposal.uuid, by=proposes, reason="A slip.", at=LATER)
    assert closed.state == "rejected"


def test_a_proposal_is_applied_once():
    proposal = make.propose(make.list_text(DEFERRED))
    apply(proposal)
    with pytest.raises(ProposalClosed, match="was applied already"):
        apply(proposal, at=LATER + timedelta(hours=1))
    assert names() == ["LDC-1", "LDC-2"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: api.get_proposal(NOBODYS),
        lambda: api.edition_impact(NOBODYS, at=LATER),
        lambda: api.apply_edition(NOBODYS, by=make.operator("bo"), at=LATER),
        lambda: api.reject_edition(NOBODYS, by=make.operator("bo"), reason="x", at=LATER),
    ],
    ids=["get", "impact", "apply", "reject"],
)
def test_a_proposal_that_nobody_made_is_unknown(ask):
    with pytest.raises(UnknownProposal, match="no proposed edition"):
        ask()


def test_editions_that_moved_since_are_not_overrun():
    old = make.propose(make.list_text(DEFERRED))
    apply(make.propose(make.list_text({"until_date": "2028-11-24"})))
    with pytest.raises(EditionsMoved, match="LDC-2 stands now, and this was compared with LDC-1"):
        apply(old, by="cy", at=LATER + timedelta(hours=1))
    assert names() == ["LDC-1", "LDC-2"]
    assert api.get_proposal(old.uuid).state == "proposed"


def test_a_list_that_has_come_about_since_counts_as_moved():
    text = make.named_text({})
    old = make.propose(text)
    make.lists(text, known_from=make.EVE)
    with pytest.raises(EditionsMoved, match="R4L_A-1 stands now, and this was compared with no ed"):
        apply(old)


def test_what_is_applied_is_what_was_proposed(tmp_path):
    path = tmp_path / "ldc.csv"
    path.write_text(make.list_text(DEFERRED), encoding="utf-8")
    proposal = make.propose(path)
    path.write_text(make.list_text({"until_date": "2099-11-24"}), encoding="utf-8")
    apply(proposal)
    assert held().until_date == date(2029, 11, 24)


# The first edition, and nothing new.


def test_the_next_edition_of_a_list_is_not_loaded_by_one_person():
    both = make.list_text(DEFERRED, {"group": "LLDC"})
    with pytest.raises(EditionExists, match="LDC has the edition LDC-1"):
        api.load_edition(both, source=make.UN, by="x", known_from=LATER)
    assert names() == ["LDC-1"]


def test_a_list_that_the_site_has_not_is_loaded_beside_one_that_stands():
    done = api.load_edition(
        make.list_text({}, {"group": "LLDC"}), source=make.UN, by="x", known_from=LATER
    )
    assert [e.name for e in done.created] == ["LLDC-1"]
    assert [e.name for e in done.unchanged] == ["LDC-1"]


def test_what_is_known_is_not_proposed():
    with pytest.raises(NothingToPropose, match="stand like that already"):
        make.propose(make.list_text({}))
    assert api.list_proposals() == ()


def test_the_same_rows_from_a_later_publication_renew_a_list():
    newer = EditionFacts(source="UN-OHRLLS", published_on=date(2026, 11, 1))
    done = apply(make.propose(make.list_text({}), source=newer))
    assert [(e.name, e.published_on) for e in done.created] == [("LDC-2", date(2026, 11, 1))]


def test_another_label_of_the_publisher_renews_a_list_too():
    done = apply(make.propose(make.list_text({}), source=EditionFacts(source="UN", version="26")))
    assert [edition.version for edition in done.created] == ["26"]


def test_a_list_of_the_same_file_that_did_not_change_gets_no_edition():
    make.lists(make.list_text({}, {"group": "LLDC"}), known_from=make.EVE)
    done = apply(make.propose(make.list_text(DEFERRED, {"group": "LLDC"}), at=LATER))
    assert [e.name for e in done.created] == ["LDC-2"]
    assert [e.name for e in done.unchanged] == ["LLDC-1"]


def test_countries_that_vanish_are_asked_about():
    apply(make.propose(make.list_text({}, {"iso3166_alpha2": "NP"})))
    text = make.list_text({})
    with pytest.raises(RowsVanish, match=r"NP \(LDC\)\. Is the file complete\?"):
        api.propose_edition(text, source=make.UN, by=make.operator("ines"), at=LATER)
    assert api.list_proposals("proposed") == ()
    assert make.propose(text, at=LATER).state == "proposed"


def test_a_corrected_first_day_is_no_country_that_vanishes():
    text = make.list_text({"from_date": "1971-12-01"})
    proposal = api.propose_edition(text, source=make.UN, by=make.operator("ines"), at=LATER)
    assert len(api.edition_impact(proposal.uuid, at=LATER).changes) == 2


def test_a_faulty_file_is_not_proposed():
    with pytest.raises(DocumentErrors, match="“QQ”"):
        make.propose(make.list_text(DEFERRED, {"iso3166_alpha2": "QQ"}))
    assert api.list_proposals() == ()


def test_a_moment_before_the_newest_edition_is_refused_when_it_is_applied():
    with pytest.raises(EditionOutOfOrder, match="known from a later moment"):
        apply(make.propose(make.list_text(DEFERRED)), at=make.LONG_AGO)
    assert names() == ["LDC-1"]
    assert len(api.list_proposals("proposed")) == 1


# Whom it touches.


def test_an_impact_names_the_applications_and_grants_of_countries_that_change():
    make.policy(make.policy_text(make.LDC_FREE))
    granted = make.grant(1, country="LA", cost=None, at=make.EVE)
    make.lists(make.list_text({}, {"iso3166_alpha2": "NP"}), known_from=make.EVE)
    make.grant(2, country="NP", cost=None, at=LATER)
    waits = api.apply(
        make.applicant(3, "LA"),
        offering_code="other",
        note="x",
        at=datetime(2027, 1, 1, tzinfo=UTC),
    )
    proposal = make.propose(make.list_text(DEFERRED, {"iso3166_alpha2": "NP"}), at=LATER)
    found = api.edition_impact(proposal.uuid, at=LATER)
    assert found.countries == {"LDC": ("LA",)}
    assert (found.grants, found.applications) == ((granted.uuid,), (waits.uuid,))
    assert (found.decisions, found.learners) == (1, 2)


def test_an_old_decision_is_counted_by_who_asks_for_more_days():
    make.policy(make.policy_text(make.LDC_FREE))
    make.grant(1, country="LA", cost=None, at=make.EVE - timedelta(days=60))
    proposal = make.propose(make.list_text(DEFERRED))
    assert api.edition_impact(proposal.uuid, at=LATER).decisions == 0
    assert api.edition_impact(proposal.uuid, at=LATER, days=61).decisions == 1


def test_a_released_grant_and_a_decided_application_are_not_touched():
    make.policy(make.policy_text(make.LDC_FREE))
    one = make.grant(1, country="LA", cost=None, at=make.EVE)
    api.release_grant(one.uuid, at=make.EVE, reason="x")
    two = api.apply(
        make.applicant(3, "LA"),
        offering_code="other",
        note="x",
        at=datetime(2027, 1, 1, tzinfo=UTC),
    )
    api.refuse(two.uuid, by=9, reason="No.", at=LATER)
    found = api.edition_impact(make.propose(make.list_text(DEFERRED)).uuid, at=LATER)
    assert (found.grants, found.applications) == ((), ())


def test_a_corrected_source_touches_nobody():
    proposal = make.propose(make.list_text({"source": "A/RES/76/8 of 24 November 2021"}))
    found = api.edition_impact(proposal.uuid, at=LATER)
    assert (len(found.changes), found.countries, found.learners) == (1, {}, 0)


def test_a_start_long_ago_touches_nobody_and_an_end_long_ago_does_for_grace():
    past = {"from_date": "1971-12-01", "until_date": "2020-01-01", "status": "left"}
    apply(make.propose(make.list_text({**past})))
    moved = make.propose(make.list_text({**past, "until_date": "2021-01-01"}), at=LATER)
    assert api.edition_impact(moved.uuid, at=LATER).countries == {"LDC": ("LA",)}
    earlier = make.propose(make.list_text({**past, "from_date": "1971-01-01"}), at=LATER)
    assert api.edition_impact(earlier.uuid, at=LATER).countries == {}


def test_an_impact_is_still_shown_once_the_proposal_is_applied():
    proposal = make.propose(make.list_text(DEFERRED))
    before = api.edition_impact(proposal.uuid, at=LATER)
    apply(proposal)
    assert api.edition_impact(proposal.uuid, at=LATER) == before


# Contested rows.


@pytest.fixture
def contested():
    apply(make.propose(make.list_text({}, CONTESTED)))


def confirm(country="BD", *, by="ines", at=LATER, **more):
    return api.confirm_membership(
        "LDC", country, by=make.operator(by), note="A/81/L.5 says so.", at=at, **more
    )


def test_a_contested_row_has_that_status_and_the_end_in_force_decides(contested):
    before = held("BD", on=date(2026, 11, 23))
    assert (before.status, before.is_contested, held("BD")) == ("contested", True, None)


def test_a_confirmed_row_is_contested_no_more_and_was_before(contested):
    row = confirm(at=LATER + timedelta(minutes=1))
    assert (row.status, row.until_date) == ("scheduled", DAY)
    assert api.list_contested(known_at=LATER + timedelta(minutes=1)) == ()
    assert [r.country for r in api.list_contested(known_at=LATER)] == ["BD"]


def test_a_confirmation_counts_while_later_editions_say_the_same(contested):
    confirm()
    newer = LATER + timedelta(days=1)
    same = make.list_text({"note": "Another word."}, {**CONTESTED, "note": "The same."})
    make.lists(same, known_from=newer)
    assert names()[-1] == "LDC-3"
    assert api.list_contested(known_at=newer) == ()


def test_an_end_that_is_asked_for_anew_is_contested_anew(contested):
    confirm()
    newer = LATER + timedelta(days=1)
    make.lists(make.list_text({}, {**CONTESTED, "alt_until_date": "2031-11-24"}), known_from=newer)
    assert [row.country for row in api.list_contested(known_at=newer)] == ["BD"]


def test_a_new_end_that_nobody_contests_needs_no_confirmation(contested):
    newer = LATER + timedelta(days=1)
    decided = {**CONTESTED, "until_date": "2029-11-24", "alt_until_date": ""}
    make.lists(make.list_text({}, decided), known_from=newer)
    assert api.list_contested(known_at=newer) == ()
    assert held("BD", known_at=newer).until_date == date(2029, 11, 24)


def test_a_row_is_confirmed_once(contested):
    confirm()
    with pytest.raises(AlreadyConfirmed, match="BD on LDC has been confirmed already"):
        confirm(by="bo")
    assert models.MembershipConfirmation.objects.count() == 1


@pytest.mark.parametrize(
    ("cells", "status"),
    [({}, "scheduled"), ({"until_date": "", "until_precision": ""}, "current")],
    ids=["with an end", "open"],
)
def test_a_row_that_is_contested_without_another_end_is_confirmed_too(cells, status):
    make.lists(make.list_text({**cells, "status": "contested"}), known_from=make.EVE)
    assert confirm("LA").status == status
    assert api.list_contested(known_at=LATER) == ()
    with pytest.raises(AlreadyConfirmed):
        confirm("LA")


def test_another_end_than_the_one_in_force_is_not_confirmed(contested):
    with pytest.raises(NotContested, match="is 2026-11-24, not 2029-11-24"):
        confirm(until=date(2029, 11, 24))
    assert confirm(until=DAY).status == "scheduled"


def test_what_nobody_contests_is_not_confirmed(contested):
    with pytest.raises(NotContested, match="No row of LDC about LA"):
        confirm("LA")
    with pytest.raises(UnknownList):
        api.confirm_membership("OECD", "LA", by=make.operator("ines"), note="x", at=LATER)


def test_a_confirmation_has_words_and_a_permission(contested):
    with pytest.raises(ReasonMissing, match="needs words"):
        api.confirm_membership("LDC", "BD", by=make.operator("ines"), note=" ", at=LATER)
    with pytest.raises(ReasonMissing, match="501 characters were written; at most 500"):
        api.confirm_membership("LDC", "BD", by=make.operator("ines"), note="x" * 501, at=LATER)
    with pytest.raises(NotAllowed, match="confirm_membership"):
        api.confirm_membership("LDC", "BD", by=user("v", "apply_edition"), note="x", at=LATER)
    assert not models.MembershipConfirmation.objects.exists()


def test_a_decision_with_a_contested_row_replays_after_it_was_confirmed(contested):
    make.policy(make.policy_text(make.LDC_FREE))
    day_before = datetime(2026, 11, 23, 14, tzinfo=UTC)
    make.grant(1, country="BD", cost=None, at=day_before)
    row = models.WaiverDecision.objects.get()
    assert "LIST_STATUS_PROVISIONAL" in set(row.codes)
    confirm(at=day_before + timedelta(minutes=1))
    assert replaying.replay(row) == decisions.to_decision(row)
    again = api.decide(
        make.applicant(2, "BD"), offering_code=make.COURSE, at=day_before + timedelta(minutes=2)
    )
    assert "LIST_STATUS_PROVISIONAL" not in {reason.code for reason in again.reasons}


# Old, and how it is asked.


def test_an_edition_gets_old_and_goes_on_deciding(settings):
    settings.WAIVER_POLICY_LIST_DAYS = 400
    old = make.LONG_AGO + timedelta(days=401)
    assert api.list_old_editions(at=old - timedelta(days=1)) == ()
    assert [edition.name for edition in api.list_old_editions(at=old)] == ["LDC-1"]
    assert held("LA", on=date(2026, 11, 23), known_at=old)


def test_the_age_is_that_of_the_publication_if_there_is_one():
    source = EditionFacts(source="UN", published_on=date(2020, 1, 1))
    make.lists(make.named_text({}), source=source)
    assert [edition.name for edition in api.list_old_editions(at=LATER)] == ["R4L_A-1"]


@pytest.mark.parametrize("confirmed", [False, True])
def test_membership_is_one_query_once_rows_are_in_memory(contested, confirmed):
    if confirmed:
        confirm()
    held("LA")
    with CaptureQueriesContext(connection) as queries:
        held("LA")
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        lists.get_known_lists(known_at=LATER)
    assert len(queries) == 1


def test_what_another_process_applied_is_seen_at_once(contested):
    assert held("LA", on=date(2028, 1, 1)) is None
    apply(make.propose(make.list_text(DEFERRED, CONTESTED), at=LATER), at=LATER + timedelta(1))
    assert held("LA", on=date(2028, 1, 1), known_at=LATER + timedelta(1))


# States that are no more.


@pytest.fixture
def shipped():
    make.lists(known_from=LATER)


def test_former_states_are_counted_in_history_and_are_nobodys_country(shipped):
    members = {r.country: r for r in api.list_members("LDC", on=date(1980, 1, 1), known_at=LATER)}
    assert members["YDYE"].former_name == "Democratic Yemen"
    assert "SKIN" not in members
    assert held("YDYE", on=date(1980, 1, 1)) is None
    assert "YDYE" not in lists.get_known_lists(known_at=LATER).lists["LDC"]


def test_the_first_list_of_least_developed_countries_has_25(shipped):
    assert len(api.list_members("LDC", on=date(1971, 11, 18), known_at=LATER)) == 25


def test_a_file_of_todays_countries_leaves_former_states_as_they_stand(shipped):
    text = make.SHIPPED_LISTS.read_text(encoding="utf-8").replace("Also an LLDC.", "An LLDC too.")
    proposal = api.propose_edition(
        text, source=make.UN, by=make.operator("ines"), at=LATER, file="ldc.csv"
    )
    apply(proposal, at=LATER + timedelta(1))
    rows = api.list_history("LDC", known_at=LATER + timedelta(1))
    assert [row.country for row in rows if row.is_former] == ["SKIN", "YDYE"]
    assert len(rows) == 54


def test_a_file_of_former_states_leaves_todays_countries_as_they_stand(shipped):
    text = make.SHIPPED_FORMER.read_text(encoding="utf-8").replace("Sikkim,LDC", "Sikkim State,LDC")
    apply(make.propose(text, at=LATER), at=LATER + timedelta(1))
    rows = api.list_history("LDC", known_at=LATER + timedelta(1))
    assert [row.former_name for row in rows if row.is_former] == [
        "Sikkim State", "Democratic Yemen",
    ]  # fmt: skip
    assert len(rows) == 54


def test_a_file_of_former_states_alone_begins_no_list():
    before = names()
    text = make.SHIPPED_FORMER.read_text(encoding="utf-8").replace(",LDC,", ",LLDC,")
    with pytest.raises(EditionOutOfOrder, match="load the file of today's countries with this one"):
        make.lists(text, known_from=LATER)
    with pytest.raises(EditionOutOfOrder):
        make.propose(text, at=LATER)
    assert (names(), api.list_proposals()) == (before, ())


def test_a_former_state_touches_nobody(shipped):
    text = make.SHIPPED_FORMER.read_text(encoding="utf-8").replace("1990-05-22", "1990-05-23")
    proposal = make.propose(text, at=LATER)
    found = api.edition_impact(proposal.uuid, at=LATER)
    assert (len(found.changes), found.countries) == (1, {})


# Lists and tables by name.


def test_a_list_by_name_is_asked_like_the_others():
    make.lists(make.named_text({}, {"iso3166_alpha2": "MW", "until_date": "2026-01-01",
                                    "until_precision": "day"}))  # fmt: skip
    assert api.is_member("R4L_A", "ET", on=DAY, known_at=LATER).list_code == "R4L_A"
    assert api.is_member("R4L_A", "MW", on=DAY, known_at=LATER) is None
    known = lists.get_known_lists(known_at=LATER)
    assert known.members("R4L_A", on=DAY) == {"ET"}
    assert known.members("R4L_A", on=date(2021, 1, 1)) == {"ET", "MW"}


def test_a_table_says_a_value_by_country_or_by_key():
    make.lists(make.named_text({"list": "SN_TIER_TABLE", "value": "62.5"}))
    make.lists(make.named_text({"list": "WIPO_FEES", "key": "student", "value": "1987.50"}))
    known = lists.get_known_lists(known_at=LATER)
    assert known.value("SN_TIER_TABLE", "ET", on=DAY) == "62.5"
    assert known.value("WIPO_FEES", "student", on=DAY) == "1987.50"
    assert known.value("WIPO_FEES", "professional", on=DAY) is None


def test_a_line_of_a_table_is_followed_by_another_value():
    text = make.named_text(
        {"list": "FEES", "value": "10", "until_date": "2026-01-01", "until_precision": "day"},
        {"list": "FEES", "value": "20", "from_date": "2026-01-01"},
    )
    make.lists(text)
    known = lists.get_known_lists(known_at=LATER)
    assert known.value("FEES", "ET", on=date(2025, 12, 31)) == "10"
    assert known.value("FEES", "ET", on=date(2026, 1, 1)) == "20"


def test_a_changed_value_is_a_changed_answer():
    make.lists(make.named_text({"list": "FEES", "value": "10"}))
    proposal = make.propose(make.named_text({"list": "FEES", "value": "11"}))
    assert api.edition_impact(proposal.uuid, at=LATER).countries == {"FEES": ("ET",)}


def test_a_version_of_the_publisher_can_be_pinned():
    make.lists(make.named_text({}), source=EditionFacts(source="R4L", version="2024"))
    make.lists(
        make.named_text({}, {"iso3166_alpha2": "MW"}), known_from=LATER,
        source=EditionFacts(source="R4L", version="2025"),
    )  # fmt: skip

    def members(key):
        known = lists.get_known_lists(known_at=LATER, keys=["R4L_A", key])
        return known.editions.get(key), known.members(key, on=DAY)

    assert members("R4L_A") == ("R4L_A-2", {"ET", "MW"})
    assert members("R4L_A@2024") == ("R4L_A-1", {"ET"})
    assert members("R4L_A@2023") == (None, frozenset())
    assert lists.get_known_lists(known_at=LATER).versions == {"R4L_A": "2025"}


def test_the_lists_that_we_come_with_are_known_before_they_are_loaded():
    assert [api.list_members(code, on=DAY, known_at=LATER) for code in ListCode] == [()] * 4
    with pytest.raises(UnknownList, match="“R4L_A” is not a list we know; it is one of LDC, LLDC"):
        api.list_members("R4L_A", on=DAY, known_at=LATER)
