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
