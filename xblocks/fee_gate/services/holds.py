"""Writes the rules of what is held: they begin and end, and nobody edits what was."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate_tables.transactions import run_again
from fee_gate import client, compat, keys, selectors
from fee_gate.data import HoldRule, HoldScope, NewRule
from fee_gate.exceptions import RuleRefused
from fee_gate.models import FeeGateRule

log = logging.getLogger(__name__)


@run_again
def begin_rule(new: NewRule, *, at: datetime) -> HoldRule:
    """Let enrolments in, or certificates of, a course run wait for a fee.

    Raises:
        RuleRefused: ``check_rule`` says why, or somebody else began one at the same moment.
    """
    check_rule(new, at=at)
    course = keys.course_text(new.course_key)
    live_key = _live_key(course, new.scope)
    try:
        with transaction.atomic():
            # Found without a lock: a locking statement that finds nothing would lock the gap where
            # the new row goes. Two who begin at once meet in the unique key.
            ended = FeeGateRule.objects.filter(live_key=live_key, ends_at__lte=new.effective_from)
            for last in ended.values_list("pk", flat=True):
                FeeGateRule.objects.filter(pk=last).update(live_key=None)
            row = FeeGateRule.objects.create(
                course_key=course,
                scope=new.scope,
                fee=new.fee,
                effective_from=new.effective_from,
                ends_at=new.ends_at,
                live_key=live_key,
            )
    except IntegrityError as error:
        raise RuleRefused(
            _("Somebody else has just begun a rule for this course. Look at it, and try again.")
        ) from error
    log.info("hold begun: rule=%s course=%s scope=%s fee=%s", row.pk, course, new.scope, new.fee)
    return selectors.hold_rule(row)


def check_rule(new: NewRule, *, at: datetime) -> None:
    """Say whether a rule may begin; writes nothing.

    Raises:
        RuleRefused: course or fee is not there, the fee is another course's, the time is past, or
            another rule of this course and scope is in the way.
    """
    course = keys.course_text(new.course_key)
    if not compat.has_course(course):
        raise RuleRefused(
            _("There is no course run “%(course)s”.") % {"course": new.course_key},
            field="course_key",
        )
    _check_fee(course, new.fee)
    if new.effective_from < at:
        raise RuleRefused(
            _("A rule begins now or later: nobody is held by a rule of yesterday."),
            field="effective_from",
        )
    if new.ends_at is not None and new.ends_at < new.effective_from:
        raise RuleRefused(_("A rule cannot end before it begins."), field="ends_at")
    last = FeeGateRule.objects.filter(live_key=_live_key(course, new.scope)).first()
    if last is not None and (last.ends_at is None or last.ends_at > new.effective_from):
        raise RuleRefused(
            _("A rule for this course is in the way: %(rule)s. End it first.") % {"rule": last}
        )


def _check_fee(course: str, fee: str) -> None:
    try:
        sold_for = client.course_of_fee(fee)
    except client.Undecidable as error:
        raise RuleRefused(_("The fees cannot be read at the moment. Try again later.")) from error
    if sold_for is None:
        raise RuleRefused(_("There is no fee “%(fee)s”.") % {"fee": fee}, field="fee")
    if keys.course_text(sold_for).casefold() != course.casefold():
        raise RuleRefused(
            _("The fee “%(fee)s” is one of %(other)s, not of this course.")
            % {"fee": fee, "other": sold_for},
            field="fee",
        )


@run_again
def end_rule(rule_id: int, *, ends_at: datetime, at: datetime) -> HoldRule:
    """Let a rule end, or end earlier than was said. What it held until then stays as it was.

    Raises:
        RuleRefused: ``check_end`` says why.
    """
    with transaction.atomic():
        row = FeeGateRule.objects.select_for_update().get(pk=rule_id)
        _check_end(row, ends_at, at)
        row.ends_at = ends_at
        row.save(update_fields=["ends_at"])
    log.info("hold ends: rule=%s course=%s scope=%s", row.pk, row.course_key, row.scope)
    return selectors.hold_rule(row)


def check_end(rule_id: int, *, ends_at: datetime | None, at: datetime) -> None:
    """Say whether a rule may end at that moment; writes nothing.

    Raises:
        RuleRefused: it has ended already, or the end is past, before its beginning, taken away, or
            later than was said: a longer time is a new rule.
    """
    _check_end(FeeGateRule.objects.get(pk=rule_id), ends_at, at)


def _check_end(row: FeeGateRule, ends_at: datetime | None, at: datetime) -> None:
    sentence = _why_not_end(row, ends_at, at)
    if sentence:
        raise RuleRefused(sentence, field="ends_at")


def _why_not_end(row: FeeGateRule, ends_at: datetime | None, at: datetime) -> str:
    if row.ends_at is not None and row.ends_at <= at:
        return _("This rule has ended. Begin a new one.")
    if ends_at is None or (row.ends_at is not None and ends_at > row.ends_at):
        return _("A rule is not made longer: begin a new one at its end.")
    if ends_at < at:
        return _("A rule ends now or later: what was held yesterday was held.")
    if ends_at < row.effective_from:
        return _(
            "A rule cannot end before it begins. To cancel one that has not begun, end it at its "
            "beginning."
        )
    return ""


def _live_key(course: str, scope: HoldScope) -> str:
    """The text that may stand in one row only: the newest rule of a course and scope."""
    return f"{scope} {course}".casefold()
