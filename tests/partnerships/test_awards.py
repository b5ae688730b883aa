"""Awards: computed from what was delivered, granted by two people, dated, revoked, replayed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from factories.partnerships import account
from factories.recognition import (
    DELIVERED,
    FIRST,
    LAST,
    NOW,
    PROPOSER,
    SECOND,
    SINCE,
    TIERS_MADE,
    UNTIL,
    awarded,
    deliver,
    gold,
    in_force,
    proposed,
    tiers,
    tiers_text,
)
from fairgate import clock
from fairgate.errors import RowIsKept
from fairgate.money import Money
from partnerships import api, models
from partnerships.data import AwardState, SchemeState
from partnerships.exceptions import (
    AwardRefused,
    RecordIsKept,
    SchemeRefused,
    SecondPersonNeeded,
    SignedOutOfOrder,
    UnknownAward,
    UnknownPartner,
    UnknownScheme,
)

pytestmark = pytest.mark.django_db
SECOND_OF_TIME = timedelta(seconds=1)


def states(at):
    return [one.state for one in api.schemes(at=at)]


# --- Schemes


def test_a_scheme_counts_once_a_second_person_has_confirmed_it():
    made = api.propose_scheme(tiers_text(), reason="First", by=PROPOSER, at=TIERS_MADE)
    assert made.state is SchemeState.WAITING
    assert api.scheme_in_force(at=NOW) is None

    api.confirm_scheme(made.uuid, by=SECOND, at=NOW)

    assert api.scheme_in_force(at=NOW).uuid == made.uuid
    assert api.scheme_in_force(at=NOW - SECOND_OF_TIME) is None


def test_who_proposed_a_scheme_does_not_confirm_it():
    made = api.propose_scheme(tiers_text(), reason="First", by=PROPOSER, at=TIERS_MADE)

    with pytest.raises(SecondPersonNeeded):
        api.confirm_scheme(made.uuid, by=PROPOSER, at=NOW)

    assert api.scheme_in_force(at=NOW) is None
    row = models.RecognitionScheme.objects.get()
    row.confirmed_by, row.confirmed_at = row.asked_by, NOW
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_scheme_is_decided_once_and_a_refusal_has_a_reason():
    made = api.propose_scheme(tiers_text(), reason="First", by=PROPOSER, at=TIERS_MADE)
    with pytest.raises(SchemeRefused, match="Say why"):
        api.refuse_scheme(made.uuid, because=" ", by=SECOND, at=NOW)

    api.refuse_scheme(made.uuid, because="Too low", by=SECOND, at=NOW)

    assert states(NOW) == [SchemeState.REFUSED]
    with pytest.raises(SchemeRefused, match="already"):
        api.confirm_scheme(made.uuid, by=SECOND, at=NOW)
    with pytest.raises(SchemeRefused, match="already"):
        api.refuse_scheme(made.uuid, because="Again", by=SECOND, at=NOW)
    again = api.propose_scheme(tiers_text(), reason="Higher", by=PROPOSER, at=NOW)
    assert again.state is SchemeState.WAITING


def test_two_schemes_do_not_begin_on_one_day():
    tiers()

    with pytest.raises(SchemeRefused, match="begins on 2026-10-01"):
        api.propose_scheme(tiers_text(), reason="Second", by=PROPOSER, at=NOW)

    assert len(api.schemes(at=NOW)) == 1


def test_the_scheme_that_began_last_counts_from_the_first_second_of_its_first_day():
    old = tiers()
    new = tiers(at=NOW, valid_from="2026-12-01")
    first = datetime(2026, 12, 1, tzinfo=UTC)

    assert api.scheme_in_force(at=first - SECOND_OF_TIME).uuid == old.uuid
    assert api.scheme_in_force(at=first).uuid == new.uuid
    assert states(first) == [SchemeState.COUNTS, SchemeState.REPLACED]
    assert states(first - SECOND_OF_TIME) == [SchemeState.NOT_YET, SchemeState.COUNTS]


def test_a_scheme_with_an_end_counts_through_its_last_day():
    tiers(valid_until="2026-11-30")
    first_after = datetime(2026, 12, 1, tzinfo=UTC)

    assert api.scheme_in_force(at=first_after - SECOND_OF_TIME) is not None
    assert api.scheme_in_force(at=first_after) is None
    assert states(first_after) == [SchemeState.ENDED]


def test_what_a_scheme_says_is_never_changed_or_deleted():
    tiers()
    row, tier = models.RecognitionScheme.objects.get(), models.RecognitionTier.objects.first()

    with pytest.raises(RecordIsKept):
        row.delete()
    with pytest.raises(RowIsKept):
        tier.save()
    with pytest.raises(RowIsKept):
        models.RecognitionTier.objects.update(threshold_minor=1)


def test_there_are_no_schemes_or_tiers_but_those_that_were_made():
    made = api.propose_scheme(tiers_text(), reason="First", by=PROPOSER, at=TIERS_MADE)

    with pytest.raises(UnknownScheme):
        api.tier(made.uuid_of["GOLD"], at=NOW)
    with pytest.raises(UnknownScheme):
        api.confirm_scheme(made.uuid_of["GOLD"], by=SECOND, at=NOW)
    api.confirm_scheme(made.uuid, by=SECOND, at=NOW)
    assert api.tier(made.uuid_of["GOLD"], at=NOW)[1].code == "GOLD"


# --- Awards


def test_an_award_follows_from_cash_and_things_that_were_accepted():
    # given
    in_force()
    tiers()
    deliver("16100.00")
    deliver("7800.00", code="EXPERTS")

    # when
    award = awarded()

    # then
    assert (award.tier.code, award.worth) == ("GOLD", Money("20000.00", "USD"))
    assert award.state is AwardState.IN_FORCE
    assert api.list_altered_awards() == ()


def test_what_nobody_has_accepted_and_what_lies_outside_the_days_does_not_count():
    version = in_force()
    tiers()
    deliver("10000.00")
    deliver("9999.00", on=date(2026, 11, 1), at=NOW)
    api.record_delivery(
        version.uuid, "GRANT", amount=Money("9999.00", "USD"), delivered_on=date(2026, 10, 15),
        evidence="Letter", by=PROPOSER, at=DELIVERED,
    )  # fmt: skip

    found = api.tier_reached("GSMA", since=SINCE, until=UNTIL, at=NOW)

    assert (found.worth, found.tier.code) == (Money("10000.00", "USD"), "SILVER")


def test_an_award_waits_for_a_second_person_who_does_not_act_for_the_partner():
    in_force()
    tiers()
    deliver("10000.00")
    made = proposed()
    api.add_person(account(SECOND), partner_code="GSMA", role="officer", at=NOW)

    for person in (PROPOSER, SECOND):
        with pytest.raises(SecondPersonNeeded):
            api.confirm_award(made.uuid, by=person, at=NOW)
    assert api.award(made.uuid, at=NOW).state is AwardState.WAITING

    assert api.confirm_award(made.uuid, by=SECOND + 1, at=NOW).state is AwardState.IN_FORCE
    with pytest.raises(AwardRefused, match="already"):
        api.confirm_award(made.uuid, by=SECOND + 1, at=NOW)
    with pytest.raises(AwardRefused, match="already"):
        api.refuse_award(made.uuid, because="No", by=SECOND, at=NOW)


def test_an_award_is_in_force_from_the_first_second_of_its_days_to_the_last():
    award = gold()
    begin, end = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC)

    def state(at):
        return api.award(award.uuid, at=at).state

    assert (award.valid_from, award.valid_until) == (FIRST, LAST)
    assert state(end - SECOND_OF_TIME) is AwardState.IN_FORCE
    assert state(end) is AwardState.ENDED
    early = awarded(valid_from=date(2027, 11, 1), valid_until=date(2027, 11, 30))
    assert early.state is AwardState.NOT_YET
    assert api.award(early.uuid, at=end).state is AwardState.IN_FORCE
    with pytest.raises(UnknownAward):
        api.award(award.uuid, at=begin)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"until": date(2026, 11, 24)}, "has not come yet"),
        ({"until": date(2026, 9, 30)}, "end before they begin"),
        ({"valid_until": date(2026, 10, 31)}, "ends before it begins"),
        ({"valid_until": date(2031, 1, 1)}, "at most; award it again"),
        # The day after the last day of the calendar stands in no badge.
        ({"valid_from": date(9999, 1, 1), "valid_until": date.max}, "begins in 3660 days at most"),
        ({"reason": "  "}, "Say why"),
        ({"reason": "a\x00b"}, "Say why"),
        ({"since": date(2026, 10, 16)}, "reaches no tier"),
        ({"at": TIERS_MADE - SECOND_OF_TIME, "until": date(2026, 10, 1)}, "No scheme of tiers"),
    ],
)
def test_an_award_that_does_not_follow_is_refused_and_nothing_is_kept(changes, sentence):
    in_force()
    tiers()
    deliver("20000.00")

    with pytest.raises(AwardRefused, match=sentence):
        proposed(**changes)

    assert api.awards(at=NOW) == ()


def test_a_worth_that_no_amount_can_hold_is_refused_in_words():
    in_force()
    tiers(currency="EUR", rates='[{currency: USD, rate: "999999999"}]')
    deliver("9999999999.00")

    with pytest.raises(AwardRefused, match="worth more than any amount"):
        proposed()
    with pytest.raises(AwardRefused, match="worth more than any amount"):
        api.tier_reached("GSMA", since=SINCE, until=UNTIL, at=NOW)


def test_a_partner_without_accepted_due_diligence_gets_no_award():
    in_force()
    tiers()
    deliver("20000.00")
    waiting = proposed()
    api.record_due_diligence(
        "GSMA", accepted=False, expires_on=date(2030, 1, 1), by="officer", at=NOW
    )

    with pytest.raises(AwardRefused, match="due diligence"):
        api.confirm_award(waiting.uuid, by=SECOND, at=NOW)
    with pytest.raises(AwardRefused, match="due diligence"):
        proposed(valid_from=date(2028, 1, 1), valid_until=date(2028, 2, 1))
    with pytest.raises(UnknownPartner):
        api.tier_reached("NOBODY", since=SINCE, until=UNTIL, at=NOW)


def test_what_was_corrected_between_proposal_and_confirmation_stops_the_award():
    version = in_force()
    tiers()
    record = deliver("20000.00")
    made = proposed()
    fixed = api.record_delivery(
        version.uuid, "GRANT", amount=Money("12000.00", "USD"), delivered_on=date(2026, 10, 15),
        evidence="The bank's paper", replaces=record, by=PROPOSER, at=NOW,
    )  # fmt: skip
    api.accept_delivery(fixed, by=SECOND, at=NOW)

    with pytest.raises(AwardRefused, match="reaches another tier"):
        api.confirm_award(made.uuid, by=SECOND, at=NOW)

    api.refuse_award(made.uuid, because="Corrected", by=PROPOSER, at=NOW)
    assert awarded().tier.code == "SILVER"


def test_a_later_correction_leaves_the_award_and_its_replay_as_they_are():
    award = gold()
    later = NOW + timedelta(days=1)
    version = api.list_versions(at=NOW)[0]
    record = models.Delivery.objects.get().uuid
    fixed = api.record_delivery(
        version.uuid, "GRANT", amount=Money("1.00", "USD"), delivered_on=date(2026, 10, 15),
        evidence="The bank's paper", replaces=record, by=PROPOSER, at=later,
    )  # fmt: skip
    api.accept_delivery(fixed, by=SECOND, at=later)
    tiers(at=later, valid_from="2026-11-24")

    assert api.award(award.uuid, at=later).tier.code == "GOLD"
    assert api.list_altered_awards() == ()


def test_an_award_keeps_what_it_was_computed_from_and_says_if_that_was_altered():
    award = gold()
    row = models.RecognitionAward.objects.get()
    told = json.loads(row.inputs)

    assert told["since"] == "2026-10-01"
    assert [line[1:] for line in told["deliveries"]] == [["cash", "20000.00", "USD"]]
    models.RecognitionAward.objects.filter(pk=row.pk).update(worth_minor=1)
    assert api.list_altered_awards() == (award.uuid,)


def test_of_two_awards_for_the_same_days_the_second_is_refused_unless_it_is_higher():
    in_force()
    tiers()
    deliver("10000.00")
    awarded()
    with pytest.raises(AwardRefused, match="for the same days"):
        proposed(valid_from=LAST, valid_until=LAST)
    deliver("10000.00", on=date(2026, 10, 16))

    awarded()

    assert [one.tier.code for one in api.awards(at=NOW)] == ["GOLD", "SILVER"]
    named = {code: len(api.awards(at=NOW, partner_code=code)) for code in ("GSMA", "gsma")}
    assert named["gsma"] == 0 < named["GSMA"]


def test_a_revoked_award_counts_no_more_from_that_second_and_can_be_given_again():
    award = gold()
    with pytest.raises(AwardRefused, match="Say why"):
        api.revoke_award(award.uuid, reason="", by=SECOND, at=NOW)
    with pytest.raises(SignedOutOfOrder):
        api.revoke_award(award.uuid, reason="Fraud", by=SECOND, at=NOW - SECOND_OF_TIME)
    later = NOW + timedelta(days=3)

    revoked = api.revoke_award(award.uuid, reason="The grant was paid back", by=SECOND, at=later)

    assert (revoked.state, revoked.revoked_at) == (AwardState.REVOKED, later)
    before = api.award(award.uuid, at=later - SECOND_OF_TIME)
    assert (before.state, before.revoked_at) == (AwardState.IN_FORCE, None)
    with pytest.raises(AwardRefused, match="revoked already"):
        api.revoke_award(award.uuid, reason="Again", by=SECOND, at=later)
    assert awarded(at=later).state is AwardState.IN_FORCE
    assert models.AwardRevocation.objects.get().reason == "The grant was paid back"


def test_what_was_not_granted_is_not_revoked():
    in_force()
    tiers()
    deliver("10000.00")
    made = proposed()

    with pytest.raises(AwardRefused, match="refuse this one"):
        api.revoke_award(made.uuid, reason="Too early", by=SECOND, at=NOW)

    with pytest.raises(RecordIsKept):
        models.RecognitionAward.objects.get().delete()


# --- Commands


@pytest.fixture
def today():
    clock.use(lambda: NOW)
    yield
    clock.use(None)


def told(*arguments):
    out = StringIO()
    call_command("partnerships_award", "GSMA", "--since=2026-10-01", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_which_tier_is_reached_and_keeps_nothing(today):
    in_force()
    tiers()
    deliver("10000.00")

    assert told("--until=2026-10-31") == "GSMA: USD 10,000.00, SILVER\n"
    assert told("--until=2026-10-14") == "GSMA: USD 0.00, no tier\n"
    assert api.awards(at=NOW) == ()


def test_the_command_proposes_an_award_in_the_name_of_a_user(today, django_user_model):
    in_force()
    tiers()
    deliver("10000.00")
    period = ["--until=2026-10-31", "--valid-from=2026-11-01", "--valid-until=2027-10-31"]
    with pytest.raises(CommandError, match="--by"):
        told(*period, "--reason=For 2026")
    omar = django_user_model.objects.create_user("omar")

    said = told(*period, "--reason=For 2026", "--by=omar")

    (award,) = api.awards(at=NOW)
    assert str(award.uuid) in said
    assert models.RecognitionAward.objects.get().asked_by == omar.pk
    with pytest.raises(CommandError, match="for the same days"):
        told(*period, "--reason=For 2026", "--by=omar")


def test_the_status_fails_if_an_award_was_altered(today):
    gold()
    call_command("partnerships_status", stdout=StringIO())
    models.RecognitionAward.objects.update(worth_minor=1)

    with pytest.raises(CommandError, match="do not follow from what was delivered"):
        call_command("partnerships_status", stdout=StringIO())
