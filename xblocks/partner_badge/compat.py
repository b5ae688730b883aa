"""What partner_badge needs of the platform, and nothing else that knows it.

What is ``replaceable`` is answered by a stand-in where one is registered (``fairgate.stand_in``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from opaque_keys.edx.keys import CourseKey
from opaque_keys.edx.locator import LibraryLocator

from fairgate.stand_in import replaceable


@replaceable
def course_key_of(block: Any) -> str:
    """The key of the course run a block stands in; empty in a library or outside a course."""
    key = getattr(block.scope_ids.usage_id, "context_key", None)
    if not isinstance(key, CourseKey) or isinstance(key, LibraryLocator):
        return ""
    # Studio's keys may name a branch or a version; agreements name the course run.
    plain = key.for_branch(None) if hasattr(key, "for_branch") else key
    return str(plain)


@replaceable
def course_start_of(block: Any) -> datetime | None:
    """When the course run of a block starts (UTC), or ``None`` if that is not known here."""
    try:
        from xmodule.modulestore.django import modulestore
    except ImportError:
        return None
    key = course_key_of(block)
    course = modulestore().get_course(CourseKey.from_string(key)) if key else None
    start: datetime | None = getattr(course, "start", None)
    return start


@replaceable
def current_request() -> Any:
    """The request under way in this thread, or ``None``: a command, a task, or no platform."""
    try:
        from crum import get_current_request
    except ImportError:
        return None
    return get_current_request()


def may_edit(block: Any) -> bool:
    """Whether this person may change the block.

    Studio says so itself; elsewhere (the demo, the workbench) the user's role in the course does.
    An LMS shows course staff as such too, but keeps settings read-only for everybody.
    """
    studio = block.runtime.service(block, "studio_user_permissions")
    if studio is not None:
        key = block.scope_ids.usage_id.context_key
        # Newer platforms ask by kind of permission and warn about the old question.
        asks = getattr(studio, "can_edit_content", None) or studio.can_write
        return bool(asks(key))
    users = block.runtime.service(block, "user")
    if users is None:
        return False
    facts = users.get_current_user().opt_attrs
    is_staff = facts.get("edx-platform.user_is_staff", False)
    return bool(is_staff) or facts.get("edx-platform.user_role") in {"staff", "instructor"}
