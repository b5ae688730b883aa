"""What fee_payments needs of the platform, and nothing else that knows it."""

from __future__ import annotations

from fairgate.stand_in import replaceable


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
def course_url(course_key: str) -> str:
    """The page of a course for a learner who may enter it."""
    from opaque_keys.edx.keys import CourseKey
    from openedx.features.course_experience.url_helpers import (
        get_learning_mfe_home_url,
    )

    return str(get_learning_mfe_home_url(CourseKey.from_string(course_key), url_fragment="home"))


@replaceable
def account_url() -> str:
    """The page on which a learner sets the country of their profile."""
    from django.conf import settings

    return str(getattr(settings, "ACCOUNT_MICROFRONTEND_URL", "") or "/account/settings")
