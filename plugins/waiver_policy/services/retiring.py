"""Forgets a person who leaves the platform: what says something about them, not what was paid.

Whoever adds a table with such things adds a step to ``STEPS``, or, in another app, says so once
through ``api.forget_also``. A step takes the user's id and the moment, may run again, and returns
how many rows it changed.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Case, Q, Value, When

from fairgate_tables.transactions import run_again
from waiver_policy import compat, models
from waiver_policy.data import ApplicationState
from waiver_policy.exceptions import CoolingOff
from waiver_policy.services import (
    changed_profiles,
    documents,
    evidence,
    facts,
    limits,
    nominated,
    waiting,
)

log = logging.getLogger(__name__)

Step = Callable[[int, datetime], int]

WORDS = (
    "country", "note", "organisation", "organisation_domain", "review_reason", "awaiting_reason",
    "first_refusal",
)  # fmt: skip
"""What an application says about a person, or somebody else about them."""

LOGGED = (
    models.AdministrationFocalPoint, models.ReviewerOrganisation, models.CountryEvidence,
    models.StatedFact,
)  # fmt: skip
"""What the admin may have written about into its log, under whatever name it had."""

TELLING = ("country:", "institution:")
"""How the subjects of limits begin that tell where somebody is from, or works."""


@run_again
def retire_person(user_id: int, *, at: datetime) -> Mapping[str, int]:
    """Forget a person, all of it or nothing; again changes nothing more.

    Raises:
        CoolingOff: the platform has their wish to leave, and still lets them take it back.
    """
    if compat.retirement_state(user_id) == compat.PENDING:
        raise CoolingOff(user_id)
    with transaction.atomic():
        done = {name: step(user_id, at) for name, step in STEPS.items()}
    log.info("person forgotten: user=%s rows=%s", user_id, sum(done.values()))
    return done


def _messages(user_id: int, at: datetime) -> int:
    """Questions of reviewers and the person's answers."""
    del at
    rows = models.ApplicationMessage.objects.filter(application__user_id=user_id)
    return rows.delete()[0]


def _applications(user_id: int, at: datetime) -> int:
    """Country, words, and what a reviewer wrote; one that waits is withdrawn."""
    del at
    mine = models.WaiverApplication.objects.filter(user_id=user_id)
    mine.filter(open_key__isnull=False).update(
        state=ApplicationState.WITHDRAWN.value, open_key=None,
        awaiting_bp=None, awaiting_minor=None, awaiting_currency="", awaiting_by=None,
        assigned_to=None, assigned_at=None, asked_at=None, answer_until=None,
    )  # fmt: skip
    told = Q(*(Q(**{name: ""}) for name in WORDS), counted=[])
    return mine.exclude(told).update(**dict.fromkeys(WORDS, ""), counted=[])


def _nominations(user_id: int, at: datetime) -> int:
    """Which State has named the person. What nobody has decided ends: it takes no seat.

    What was approved stays counted for its event. The row that counts a person's year keeps its
    key: it says no more than the nomination, and the id in both leads to nobody any more.
    """
    nominated.end_all_of(user_id, at=at)
    mine = models.Nomination.objects.filter(user_id=user_id).exclude(country="")
    told = list(mine.values_list("pk", flat=True))
    for pk in told:
        # The key of a rank begins with the State; one that nobody has is as unique.
        rank = Case(When(live_rank__isnull=False, then=Value(f"left:{pk}")), default=Value(None))
        one = models.Nomination.objects.filter(pk=pk)
        one.update(country="", administration="", live_rank=rank)
    return len(told)


def _admin_log(user_id: int, at: datetime) -> int:
    """What the admin's log called the rows that tell where the person works, or is from.

    A focal point was once called after the country and the user: so is one that an operator has
    deleted since.
    """
    del at
    if not apps.is_installed("django.contrib.admin"):
        return 0
    from django.contrib.admin.models import LogEntry

    changed = 0
    for model in LOGGED:
        mine = model.objects.filter(user_id=user_id).values_list("pk", flat=True)
        about = Q(object_id__in=[str(pk) for pk in mine])
        if model is models.AdministrationFocalPoint:
            about |= Q(object_repr__endswith=f" {user_id}")
        rows = LogEntry.objects.filter(about, content_type=ContentType.objects.get_for_model(model))
        told = rows.exclude(object_repr="", change_message="")
        changed += told.update(object_repr="", change_message="")
    return changed


def _roles(user_id: int, at: datetime) -> int:
    """Where somebody works, what they were told, and that they have applied."""
    del at
    rows = (
        models.AdministrationFocalPoint, models.Applying, models.Notice,
        models.ReviewerOrganisation,
    )  # fmt: skip
    return sum(model.objects.filter(user_id=user_id).delete()[0] for model in rows)


def _documents(user_id: int, at: datetime) -> int:
    """What was sent with applications; each file goes after the commit."""
    return documents.forget(user_id, at=at)


def _countries(user_id: int, at: datetime) -> int:
    """What was said and seen about the person's countries."""
    del at
    return evidence.forget(user_id)


def _stated_facts(user_id: int, at: datetime) -> int:
    """What the person has said of themselves for a policy, and what others have seen."""
    del at
    return facts.forget(user_id)


def _changes_of_country(user_id: int, at: datetime) -> int:
    """When the person changed the country of their profile, and one that they took out."""
    del at
    return changed_profiles.forget(user_id)


def _price_locks(user_id: int, at: datetime) -> int:
    """The country that a price was kept for; one that is kept still ends."""
    mine = models.PriceLock.objects.filter(user_id=user_id)
    mine.filter(live_key__isnull=False).update(
        live_key=None, ended_at=at, end_reason=models.PriceLock.FORGOTTEN
    )
    return mine.exclude(country="").update(country="")


def _telling_limits(user_id: int, at: datetime) -> int:
    """What counts for a country or an institution tells where who holds it is from, or works.

    A seat that was taken stays counted, for nobody in particular. One that is only held is counted
    no more: who has left takes no seat. What is waited for tells it as well: see the next step.
    """
    del at
    mine = models.WaiverGrant.objects.select_for_update().filter(user_id=user_id).order_by("pk")
    grants = list(mine)
    places = models.WaitingPlace.objects.select_for_update().filter(user_id=user_id)
    list(places.order_by("pk").values_list("pk"))
    # Limits that count persons still have to know that these seats were one person's.
    nobody = -1 - secrets.randbelow(2**62)
    return sum(limits.forget(grant, TELLING, nobody=nobody) for grant in grants)


def _waiting_places(user_id: int, at: datetime) -> int:
    """Who has left waits for nothing. What is held for them lapses by itself, as every grant."""
    mine = models.WaitingPlace.objects.filter(user_id=user_id)
    waits = Q(state=models.WaitingPlace.WAITING)
    codes = list(mine.filter(waits).values_list("offering_code", flat=True))
    left = sum(waiting.leave(user_id, code, at=at) for code in codes)
    telling = reduce(or_, (Q(waits_for__startswith=kind) for kind in TELLING))
    return left + mine.filter(telling).exclude(waits).update(waits_for="")


def _decision_facts(user_id: int, at: datetime) -> int:
    """What decisions were made from. Last: the steps before it may look there."""
    del at
    return models.DecisionFacts.objects.filter(decision__user_id=user_id).forget()


STEPS: dict[str, Step] = {
    # First, in the order in which an offer is made: grants, places, limits, the fund, applications.
    "limits that tell something": _telling_limits,
    "waiting places": _waiting_places,
    # It locks calls, which everybody else locks before an application.
    "nominations": _nominations,
    "messages": _messages,
    "documents": _documents,
    # Before the rows go that it is about.
    "log of the admin": _admin_log,
    "countries": _countries,
    "stated facts": _stated_facts,
    "changes of country": _changes_of_country,
    "applications": _applications,
    "roles": _roles,
    "price locks": _price_locks,
    "facts of decisions": _decision_facts,
}


def forget_also(name: str, step: Step) -> None:
    """Let a step of another app run before the facts of decisions go."""
    last = STEPS.pop("facts of decisions")
    STEPS[name], STEPS["facts of decisions"] = step, last
