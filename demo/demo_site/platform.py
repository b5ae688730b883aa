"""Answers what the apps' ``compat.py`` would ask the platform (see ``fairgate.stand_in``).

The functions have the names, arguments and meaning of the replaceable functions of
``fee_payments.compat``, ``fee_gate.compat``, ``partner_badge.compat`` and ``partnerships.compat``;
the contract tests run against both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model

from demo_site.models import DemoEnrolment, Person
from fee_payments.data import CourseProgress, Enrolment, EnrolmentAttribute
from fee_payments.exceptions import EnrolmentRefused


def profile_country(user_id: int) -> str:
    """The country in a person's profile, ISO alpha-2, or empty: nobody has to give one."""
    return Person.objects.filter(user_id=user_id).values_list("country", flat=True).first() or ""


def full_name(user_id: int) -> str:
    """What a person is called: the demo's people have a full name."""
    found = get_user_model()._default_manager.filter(pk=user_id).first()
    return found.get_full_name() if found else ""


def year_of_birth(_user_id: int) -> int | None:
    """The year of birth in a person's profile: the demo's profiles have none."""
    return None


def ip_country(_request: Any) -> str:
    """The country a request comes from: nobody can say of somebody's own machine."""
    return ""


def retirement_state(user_id: int) -> str:
    """Where a person's retirement stands: nobody leaves the demo."""
    return ""


def preferred_language(_user_id: int) -> str:
    """The language a person has chosen for good: in the demo a visitor chooses it for everybody."""
    return ""


def course_url(course_key: str) -> str:
    """The page of a course, for a learner who may enter it."""
    from django.urls import reverse

    from demo_site import courseware

    run = courseware.run_by_key(course_key)
    return reverse("course", args=[run.slug]) if run else reverse("catalogue")


def course_language(course_key: str) -> str:
    """The code of the language a course is written in; "" if there is no such course."""
    from demo_site import courseware

    run = courseware.run_by_key(course_key)
    return run.language if run else ""


def course_progress(user_ids: Collection[int], course_key: str) -> dict[int, CourseProgress]:
    """How far learners are in a course run: the demo grades nobody, and remembers no visit."""
    from demo_site import courseware

    if courseware.run_by_key(course_key) is None:
        return {}
    nothing = CourseProgress(has_started=False, grade_percent=None, has_passed=False)
    return dict.fromkeys(user_ids, nothing)


def account_url() -> str:
    """The page on which a learner sets the country of their profile."""
    from django.urls import reverse

    return reverse("profile")


def is_course_staff(user_id: int, course_key: str) -> bool:
    """Whether a person may see everything of a course: its author, and operators."""
    people = Person.objects.filter(user_id=user_id)
    return people.filter(role__in=[Person.Role.AUTHOR, Person.Role.OPERATOR]).exists()


def has_course(course_key: str) -> bool:
    """Whether there is such a course run."""
    from demo_site import courseware

    return courseware.run_by_key(course_key) is not None


def is_beta_tester(_user_id: int, _course_key: str) -> bool:
    """Whether a person was invited to try a course early: the demo invites nobody."""
    return False


def is_enforced(_course_key: str) -> bool:
    """Whether the gates of a course hold: the demo has no kill switch."""
    return True


def course_may_have_gate(course_key: str) -> bool:
    """Whether a gate is in the published course."""
    from demo_site import courseware
    from fee_gate.exceptions import OutlineUnreadable

    try:
        outline = courseware.outline(course_key)
    except OutlineUnreadable:
        return False
    return _has_gate(outline)


def _has_gate(block: Any) -> bool:
    return block.block_type == "fee_gate" or any(_has_gate(one) for one in block.children)


def may_edit(user_id: int, usage_key: str) -> bool:
    """Whether a person may change a block in Studio: who may see everything of its course."""
    return is_course_staff(user_id, usage_key)


def may_author(user_id: int, course_key: str) -> bool:
    """Whether a person may work on a course in Studio: who may see everything of it."""
    return has_course(course_key) and is_course_staff(user_id, course_key)


def course_key_of(block: Any) -> str:
    """The key of the course run a block stands in."""
    return str(block.scope_ids.usage_id.course_key)


def course_start_of(block: Any) -> datetime | None:
    """When the course run of a block starts (UTC)."""
    from demo_site import courseware

    run = courseware.run_by_key(course_key_of(block))
    if run is None:
        return None
    starts = block.runtime.get_block(run.root).starts
    return datetime.fromisoformat(starts).replace(tzinfo=UTC) if starts else None


def current_request() -> Any:
    """The request under way, or ``None``."""
    from demo_site import middleware

    return middleware.current_request()


def certificate_by_number(_number: str) -> None:
    """The certificate that bears a number: the demo makes none."""
    return


def certificate_of(_user_id: int, _course_key: str) -> None:
    """A learner's certificate of a course run: the demo makes none."""
    return


def address_of_leaver(_user_id: int) -> str:
    """The address of somebody before they asked to leave: nobody leaves the demo."""
    return ""


def learners_by_country(course_keys: Collection[str]) -> dict[str, dict[str, int]]:
    """How many learners are enrolled in each of these runs, by the country of their profile."""
    from demo_site.seeds.cohort import LEARNERS

    rows = DemoEnrolment.objects.filter(course_key__in=course_keys, is_active=True)
    enrolled = list(rows.values_list("course_key", "user_id"))
    people = Person.objects.filter(user_id__in={user_id for _key, user_id in enrolled})
    countries = dict(people.values_list("user_id", "country"))
    found = {key: dict(LEARNERS[key]) for key in course_keys if key in LEARNERS}
    for course_key, user_id in enrolled:
        country = countries.get(user_id) or ""
        here = found.setdefault(course_key, {})
        here[country] = here.get(country, 0) + 1
    return found


def course_outline(course_key: str) -> Any:
    """The published tree of a course as ``fee_gate.rules`` reads it.

    Raises:
        OutlineUnreadable: the demo has no such course.
    """
    from demo_site import courseware

    return courseware.outline(course_key)


def paid_modes(course_key: str) -> tuple[str, ...]:
    """The modes of a course that are sold: in the demo, the verified one of each course."""
    return ("verified",) if has_course(course_key) else ()


def free_modes(course_key: str) -> tuple[str, ...]:
    """The modes of a course that anybody may be in."""
    return ("audit",) if has_course(course_key) else ()


def enrolments_of(course_key: str, user_ids: Collection[int]) -> dict[int, Enrolment]:
    """The enrolments of these people in a course run, active or not."""
    rows = DemoEnrolment.objects.filter(course_key=course_key, user_id__in=user_ids)
    return {
        row.user_id: Enrolment(mode=row.mode, is_active=row.is_active, began_at=row.began_at)
        for row in rows
    }


def enrolled_in(
    course_key: str, modes: Collection[str], *, after: int, limit: int
) -> tuple[int, ...]:
    """The ids of who is in a course run in one of these modes, above ``after``, in their order."""
    rows = DemoEnrolment.objects.filter(
        course_key=course_key, mode__in=modes, is_active=True, user_id__gt=after
    )
    return tuple(rows.order_by("user_id").values_list("user_id", flat=True)[:limit])


def enrol(
    user_id: int, course_key: str, mode: str, attributes: Sequence[EnrolmentAttribute] = ()
) -> None:
    """Enrol a person in a mode.

    Raises:
        EnrolmentRefused: the demo has no such course.
    """
    if not has_course(course_key):
        raise EnrolmentRefused(f"There is no course run {course_key}.")
    DemoEnrolment.objects.update_or_create(
        user_id=user_id,
        course_key=course_key,
        defaults={"mode": mode, "is_active": True, "attributes": _triples(attributes)},
    )


def change_mode(
    user_id: int, course_key: str, mode: str, attributes: Sequence[EnrolmentAttribute] = ()
) -> None:
    """Put an enrolment into another mode.

    Raises:
        EnrolmentRefused: there is no such enrolment.
    """
    _change(user_id, course_key, mode=mode, attributes=_triples(attributes))


def unenrol(user_id: int, course_key: str) -> None:
    """Take a person out of a course run.

    Raises:
        EnrolmentRefused: there is no such enrolment.
    """
    _change(user_id, course_key, is_active=False, attributes=[])


def _change(user_id: int, course_key: str, **changes: Any) -> None:
    rows = DemoEnrolment.objects.filter(user_id=user_id, course_key=course_key)
    if not rows.update(**changes):
        raise EnrolmentRefused(f"User {user_id} has no enrolment in {course_key}.")


def _triples(attributes: Sequence[EnrolmentAttribute]) -> list[list[str]]:
    return [[one.namespace, one.name, one.value] for one in attributes]
