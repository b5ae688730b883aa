"""Gathers the facts of an enrolment or a certificate, and has ``holding`` decide."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import DatabaseError

from fee_gate import checking, client, compat, conf, holding, keys, selectors
from fee_gate.data import (
    Access,
    Actor,
    CertificateFacts,
    Decision,
    EnrolmentFacts,
    HoldRule,
    HoldScope,
)
from fee_gate.exceptions import RulesUnreadable

PERMISSION = "fee_gate.enrol_without_fee"

T = TypeVar("T")
log = logging.getLogger(__name__)


def enrolment(user_id: int | None, course_key: object, *, at: datetime) -> Decision:
    """Whether this person may be enrolled in the course run at this moment, by who asks for it.

    One query where no rule is in force. ``user_id`` ``None``: an account that is not stored yet.
    """
    rules = _rules(course_key, HoldScope.ENROLMENT, at=at)
    if rules == ():
        return holding.OPEN
    known = _asked(compat.enrolment, user_id, course_key, otherwise=None) if user_id else None
    facts = EnrolmentFacts(
        fees=None if rules is None else frozenset(rule.fee for rule in rules),
        settled=_settled(user_id, at=at),
        actor=_actor(course_key),
        is_exempt=user_id is not None and checking.is_exempt(user_id, course_key),
        is_enrolled=known is not None and known.is_active,
        is_invited=bool(user_id)
        and _asked(compat.is_invited, user_id, course_key, otherwise=False),
        trusts_nobody=conf.may_enrol_without_request(),
    )
    return _logged("enrolment", holding.may_enrol(facts), user_id, course_key)


def certificate(user_id: int, course_key: object, *, at: datetime) -> Decision:
    """Whether this person's certificate of the course run may be made at this moment.

    One query where no rule is in force.
    """
    rules = _rules(course_key, HoldScope.CERTIFICATE, at=at)
    if rules == ():
        return holding.OPEN
    known = _asked(compat.enrolment, user_id, course_key, otherwise=None)
    facts = CertificateFacts(
        rules=rules,
        settled=_settled(user_id, at=at),
        enrolled_at=known.created_at if known else None,
    )
    return _logged("certificate", holding.may_certify(facts), user_id, course_key)


def ask_for_certificate(user_id: int, course_key: str, *, at: datetime) -> None:
    """A learner's rights changed: a certificate that was held may be due. The platform decides."""
    if _rules(course_key, HoldScope.CERTIFICATE, at=at):
        compat.ask_for_certificate(user_id, course_key)


def is_enrolment_held(course_key: object, at: datetime) -> bool:
    """Whether enrolment in this course run waits for a fee at this moment, for who is a learner.

    Raises:
        RulesUnreadable: nobody can say.
    """
    rules = _rules(course_key, HoldScope.ENROLMENT, at=at)
    if rules is None:
        raise RulesUnreadable(f"Whether enrolment in {course_key} is held cannot be read now.")
    return rules != ()


def holds_apply(course_key: object) -> bool:
    """Whether holds count in this course run: the one place that asks its kill switch.

    A switch that cannot be read is not switched.
    """
    return _asked(compat.is_enforced, keys.course_text(course_key), otherwise=True)


def _rules(course_key: object, scope: HoldScope, *, at: datetime) -> tuple[HoldRule, ...] | None:
    """The rules in force, ``()`` where holds do not count, ``None`` when nobody can say."""
    rules = selectors.rules_in_force(course_key, scope, at=at)
    return rules if rules == () or holds_apply(course_key) else ()


def _settled(user_id: int | None, *, at: datetime) -> frozenset[str] | None:
    if user_id is None:
        return frozenset()
    try:
        return client.entitled_fees_now(user_id, at=at)
    except client.Undecidable:
        return None


def _actor(course_key: object) -> Actor:
    """Who asks, as the platform knows them by now: views that take tokens have read them."""
    request = compat.current_request()
    if request is None:
        return Actor.NOBODY
    if _is_staff(request.user, course_key):
        return Actor.STAFF
    if _is_service(request.user) or compat.has_api_key(request):
        return Actor.SERVICE
    return Actor.OTHER


def _is_staff(user: Any, course_key: object) -> bool:
    course = keys.course_text(course_key)
    return user.is_active and _asked(compat.is_course_staff, user.pk, course, otherwise=False)


def _is_service(user: Any) -> bool:
    return user.is_active and _asked(user.has_perm, PERMISSION, otherwise=False)


def _asked(ask: Callable[..., T], *about: Any, otherwise: T) -> T:
    """The answer of the platform, or what is assumed when its database does not answer."""
    try:
        return ask(*about)
    except DatabaseError:
        log.exception("fee gate: not known (%s): %s", getattr(ask, "__name__", ask), about)
        return otherwise


def _logged(what: str, decision: Decision, user_id: int | None, course_key: object) -> Decision:
    if decision.access is not Access.OPEN:
        # That nobody can say is for who operates; that a fee is missing is everyday.
        level = logging.ERROR if decision.access is Access.UNDECIDED else logging.INFO
        log.log(
            level,
            "fee gate: %s held (%s): course=%s user=%s fee=%s",
            what,
            decision.access,
            course_key,
            user_id,
            decision.fee,
        )
    return decision
