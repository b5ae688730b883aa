"""What fee_payments needs of the platform, and nothing else that knows it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec

from fairgate.stand_in import replaceable

if TYPE_CHECKING:
    from django.http import HttpRequest

P = ParamSpec("P")

log = logging.getLogger(__name__)


def in_background(name: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Let a Celery worker run a function; where there is no Celery, it runs when it is called.

    ``name`` is what workers know it by. Whoever calls it has written down what is to be done, and
    is not disturbed by a broker that is away, or by the function: both are logged, and what is
    written down is done by a command later.
    """

    def wrap(function: Callable[P, None]) -> Callable[P, None]:
        try:
            from celery import shared_task
        except ImportError:
            start: Callable[P, object] = function
        else:
            start = shared_task(name=name, ignore_result=True)(function).delay

        @functools.wraps(function)
        def begin(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                start(*args, **kwargs)
            except Exception:
                log.exception("not done in the background: %s", name)

        return begin

    return wrap


@replaceable
def profile_country(user_id: int) -> str:
    """The country in the learner's profile (ISO 3166-1 alpha-2), or "" when it is empty.

    Reads the model and not the platform's cached copy, which is kept for the embargo check and
    may be old.
    """
    from common.djangoapps.student.models import UserProfile

    country = UserProfile.objects.filter(user_id=user_id).values_list("country", flat=True).first()
    return str(country or "")


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


def platform_checkout_url(skus: list[str]) -> str:
    """Where the platform sends who pays for these skus; "" outside a platform."""
    try:
        from lms.djangoapps.commerce.utils import EcommerceService
    except ImportError:
        return ""
    return str(EcommerceService().get_checkout_page_url(*skus))
