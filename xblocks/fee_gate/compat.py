"""What fee_gate needs of the platform, and nothing else that knows it.

What is marked ``@replaceable`` is answered by a stand-in where one is registered
(``fairgate.stand_in``). The others mean "as the platform does it, if there is one": outside a
platform nobody masquerades or is enrolled, no token is known and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from fairgate.stand_in import replaceable
from fee_gate import rules
from fee_gate.data import Enrolment
from fee_gate.exceptions import OutlineUnreadable


@replaceable
def is_course_staff(user_id: int, course_key: str) -> bool:
    """Whether the platform counts this user as staff of this course, Studio authors included.

    Of a CCX it is the CCX's own staff. Masquerading is not looked at: a person who plays a learner
    is still staff.
    """
    from common.djangoapps.student import roles

    names = ("CourseStaffRole", "CourseInstructorRole", "OrgStaffRole", "OrgInstructorRole")
    return _has_role(user_id, course_key, names, or_else=roles.GlobalStaff().has_user)


@replaceable
def is_beta_tester(user_id: int, course_key: str) -> bool:
    """Whether the course team invited this user to try the course before others do."""
    return _has_role(user_id, course_key, ("CourseBetaTesterRole",))


def _has_role(
    user_id: int,
    course_key: str,
    names: tuple[str, ...],
    *,
    or_else: Callable[[Any], bool] = lambda _user: False,
) -> bool:
    from common.djangoapps.student import roles
    from opaque_keys.edx.keys import CourseKey

    user = _active_user(user_id)
    if user is None:
        return False
    key = CourseKey.from_string(course_key)
    asked = (getattr(roles, name)(key.org if name.startswith("Org") else key) for name in names)
    return or_else(user) or any(role.has_user(user) for role in asked)


def _active_user(user_id: int) -> Any:
    """The user, or ``None``. Who makes this request is at hand, with the roles already read."""
    from crum import get_current_user
    from django.contrib.auth import get_user_model

    current = get_current_user()
    if current is not None and current.pk == user_id:
        return current if current.is_active else None
    return get_user_model().objects.filter(pk=user_id, is_active=True).first()


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
def may_edit(user_id: int, usage_key: str) -> bool:
    """Whether Studio lets this person change this block, of a course or of a library."""
    from common.djangoapps.student.auth import has_studio_write_access
    from django.contrib.auth import get_user_model
    from opaque_keys.edx.keys import UsageKey, UsageKeyV2

    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    key = UsageKey.from_string(usage_key)
    if isinstance(key, UsageKeyV2):
        from openedx.core.djangoapps.xblock.learning_context.manager import (
            get_learning_context_impl,
        )

        return bool(get_learning_context_impl(key).can_edit_block(user, key))
    return bool(has_studio_write_access(user, key.context_key))


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
            root = store.get_course(key)
            if root is None:
                raise OutlineUnreadable(f"The course {course_key} is not there.")
            return _stored(root, key, ModuleStoreEnum.BranchName.published)
    except ItemNotFoundError as error:
        raise OutlineUnreadable(f"The course {course_key} cannot be read.") from error


def draft_outline(root: Any) -> rules.Node | None:
    """The draft of the course whose root block this is; ``None`` outside a platform."""
    if not hasattr(root.runtime, "modulestore"):
        return None
    from xmodule.modulestore import ModuleStoreEnum

    return _stored(root, root.scope_ids.usage_id.context_key, ModuleStoreEnum.BranchName.draft)


def is_for_some_only(block: Any) -> bool:
    """Whether its author shows this block, by its own settings, to staff or to some groups only."""
    fields = getattr(block, "fields", {})
    is_for_staff = "visible_to_staff_only" in fields and (
        fields["visible_to_staff_only"].is_set_on(block) and block.visible_to_staff_only
    )
    return bool(is_for_staff or any(getattr(block, "group_access", {}).values()))


def _stored(root: Any, course_key: Any, branch: str) -> rules.Node:
    """A branch of a course as it is stored.

    Not block by block: the end of an import is told while the platform still hands out blocks that
    it loaded halfway through, without the children they got since. And it is far quicker.
    """
    store = root.runtime.modulestore
    key = course_key.for_branch(None).version_agnostic()
    structure = store.get_structure(key, store.get_course_index(key)["versions"][branch])
    return _node(structure["root"], structure["blocks"], key)


def _node(block_key: Any, blocks: Mapping[Any, Any], course_key: Any) -> rules.Node:
    """A block of a stored course with all that stands in it. What was never set is not stored."""
    fields = blocks[block_key].fields
    is_gate = block_key.type == rules.GATE
    return rules.Node(
        usage_key=str(course_key.make_usage_key(block_key.type, block_key.id)),
        block_type=block_key.type,
        title=str(fields.get("display_name") or ""),
        fee=str(fields.get("fee") or "") if is_gate else "",
        scope=str(fields.get("scope", "unit") or "") if is_gate else "unit",
        children=tuple(
            _node(child, blocks, course_key)
            for child in fields.get("children") or ()
            if child in blocks
        ),
    )


@replaceable
def course_may_have_gate(course_key: str) -> bool:
    """Whether a gate is in the published course: asked when the table does not say.

    A course that is not there has none; neither has one that is being made at this moment, of
    which the store knows the key already, but nothing that anybody could see.
    """
    from opaque_keys.edx.keys import CourseKey
    from xmodule.modulestore import ModuleStoreEnum
    from xmodule.modulestore.django import modulestore
    from xmodule.modulestore.exceptions import ItemNotFoundError

    key, store = CourseKey.from_string(course_key), modulestore()
    try:
        with store.branch_setting(ModuleStoreEnum.Branch.published_only, key):
            if not store.has_course(key):
                return False
            return bool(store.get_items(key, qualifiers={"category": rules.GATE}))
    except ItemNotFoundError:
        return False


# .. toggle_name: fee_gate.enforce
# .. toggle_implementation: CourseWaffleFlag
# .. toggle_default: True
# .. toggle_description: The kill switch of the fee gates. Gates hold unless this flag is forced
#   off: for a course or an organisation by a "Force off" of the waffle flag overrides, for the
#   whole instance by the answer "No" for everyone. Then everything behind the gates is open to
#   everybody, from the next request on.
# .. toggle_use_cases: circuit_breaker
# .. toggle_creation_date: 2026-11-25
SWITCH = "fee_gate.enforce"


@replaceable
def is_enforced(course_key: str) -> bool:
    """Whether the gates of a course hold: yes, unless an operator switched them off.

    Read from the flag's own rows and not through ``is_enabled``: a flag may depend on the person or
    on a cookie, and a missing flag counts as off. Two or three queries; kept with the gate table.
    """
    try:
        from openedx.core.djangoapps.waffle_utils import models as overrides
    except (ImportError, RuntimeError):  # no platform, or one without its models
        return True
    from opaque_keys.edx.keys import CourseKey
    from waffle import get_waffle_flag_model

    key = CourseKey.from_string(course_key)
    for kind, subject in (
        (overrides.WaffleFlagCourseOverrideModel, key),
        (overrides.WaffleFlagOrgOverrideModel, key.org),
    ):
        rows = kind.objects.filter(**{kind.KEY_FIELDS[0]: SWITCH, kind.KEY_FIELDS[1]: subject})
        newest = rows.order_by("-change_date", "-id").first()
        if newest is not None and newest.enabled:
            return bool(newest.override_choice != "off")
    flag = get_waffle_flag_model().objects.filter(name=SWITCH).first()
    return flag is None or flag.everyone is not False


def other_access_rules(block: Any, field_data: Any) -> Mapping[int, Any] | None:
    """What the platform's other field overrides say of a block's access rules, or ``None``.

    For example its own paid tracks (openedx/features/content_type_gating/field_override.py).
    """
    try:
        from lms.djangoapps.courseware import field_overrides
    except ImportError:
        return None
    nothing = field_overrides.NOTSET
    for provider in field_overrides.OverrideModulestoreFieldData._providers_for_block(block):
        if provider.__module__.startswith("fee_gate."):
            continue
        found = provider(None, field_data).get(block, "group_access", nothing)
        if found is not nothing:
            return dict(found)
    return None


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


def plays_learner(user_id: int, course_key: str) -> bool:
    """Whether this person, who makes this request, views the course as "a learner" of no name."""
    try:
        from crum import get_current_user
    except ImportError:
        return False
    from opaque_keys.edx.keys import CourseKey

    current = get_current_user()
    if current is None or current.pk != user_id:
        return False
    return is_masquerading(current, CourseKey.from_string(course_key))


def masqueraded_group(user: Any, course_key: object, partition: Any) -> Any:
    """The group of this partition that is viewed, or ``None``."""
    from lms.djangoapps.courseware import masquerade

    return masquerade.get_masquerading_user_group(course_key, user, partition)


def token_user(request: Any) -> Any:
    """The user of an ``Authorization`` header, by the platform's own authenticators, or ``None``.

    Who calls with a token has to be known before the view runs.
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


def forget_sidebar(user_id: int, course_key: str) -> None:
    """Have the course outline beside the units drawn anew for this learner.

    The platform keeps it for an hour by learner and enrolment mode; it does not know of fees.
    """
    try:
        from lms.djangoapps.course_home_api.outline.views import (
            CourseNavigationBlocksView as View,
        )
    except (ImportError, RuntimeError):  # no platform, or Studio
        return
    from django.core.cache import cache

    template = View.COURSE_BLOCKS_CACHE_KEY_TEMPLATE
    cache.delete_many(list(_sidebar_keys(template, user_id, course_key)))


def _sidebar_keys(template: str, user_id: int, course_key: str) -> Iterator[str]:
    from common.djangoapps.student.models import CourseEnrollment
    from opaque_keys.edx.keys import CourseKey
    from openedx.core.djangoapps.course_groups.models import CohortMembership
    from xmodule.modulestore.django import modulestore

    key = CourseKey.from_string(course_key)
    course = modulestore().get_course(key)
    enrollment = CourseEnrollment.objects.filter(user_id=user_id, course_id=key).first()
    cohort = CohortMembership.objects.filter(user_id=user_id, course_id=key).first()
    # Whether the course, or its outline, is public: never both.
    for public, public_outline in ((False, False), (True, False), (False, True)):
        yield template.format(
            course_key_string=str(key),
            course_version=str(getattr(course, "course_version", None)),
            block_structure_version=_structure_version(key),
            user_id=user_id,
            enrollment_mode=getattr(enrollment, "mode", ""),
            user_cohort_id=getattr(cohort, "course_user_group_id", ""),
            allow_public=public,
            allow_public_outline=public_outline,
            is_masquerading=False,
        )


def _structure_version(course_key: Any) -> str:
    """What newer releases (openedx-platform #38785) have in the key in place of the version."""
    from openedx.core.djangoapps.content.block_structure import api

    version_of = getattr(api, "get_block_structure_version", None)
    return str(version_of(course_key)) if version_of else ""


def regrade(user_id: int, course_key: str) -> None:
    """Have the platform's worker grade this learner anew: other blocks count for them now."""
    try:
        from lms.djangoapps.grades.tasks import (
            recalculate_course_and_subsection_grades_for_user as task,
        )
    except (ImportError, RuntimeError):  # no platform, or Studio
        return
    task.apply_async(kwargs={"user_id": user_id, "course_key": course_key})


def forget_structure(course_key: str) -> None:
    """Have the platform collect the course's structure again, in the LMS, when it is next needed.

    Studio applies no field overrides, so it must never collect; it only deletes what is stored.
    """
    try:
        from opaque_keys.edx.keys import CourseKey
        from openedx.core.djangoapps.content.block_structure import api, exceptions
    except ImportError:
        return
    for key in (course_key, *_custom_courses(course_key)):
        try:
            api.clear_course_from_cache(CourseKey.from_string(key))
        except exceptions.BlockStructureNotFound:
            continue


def _custom_courses(course_key: str) -> Iterator[str]:
    """The CCXs of a course. By their overviews: Studio does not have the tables of CCX."""
    from django.db.models import CharField
    from django.db.models.functions import Cast
    from opaque_keys.edx.keys import CourseKey
    from openedx.core.djangoapps.content.course_overviews.models import (
        CourseOverview,
    )

    rows = CourseOverview.objects.annotate(text=Cast("id", CharField(max_length=255)))
    master = CourseKey.from_string(course_key)
    for text in rows.filter(text__startswith="ccx-v1:").values_list("text", flat=True):
        key: Any = CourseKey.from_string(text)
        if key.to_course_locator() == master:
            yield text


def custom_courses_of(user_id: int, course_key: str) -> tuple[str, ...]:
    """The CCXs of a course in which this person is, or was, enrolled."""
    try:
        from common.djangoapps.student.models import CourseEnrollment
    except ImportError:
        return ()
    from opaque_keys.edx.keys import CourseKey

    master = CourseKey.from_string(course_key)
    mine = CourseEnrollment.objects.filter(user_id=user_id).values_list("course_id", flat=True)
    return tuple(
        str(key)
        for key in mine
        if hasattr(key, "to_course_locator") and key.to_course_locator() == master
    )


def outdate_structure(structure: Any, transformer: Any) -> None:
    """Have the platform collect a course's structure again at the next question.

    Called while it is collected: it will be stored with a version that ``transformer`` is past.
    """
    from openedx.core.djangoapps.content.block_structure import block_structure

    structure.set_transformer_data(transformer, block_structure.TRANSFORMER_VERSION_KEY, 0)


def current_request() -> Any:
    """The request under way in this thread, or ``None``: a command, a task, or no platform."""
    try:
        from crum import get_current_request
    except ImportError:
        return None
    return get_current_request()


def has_api_key(request: Any) -> bool:
    """Whether a server calls with the key that the platform's APIs accept from servers.

    Neither an empty key nor the placeholder of the default settings is one.
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


def ask_for_certificate(user_id: int, course_key: str) -> None:
    """Have the platform make the learner's certificate, if it is due and not there.

    Only where the platform makes certificates by itself; elsewhere the learner asks for it.
    """
    try:
        from lms.djangoapps.certificates import api, generation_handler
    except (ImportError, RuntimeError):  # no platform, or Studio
        return
    from django.contrib.auth import get_user_model
    from opaque_keys.edx.keys import CourseKey

    user = get_user_model().objects.filter(pk=user_id).first()
    if user is None or not api.auto_certificate_generation_enabled():
        return
    try:
        api.generate_certificate_task(user, CourseKey.from_string(course_key))
    except generation_handler.CertificateGenerationNotAllowed:  # held, by us or another plugin
        return
