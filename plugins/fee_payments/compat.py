"""What fee_payments needs of the platform, and nothing else that knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fairgate.stand_in import replaceable

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
