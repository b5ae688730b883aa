"""What another process has written counts at the very next question, though much is kept here."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from factories import waiver_policy as make
from races import READ_COMMITTED, REPEATABLE_READ, race, values
from waiver_policy import api, models
from waiver_policy.data import Outcome
from waiver_policy.exceptions import NotEligible
from waiver_policy.selectors import editions

LATER = make.EVE + timedelta(hours=1)
NEXT_DAY = make.EVE + timedelta(days=1)
CONTESTED = {"iso3166_alpha2": "BD", "alt_until_date": "2029-11-24"}
UGANDA = {
    "iso3166_alpha2": "UG", "until_date": "", "until_precision": "", "status": "current",
}  # fmt: skip
ONLY_LDC = make.policy_text(make.LDC_FREE)
TWO_THIRDS = make.policy_text(make.LDC_FREE.replace("100", "66"))


def prepare(text=None):
    make.lists(make.list_text({}, UGANDA, CONTESTED))
    make.policy(text or ONLY_LDC)
    make.credit()


def elsewhere(act, **how):
    """Another process does something, on a connection of its own where the server is one.

    Nothing of what this process keeps hears of it.
    """
    kept = editions._kept
    if connection.vendor == "mysql" and not connection.in_atomic_block:
        assert len(values(race(act, **how))) == 1
    else:
        act()
    editions._kept = kept


def decide(country="LA", *, at=NEXT_DAY):
    return api.decide(make.applicant(1, country), offering_code=make.COURSE, at=at)


def grant(country="LA", *, at=LATER):
    """The decision that was kept about a request for a grant."""
    with suppress(NotEligible):
        make.grant(country=country, at=at)
    return models.WaiverDecision.objects.latest("id")


def new_edition(*rows, at=LATER):
    proposal = make.propose(make.list_text(*rows), at=at)
    api.apply_edition(proposal.uuid, by=make.operator("bo"), at=at)


def laos_stays(at=LATER):
    new_edition({"until_date": "2029-11-24"}, UGANDA, CONTESTED, at=at)


def confirm():
    api.confirm_membership("LDC", "BD", by=make.operator("ines"), note="Seen.", at=LATER)


def retire():
    api.retire_policy(make.SLUG, by="Ines", at=LATER)


def codes(decision):
    return [reason.code for reason in decision.reasons]


@pytest.mark.django_db(transaction=True)
class TestTheNextQuestion:
    """Each of these is asked before, so that everything is kept here; then somebody else writes."""

    @pytest.fixture(autouse=True)
    def asked_before(self):
        prepare()
        decide()

    def test_counts_with_a_new_edition(self):
        assert grant(at=NEXT_DAY).outcome == Outcome.REFUSED
        elsewhere(laos_stays)
        kept = grant(at=NEXT_DAY)
        assert (kept.outcome, kept.editions) == (Outcome.GRANTED, ["LDC-2"])

    def test_counts_with_an_end_that_was_confirmed(self):
        assert "LIST_STATUS_PROVISIONAL" in codes(decide("BD"))
        elsewhere(confirm)
        assert "LIST_STATUS_PROVISIONAL" not in codes(decide("BD"))

    def test_counts_with_another_version_of_the_policy(self):
        elsewhere(lambda: make.policy(TWO_THIRDS, at=LATER))
        assert grant("UG").reduction["percent"] == "66"

    def test_counts_with_a_policy_that_was_retired(self):
        elsewhere(retire)
        assert grant("UG").codes == ["NO_ACTIVE_POLICY"]

    def test_of_an_earlier_moment_counts_with_what_was_known_then(self):
        elsewhere(laos_stays)
        assert decide().editions == ("LDC-2",)
        assert decide(at=LATER).editions == ("LDC-2",)
        assert decide(at=LATER - timedelta(microseconds=1)).editions == ("LDC-1",)

    def test_counts_with_the_money_that_has_come(self):
        models.WaiverFund.objects.update(available_minor=0)
        elsewhere(lambda: make.credit(key="more"))
        assert grant("UG").outcome == Outcome.GRANTED


@pytest.mark.django_db
def test_what_was_rolled_back_was_never_there():
    prepare()
    with transaction.atomic():
        laos_stays()
        assert decide().editions == ("LDC-2",)
        transaction.set_rollback(True)
    assert decide().editions == ("LDC-1",)
    new_edition({"until_date": "2028-11-24"})
    decision = decide()
    assert (decision.editions, decision.outcome) == (("LDC-2",), Outcome.GRANTED)
    assert decision.reasons[0].params["until"] == "2028-11-24"


@pytest.mark.django_db
def test_a_version_that_was_rolled_back_is_not_the_next_one_of_the_same_text():
    make.lists(make.list_text({}, UGANDA))
    with transaction.atomic():
        make.policy(make.policy_text(make.LDC_FREE, slug="other"), slug="other")
        make.policy(ONLY_LDC)
        assert decide("UG").policy_version == 1
        transaction.set_rollback(True)
    make.policy(TWO_THIRDS)
    make.policy(ONLY_LDC)
    assert decide("UG").policy_version == 2


@pytest.mark.django_db
def test_an_edition_for_a_moment_that_is_past_counts_from_that_moment():
    prepare()
    decide()
    make.lists(make.named_text({}), known_from=make.LONG_AGO - timedelta(days=1))
    before = make.LONG_AGO - timedelta(hours=1)
    assert api.is_member("R4L_A", "ET", on=before.date(), known_at=before)
    assert api.is_member("LDC", "UG", on=before.date(), known_at=before) is None


@pytest.mark.django_db
def test_policy_and_lists_cost_a_decision_no_query_of_their_own():
    prepare()
    decide()
    with CaptureQueriesContext(connection) as sent:
        decide()
    tables = [query["sql"] for query in sent if "fee_payments" not in query["sql"]]
    assert len(tables) == 1


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", [READ_COMMITTED, REPEATABLE_READ])
def test_who_reads_an_old_snapshot_tells_nobody_else(isolation):
    """A transaction that began before sees its own moment, or the newest; the next one the newest.

    READ COMMITTED sees the newest with each statement, REPEATABLE READ the moment it began.
    """
    prepare()

    def ask_twice():
        first = decide().editions
        elsewhere_connection = race(laos_stays)
        assert len(values(elsewhere_connection)) == 1
        return first, decide().editions

    seen = ("LDC-1",) if isolation == REPEATABLE_READ else ("LDC-2",)
    assert values(race(ask_twice, isolation=isolation, atomic=True)) == [(("LDC-1",), seen)]
    assert decide().editions == ("LDC-2",)
