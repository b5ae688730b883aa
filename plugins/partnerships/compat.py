"""What partnerships needs of the platform, and nothing else that knows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
