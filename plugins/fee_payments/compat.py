"""What fee_payments needs of the platform, and nothing else that knows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fairgate.stand_in import replaceable
from fee_payments.data import CourseProgress, Enrolment, EnrolmentAttribute
from fee_payments.exceptions import EnrolmentRefused

if TYPE_CHECKING:
    from django.http import HttpRequest


@replaceable
def profile_country(user_id: int) -> str:
    """The country in the learner's profile (ISO 3166-1 alpha-2), or "" when it is empty.

    Reads the model and not the platform's cached copy, which is kept for the embargo check and
    may be old.
    """
    from common.djangoapps.student.models import UserProfile

    country = UserProfile.objects.filter(user_id=user_id).values_list("country", flat=True).first()
    return str(country or "")


@replaceable
def full_name(user_id: int) -> str:
    """What a person is called in their profile; "" where they have not said."""
    from common.djangoapps.student.models import UserProfile

    names = UserProfile.objects.filter(user_id=user_id).values_list("name", flat=True)
    return str(names.first() or "")


def makes_request(user_id: int, request: HttpRequest) -> bool:
    """Whether a person makes a request themselves.

    Who views a course as a specific learner makes the request as that learner; the platform keeps
    who they are in ``real_user`` (``courseware.masquerade.setup_masquerade``).
    """
    return bool(getattr(request.user, "real_user", request.user).pk == user_id)


@replaceable
def course_url(course_key: str) -> str:
    """The page of a course for a learner who may enter it."""
    from opaque_keys.edx.keys import CourseKey
    from openedx.features.course_experience.url_helpers import (
        get_learning_mfe_home_url,
    )

    return str(get_learning_mfe_home_url(CourseKey.from_string(course_key), url_fragment="home"))


@replaceable
def course_language(course_key: str) -> str:
    """The code of the language a course is written in; "" if nobody said, or it is not there.

    What the platform has read for this request is not read again.
    """
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey
    from openedx.core.djangoapps.content.course_overviews.models import (
        CourseOverview,
    )

    try:
        found = CourseOverview.get_from_id(CourseKey.from_string(course_key))
    except (InvalidKeyError, CourseOverview.DoesNotExist, OSError):
        return ""
    return str(found.language or "")


@replaceable
def course_progress(user_ids: Collection[int], course_key: str) -> Mapping[int, CourseProgress]:
    """How far each of these learners is in a course run, as the platform has it now.

    Started: they have completed something of it, or have a grade above zero. The grade is the one
    that the platform keeps (``PersistentCourseGrade``); nothing is graded here. Two queries,
    however many people; nobody is left out. Nothing for what is no course run.
    """
    from completion.models import BlockCompletion
    from lms.djangoapps.grades.models import PersistentCourseGrade
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey

    try:
        key = CourseKey.from_string(course_key)
    except InvalidKeyError:
        return {}
    if not user_ids:
        return {}
    grades = {
        row.user_id: row
        for row in PersistentCourseGrade.objects.filter(course_id=key, user_id__in=user_ids)
    }
    completed = BlockCompletion.objects.filter(
        context_key=key, user_id__in=user_ids, completion__gt=0
    )
    begun = set(completed.values_list("user_id", flat=True).distinct())
    begun |= {one for one, row in grades.items() if row.percent_grade > 0}
    return {
        one: CourseProgress(
            has_started=one in begun,
            grade_percent=round(grades[one].percent_grade * 100) if one in grades else None,
            has_passed=one in grades and grades[one].passed_timestamp is not None,
        )
        for one in user_ids
    }


@replaceable
def account_url() -> str:
    """The page on which a learner sets the country of their profile; "" where there is none.

    The platform has no page of its own: its ``/account/settings`` only leads on to this one.
    """
    from django.conf import settings

    return str(getattr(settings, "ACCOUNT_MICROFRONTEND_URL", "") or "")


@replaceable
def preferred_language(user_id: int) -> str:
    """The code of the language that a person has chosen for the site, or ""."""
    from openedx.core.djangoapps.lang_pref import LANGUAGE_KEY
    from openedx.core.djangoapps.user_api.models import UserPreference

    chosen = UserPreference.objects.filter(user_id=user_id, key=LANGUAGE_KEY)
    return str(chosen.values_list("value", flat=True).first() or "")


@replaceable
def may_author(user_id: int, course_key: str) -> bool:
    """Whether a person may work on a course in Studio: its team, its organisation's, global staff.

    The roles by which Studio decides itself (``common.djangoapps.student.auth``). Nobody who is
    not active, and nobody for what is no course.
    """
    from common.djangoapps.student.auth import has_studio_write_access
    from django.contrib.auth import get_user_model
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey

    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    try:
        key = CourseKey.from_string(course_key)
    except InvalidKeyError:
        return False
    return user is not None and bool(has_studio_write_access(user, key))


def absolute_url(path: str) -> str:
    """The address of one of our pages for who reads it on another host, such as a micro-frontend.

    Outside a platform it is the path.
    """
    try:
        from openedx.core.djangoapps.site_configuration import helpers
    except ImportError:
        return path
    from urllib.parse import urljoin

    from django.conf import settings

    root = helpers.get_value("LMS_ROOT_URL", getattr(settings, "LMS_ROOT_URL", ""))
    return urljoin(str(root or ""), path)


def own_hosts() -> frozenset[str]:
    """The hosts of the platform's micro-frontends, to which a payer may come back.

    Those that the platform sends people to after they have signed in
    (``openedx/core/djangoapps/user_authn/utils.py``).
    """
    from django.conf import settings

    return frozenset(getattr(settings, "LOGIN_REDIRECT_WHITELIST", ()))


def platform_checkout_url(skus: list[str]) -> str:
    """Where the platform sends who pays for these skus; "" outside a platform."""
    try:
        from lms.djangoapps.commerce.utils import EcommerceService
    except ImportError:
        return ""
    return str(EcommerceService().get_checkout_page_url(*skus))


# Enrolments. Names and signatures are the same from Teak to Verawood:
# ``common.djangoapps.student.models.CourseEnrollment`` and ``course_modes.models.CourseMode``.

# What is sold (``CourseMode.VERIFIED_MODES``, ``NO_ID_PROFESSIONAL_MODE``), the most valued first:
# of two, the platform takes the professional one (``CourseMode.verified_mode_for_course``).
_SOLD = (
    "professional",
    "verified",
    "no-id-professional",
    "masters",
    "executive-education",
    "paid-executive-education",
    "paid-bootcamp",
)
# Where the platform enrols by itself, in its order: ``CourseMode.auto_enroll_mode``.
_FREE = ("honor", "audit")
# Attributes of an enrolment that are ours to replace; what others wrote stays.
_OUR_NAMESPACE = "fairgate"
_OUR_ORDER = ("order", "order_id")


@replaceable
def paid_modes(course_key: str) -> tuple[str, ...]:
    """The modes of a course run that are sold, the most valued first, also after their deadline.

    One that is not known for it is sold if it has a price: an honour mode behind a paywall.
    """
    prices = _prices_of_modes(course_key)
    named = tuple(slug for slug in _SOLD if slug in prices)
    return named + tuple(slug for slug in prices if slug not in named and prices[slug] > 0)


@replaceable
def free_modes(course_key: str) -> tuple[str, ...]:
    """The modes of a course run that anybody may be in, the one that the platform prefers first."""
    prices = _prices_of_modes(course_key)
    return tuple(slug for slug in _FREE if prices.get(slug) == 0)


def _prices_of_modes(course_key: str) -> dict[str, int]:
    """The modes that a course run has, and the highest price that the platform shows of each.

    A mode has a row for each currency. Credit is left out: it is earned before it is sold.
    """
    from common.djangoapps.course_modes.models import CourseMode
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey

    try:
        key = CourseKey.from_string(course_key)
    except InvalidKeyError:
        return {}
    prices: dict[str, int] = {}
    for mode in CourseMode.modes_for_course(key, include_expired=True):
        prices[mode.slug] = max(mode.min_price, prices.get(mode.slug, 0))
    return prices


@replaceable
def enrolments_of(course_key: str, user_ids: Collection[int]) -> dict[int, Enrolment]:
    """The enrolments of these people in a course run, active or not; who has none is not there."""
    from common.djangoapps.student.models import CourseEnrollment
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey

    try:
        key = CourseKey.from_string(course_key)
    except InvalidKeyError:
        return {}
    rows = CourseEnrollment.objects.filter(course_id=key, user_id__in=user_ids)
    return {
        user_id: Enrolment(mode=mode, is_active=is_active, began_at=created)
        for user_id, mode, is_active, created in rows.values_list(
            "user_id", "mode", "is_active", "created"
        )
    }


@replaceable
def enrolled_in(
    course_key: str, modes: Collection[str], *, after: int, limit: int
) -> tuple[int, ...]:
    """The ids of who is in a course run in one of these modes, above ``after``, in their order."""
    from common.djangoapps.student.models import CourseEnrollment
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey

    try:
        key = CourseKey.from_string(course_key)
    except InvalidKeyError:
        return ()
    rows = CourseEnrollment.objects.filter(
        course_id=key, mode__in=modes, is_active=True, user_id__gt=after
    )
    return tuple(rows.order_by("user_id").values_list("user_id", flat=True)[:limit])


@replaceable
def enrol(
    user_id: int, course_key: str, mode: str, attributes: Sequence[EnrolmentAttribute] = ()
) -> None:
    """Enrol a learner in a mode, or again, as the platform does it: its filters are asked.

    That the run is full or its enrolment period over is not looked at: they have a right. No mail
    is asked for.

    Raises:
        EnrolmentRefused: there is no such person or course run, or a filter says no.
    """
    from common.djangoapps.student.models import CourseEnrollment, EnrollmentNotAllowed

    key = _course(course_key)
    try:
        found = CourseEnrollment.enroll(_person(user_id), key, mode=mode)
    except EnrollmentNotAllowed as refused:
        raise EnrolmentRefused(f"The platform does not let them in: {refused}") from refused
    _set_attributes(found, attributes)


@replaceable
def change_mode(
    user_id: int, course_key: str, mode: str, attributes: Sequence[EnrolmentAttribute] = ()
) -> None:
    """Put an enrolment into another mode; whether it is active stays as it is.

    Raises:
        EnrolmentRefused: there is no such enrolment.
    """
    found = _enrolment(user_id, course_key)
    found.update_enrollment(mode=mode)
    _set_attributes(found, attributes)


@replaceable
def unenrol(user_id: int, course_key: str) -> None:
    """Take a learner out of a course run. Nothing is refunded by it: that has happened, or not.

    Raises:
        EnrolmentRefused: there is no such enrolment, or a filter says no.
    """
    from common.djangoapps.student.models import CourseEnrollment, UnenrollmentNotAllowed

    found = _enrolment(user_id, course_key)
    try:
        CourseEnrollment.unenroll(found.user, found.course_id, skip_refund=True)
    except UnenrollmentNotAllowed as refused:
        raise EnrolmentRefused(f"The platform does not let them go: {refused}") from refused
    _set_attributes(found, ())


def _course(course_key: str) -> Any:
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey
    from openedx.core.djangoapps.content.course_overviews.models import (
        CourseOverview,
    )

    try:
        key = CourseKey.from_string(course_key)
    except InvalidKeyError as error:
        raise EnrolmentRefused(f"“{course_key}” is no course run.") from error
    if not CourseOverview.course_exists(key):
        raise EnrolmentRefused(f"There is no course run {course_key}.")
    return key


def _person(user_id: int) -> Any:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.filter(pk=user_id).first()
    if user is None:
        raise EnrolmentRefused(f"There is no user {user_id}.")
    return user


def _enrolment(user_id: int, course_key: str) -> Any:
    from common.djangoapps.student.models import CourseEnrollment

    found = CourseEnrollment.objects.filter(user_id=user_id, course_id=_course(course_key)).first()
    if found is None:
        raise EnrolmentRefused(f"User {user_id} has no enrolment in {course_key}.")
    return found


def _set_attributes(enrolment: Any, attributes: Sequence[EnrolmentAttribute]) -> None:
    """Replace what we said of an enrolment before.

    Not by ``add_enrollment_attr``, which deletes what credit providers and others wrote.
    """
    from common.djangoapps.student.models import CourseEnrollmentAttribute
    from django.db.models import Q

    namespace, name = _OUR_ORDER
    ours = Q(namespace=_OUR_NAMESPACE) | Q(namespace=namespace, name=name)
    CourseEnrollmentAttribute.objects.filter(ours, enrollment=enrolment).delete()
    CourseEnrollmentAttribute.objects.bulk_create(
        CourseEnrollmentAttribute(
            enrollment=enrolment, namespace=one.namespace, name=one.name, value=one.value
        )
        for one in attributes
    )
