"""What revenue_share needs of the platform, and nothing else that knows it."""

from __future__ import annotations

from typing import Any

from fairgate.stand_in import replaceable


@replaceable
def is_course_staff(user_id: int, course_key: str) -> bool:
    """Whether a person is of the team of a course: its staff, its organisation's, global staff.

    As the platform's own dashboard decides (``courseware.access``). Nobody who is not active, and
    nobody for what is no course.
    """
    from django.contrib.auth import get_user_model
    from lms.djangoapps.courseware.access import has_access
    from opaque_keys import InvalidKeyError
    from opaque_keys.edx.keys import CourseKey

    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    try:
        key = CourseKey.from_string(course_key)
    except InvalidKeyError:
        return False
    return user is not None and bool(has_access(user, "staff", key))


def current_user() -> Any:
    """Who makes the request under way in this thread, or ``None``: a task, or no platform."""
    try:
        from crum import get_current_user
    except ImportError:
        return None
    return get_current_user()


def absolute_url(path: str) -> str:
    """The address of a page of ours for who reads it on another host, such as a micro-frontend.

    Outside a platform it is the path.
    """
    from urllib.parse import urljoin

    from django.conf import settings

    return urljoin(str(getattr(settings, "LMS_ROOT_URL", "") or ""), path)
