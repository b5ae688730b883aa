"""What fee_gate needs of the platform, and nothing else that knows it.

``is_course_staff``, ``has_course`` and ``course_outline`` are answered by a stand-in where one is
registered (``fairgate.stand_in``). The others mean "as the platform does it, if there is one":
outside a platform nobody masquerades or is enrolled, no token is known, nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from fairgate.stand_in import replaceable
from fee_gate import rules
from fee_gate.data import Enrolment
from fee_gate.exceptions import OutlineUnreadable


@replaceable
def is_course_staff(user_id: int, course_key: str) -> bool:
    """Whether the platform counts this user as staff of this course, Studio authors included.

    Masquerading is not looked at: a person who plays a learner is still staff.
    """
    from common.djangoapps.student import roles
    from django.contrib.auth import get_user_model
    from opaque_keys.edx.keys import CourseKey

    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    key = CourseKey.from_string(course_key)
    asked = (
        roles.GlobalStaff(),
        roles.CourseStaffRole(key),
        roles.CourseInstructorRole(key),
        roles.OrgStaffRole(key.org),
        roles.OrgInstructorRole(key.org),
    )
    return any(role.has_user(user) for role in asked)


@replaceable
def has_course(course_key: str) -> bool:
    """Whether there is such a course run."""
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey
    from openedx.core.djangoapps.content.course_overviews.models import (
        CourseOverview,
    )

    try:
        key = CourseKey.from_string(course_key)
    except InvalidKeyError:
        return False
    return bool(CourseOverview.course_exists(key))


@replaceable
def course_outline(course_key: str) -> rules.Node:
    """The published course as a tree; only its root if there is no gate in it.

    Usage keys are in the form of ``keys.usage_text``.

    Raises:
        OutlineUnreadable: the course cannot be read, or is not there.
    """
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey
    from xmodule.modulestore import ModuleStoreEnum
    from xmodule.modulestore.django import modulestore
    from xmodule.modulestore.exceptions import ItemNotFoundError

    try:
        key, store = CourseKey.from_string(course_key), modulestore()
    except InvalidKeyError as error:
        raise OutlineUnreadable(f"The course {course_key} is not there.") from error
    published = ModuleStoreEnum.Branch.published_only
    try:
        with store.branch_setting(published, key), store.bulk_operations(key):
            # Not every store minds being asked for the blocks of a course it does not have.
            if not store.has_course(key):
                raise OutlineUnreadable(f"The course {course_key} is not there.")
            if not store.get_items(key, qualifiers={"category": rules.GATE}):
                return rules.Node(usage_key=course_key, block_type="course")
            root = store.get_course(key, depth=None)
            if root is None:
                raise OutlineUnreadable(f"The course {course_key} is not there.")
            return _node(root)
    except ItemNotFoundError as error:
        raise OutlineUnreadable(f"The course {course_key} cannot be read.") from error


def _node(block: Any) -> rules.Node:
    from fee_gate.keys import usage_text

    is_gate = block.scope_ids.block_type == rules.GATE
    return rules.Node(
        usage_key=usage_text(block.scope_ids.usage_id),
        block_type=block.scope_ids.block_type,
        # Imported without our block the fields are not there: shut, to the end of the course.
        fee=str(getattr(block, "fee", "") or "") if is_gate else "",
        scope=str(getattr(block, "scope", "") or "") if is_gate else "unit",
        children=tuple(_node(child) for child in _children(block)),
    )


def _children(block: Any) -> Iterator[Any]:
    return iter(block.get_children() if getattr(block, "has_children", False) else ())


def course_may_have_gate(course_key: str) -> bool:
    """Whether a gate may be in the published course: asked when the table cannot be read."""
    try:
        from opaque_keys.edx.keys import CourseKey
        from xmodule.modulestore.django import modulestore
    except ImportError:
        return True
    key = CourseKey.from_string(course_key)
    return bool(modulestore().get_items(key, qualifiers={"category": rules.GATE}))


def course_keys() -> tuple[str, ...]:
    """Every course run of the platform."""
    try:
        from openedx.core.djangoapps.content.course_overviews.models import (
            CourseOverview,
        )
    except ImportError:
        return ()
    return tuple(str(key) for key in CourseOverview.objects.values_list("id", flat=True))


def request_memory() -> MutableMapping[str, Any]:
    """What is remembered until this request, or this Celery task, ends."""
    try:
        from edx_django_utils.cache import RequestCache
    except ImportError:
        return {}
    memory: MutableMapping[str, Any] = RequestCache("fee_gate").data
    return memory


def is_masquerading(user: Any, course_key: object) -> bool:
    """Whether a member of staff views the course as "a learner" of no name."""
    try:
        from lms.djangoapps.courseware import masquerade
    except (ImportError, RuntimeError):  # no platform; or Studio, which lacks its models
        return False
    return bool(
        masquerade.get_course_masquerade(user, course_key)
        and not masquerade.is_masquerading_as_specific_student(user, course_key)
    )


def masqueraded_group(user: Any, course_key: object, partition: Any) -> Any:
    """The group of this partition that is viewed, or ``None``."""
    from lms.djangoapps.courseware import masquerade

    return masquerade.get_masquerading_user_group(course_key, user, partition)


def token_user(request: Any) -> Any:
    """The user of an ``Authorization`` header, by the platform's own authenticators, or ``None``.

    The platform's handler view asks the same two, but serves an anonymous GET when both fail; so
    who calls with a token has to be known before.
    """
    try:
        from edx_rest_framework_extensions.auth.jwt.authentication import (
            JwtAuthentication,
        )
        from openedx.core.lib.api.authentication import (
            BearerAuthenticationAllowInactiveUser,
        )
        from rest_framework.exceptions import APIException
    except ImportError:
        return None
    for authenticator in (JwtAuthentication(), BearerAuthenticationAllowInactiveUser()):
        try:
            found = authenticator.authenticate(request)
        except APIException:
            continue
        if found is not None:
            return found[0]
    return None


def forget_structure(course_key: str) -> None:
    """Have the platform collect the course's structure again, in the LMS, when it is next needed.

    Studio applies no field overrides, so it must never collect; it only deletes what is stored.
    """
    try:
        from opaque_keys.edx.keys import CourseKey
        from openedx.core.djangoapps.content.block_structure import api, exceptions
    except ImportError:
        return
    try:
        api.clear_course_from_cache(CourseKey.from_string(course_key))
    except exceptions.BlockStructureNotFound:
        return


def current_request() -> Any:
    """The request under way in this thread, or ``None``: a command, a task, or no platform."""
    try:
        from crum import get_current_request
    except ImportError:
        return None
    return get_current_request()


def has_api_key(request: Any) -> bool:
    """Whether a server calls with the key that the platform's APIs accept from servers.

    Stricter than the platform: neither an empty key nor the one its default settings ship, which
    everybody knows, is a key.
    """
    from django.conf import settings

    try:
        from openedx.core.lib.api.permissions import ApiKeyHeaderPermission
    except ImportError:
        return False
    if getattr(settings, "EDX_API_KEY", None) in (None, "", "PUT_YOUR_API_KEY_HERE"):
        return False
    return bool(ApiKeyHeaderPermission().has_permission(request, None))


def enrolment(user_id: int, course_key: object) -> Enrolment | None:
    """The learner's enrolment in a course run, active or not, if there is one."""
    try:
        from common.djangoapps.student.models import CourseEnrollment
    except ImportError:
        return None
    row = CourseEnrollment.objects.filter(user_id=user_id, course_id=course_key).first()
    return Enrolment(created_at=row.created, is_active=row.is_active) if row else None


def is_invited(user_id: int, course_key: object) -> bool:
    """Whether staff enrolled this person by e-mail, to come in as soon as they have an account."""
    try:
        from common.djangoapps.student.models import CourseEnrollmentAllowed
    except ImportError:
        return False
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    invitations = CourseEnrollmentAllowed.for_user(user)
    return bool(invitations.filter(course_id=course_key, auto_enroll=True).exists())
