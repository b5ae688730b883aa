"""The facts that decide about enrolments, and where enrolments and rights differ.

Everything is read in pages by key: MySQL's driver would fetch a whole result before its first row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from fee_payments import compat, models, rules
from fee_payments.data import (
    CourseModes,
    EnrolmentAction,
    EnrolmentAttribute,
    EnrolmentFacts,
    EnrolmentFault,
    EnrolmentFinding,
    EnrolmentStep,
    ModeRight,
    OurEnrolment,
)

PAGE = 500

# Tells of a course run and a moment whether nobody may enter it without a fee.
HoldQuestion = Callable[[str, datetime], bool]
_hold_questions: list[HoldQuestion] = []


def ask_about_holds(question: HoldQuestion) -> None:
    """Ask this function whether enrolment in a course run waits for a fee.

    Where it does, who loses the right to be in the run does not stay in its free mode. Told once,
    when apps are ready; what it raises puts the enrolment off.
    """
    if question not in _hold_questions:
        _hold_questions.append(question)


def enrolment_facts(
    course_key: str, user_ids: Collection[int], *, at: datetime
) -> dict[int, EnrolmentFacts]:
    """What decides about these people's enrolments in a course run, at this moment.

    Five queries, whatever their number, and those of who is asked about holds.
    """
    rights: dict[int, list[models.Entitlement]] = defaultdict(list)
    for row in _live(course_key, user_ids, at):
        rights[row.user_id].append(row)
    present = compat.enrolments_of(course_key, user_ids)
    ours = {
        row.user_id: OurEnrolment(
            mode_before=row.mode_before, mode_by_us=row.mode_by_us, last_right=row.last_right
        )
        for row in models.Enrolled.objects.filter(
            course_key=course_key, user_id__in=user_ids, ended_at__isnull=True
        )
    }
    modes = CourseModes(paid=compat.paid_modes(course_key), free=compat.free_modes(course_key))
    is_held = any(asked(course_key, at) for asked in _hold_questions)
    return {
        user_id: EnrolmentFacts(
            rights=tuple(_mode_right(row) for row in rights[user_id]),
            present=present.get(user_id),
            ours=ours.get(user_id),
            modes=modes,
            is_held=is_held,
            attributes=_attributes(rights[user_id]),
        )
        for user_id in user_ids
    }


def courses_with_enrolment() -> tuple[str, ...]:
    """The course runs with an offering that says something of enrolment."""
    rows = models.Offering.objects.values_list("course_key", "kind", "enrolment_mode").distinct()
    return tuple(sorted({key for key, kind, mode in rows if rules.touches_enrolment(kind, mode)}))


def enrolment_findings(*, course_key: str = "", at: datetime) -> Iterator[EnrolmentFinding]:
    """Where enrolments and rights differ, in one course run or in all, one learner at a time.

    First what follows from rights, past and present; then who is in a paid mode without one.
    """
    for learners in _pages_of_learners(course_key):
        for course, user_ids in learners.items():
            yield from _differences(course, user_ids, at)
    for course in [course_key] if course_key else courses_with_enrolment():
        yield from _without_right(course, at)


def next_start(user_id: int, course_key: str, *, at: datetime) -> datetime | None:
    """When the next right of this learner in the course run begins, after this moment."""
    rows = models.Entitlement.objects.filter(
        user_id=user_id,
        offering__course_key=course_key,
        revoked_at__isnull=True,
        starts_at__gt=at,
    )
    return rows.order_by("starts_at").values_list("starts_at", flat=True).first()


def _live(course_key: str, user_ids: Collection[int], at: datetime) -> QuerySet[models.Entitlement]:
    return (
        models.Entitlement.objects.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=at),
            offering__course_key=course_key,
            user_id__in=user_ids,
            starts_at__lte=at,
            revoked_at__isnull=True,
        )
        .select_related("offering", "line__order", "seat_code")
        .order_by("id")
    )


def _mode_right(row: models.Entitlement) -> ModeRight:
    return ModeRight(
        id=row.pk,
        kind=row.offering.kind,
        enrolment_mode=row.offering.enrolment_mode,
        starts_at=row.starts_at,
    )


def _attributes(rows: Iterable[models.Entitlement]) -> tuple[EnrolmentAttribute, ...]:
    """What stands beside an enrolment: each right behind it, and the order that it rests on."""
    found: list[EnrolmentAttribute] = []
    for row in rows:
        if not rules.touches_enrolment(row.offering.kind, row.offering.enrolment_mode):
            continue
        if row.line is not None:
            order = str(row.line.order.uuid)
            found.append(EnrolmentAttribute(namespace="order", name="order_id", value=order))
        for name, value in (("entitlement_id", str(row.uuid)), ("source", row.source)):
            found.append(EnrolmentAttribute(namespace="fairgate", name=name, value=value))
    return tuple(dict.fromkeys(found))


def _pages_of_learners(course_key: str) -> Iterator[dict[str, list[int]]]:
    """Who ever had a right, by course run: each learner of a course once, with their newest."""
    only = Q(offering__course_key=course_key) if course_key else Q()
    last = 0
    while True:
        rows = models.Entitlement.objects.filter(only, id__gt=last).order_by("id")
        page = list(rows.values_list("id", "user_id", "offering__course_key")[:PAGE])
        if not page:
            return
        last = page[-1][0]
        newest = _newest({user for _id, user, _course in page}, {course for *_, course in page})
        learners: dict[str, list[int]] = defaultdict(list)
        for pk, user, course in page:
            if newest.get((user, course), pk) == pk:
                learners[course].append(user)
        yield learners


def _newest(user_ids: set[int], courses: set[str]) -> dict[tuple[int, str], int]:
    rows = models.Entitlement.objects.filter(user_id__in=user_ids, offering__course_key__in=courses)
    pairs = rows.values("user_id", "offering__course_key").annotate(newest=Max("id"))
    return {
        (user, course): newest
        for user, course, newest in pairs.values_list("user_id", "offering__course_key", "newest")
    }


def _differences(course_key: str, user_ids: list[int], at: datetime) -> Iterator[EnrolmentFinding]:
    for user_id, facts in enrolment_facts(course_key, user_ids, at=at).items():
        action = rules.next_action(facts)
        fault = rules.fault_of(facts, action)
        if fault is not None:
            yield EnrolmentFinding(
                user_id=user_id,
                course_key=course_key,
                fault=fault,
                present=facts.present,
                action=action,
            )


def _without_right(course_key: str, at: datetime) -> Iterator[EnrolmentFinding]:
    paid, after = compat.paid_modes(course_key), 0
    while page := compat.enrolled_in(course_key, paid, after=after, limit=PAGE):
        after = page[-1]
        for user_id, facts in enrolment_facts(course_key, page, at=at).items():
            if rules.has_no_right(facts):
                yield EnrolmentFinding(
                    user_id=user_id,
                    course_key=course_key,
                    fault=EnrolmentFault.NOT_ENTITLED,
                    present=facts.present,
                    action=EnrolmentAction(step=EnrolmentStep.UNENROL),
                )
