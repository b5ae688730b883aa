"""What partnerships needs of the platform, and nothing else that knows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count

from fairgate.stand_in import replaceable
from partnerships.data import CertificateIssue


@replaceable
def certificate_by_number(number: str) -> CertificateIssue | None:
    """The certificate that bears this number, or ``None``: there is none, or it is a preview."""
    return _issue(verify_uuid=number) if number else None


@replaceable
def certificate_of(user_id: int, course_key: str) -> CertificateIssue | None:
    """A learner's certificate of a course run, or ``None``."""
    return _issue(user_id=user_id, course_id=course_key)


def _issue(**which: Any) -> CertificateIssue | None:
    from lms.djangoapps.certificates.models import GeneratedCertificate

    # The date that a certificate shows is the last one on which it was made, not the first.
    rows = GeneratedCertificate.objects.filter(**which)
    found = rows.values_list("verify_uuid", "course_id", "modified_date").first()
    if found is None or not found[0]:
        return None
    number, course_key, issued_at = found
    moment: datetime = issued_at
    return CertificateIssue(number=number, course_key=str(course_key), issued_at=moment)


@replaceable
def full_name(user_id: int) -> str:
    """What a person is called in their profile; "" where they have not said.

    The platform asks for one name and keeps it there: the account's first and last name are empty.
    """
    from common.djangoapps.student.models import UserProfile

    names = UserProfile.objects.filter(user_id=user_id).values_list("name", flat=True)
    return str(names.first() or "")


@replaceable
def address_of_leaver(user_id: int) -> str:
    """The e-mail address of somebody before they asked to leave; "" if they have not asked.

    The platform replaces it in the account when they ask, weeks before it tells us.
    """
    from openedx.core.djangoapps.user_api.models import UserRetirementStatus

    rows = UserRetirementStatus.objects.filter(user_id=user_id)
    return str(rows.values_list("original_email", flat=True).first() or "")


@replaceable
def learners_by_country(course_keys: Collection[str]) -> Mapping[str, Mapping[str, int]]:
    """How many learners are enrolled in each of these runs, by the country of their profile.

    A country is ISO alpha-2, and "" for those who have given none. A run without learners may be
    missing. One query, whatever the number of runs.
    """
    from common.djangoapps.student.models import CourseEnrollment
    from opaque_keys.edx.keys import CourseKey

    keys = [CourseKey.from_string(key) for key in course_keys]
    rows = CourseEnrollment.objects.filter(is_active=True, course_id__in=keys)
    counted = rows.values_list("course_id", "user__profile__country").annotate(Count("id"))
    found: dict[str, dict[str, int]] = {}
    for course_key, country, count in counted.order_by():
        here = found.setdefault(str(course_key), {})
        # A country may be an object of django-countries, and is NULL where there is no profile.
        code = str(country or "")
        here[code] = here.get(code, 0) + count
    return found
