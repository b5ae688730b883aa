"""What waiver_policy needs of the platform, and nothing else that knows it."""

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


PENDING = "PENDING"
"""The state of a retirement that the person can still call off."""


@replaceable
def retirement_state(user_id: int) -> str:
    """The state of this person's retirement; "" when they have not asked to leave."""
    from openedx.core.djangoapps.user_api.models import UserRetirementStatus

    states = UserRetirementStatus.objects.filter(user_id=user_id)
    return str(states.values_list("current_state__state_name", flat=True).first() or "")
