"""People as far as reviews, nominations and mails need them: accounts of the site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model

from waiver_policy import models
from waiver_policy.data import FocalPoint, Organisation

REVIEW = "waiver_policy.review_application"
# The permission is asked of Django's own backend: a platform has several, and only this one can
# list who holds one.
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a person reads mail; ``address`` is "" where none is known or the account is closed."""

    user_id: int
    address: str


def mailbox(user_id: int) -> Mailbox:
    """The mailbox of a person."""
    user = get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    return Mailbox(user_id, str(user.email) if user else "")


def list_reviewers() -> tuple[int, ...]:
    """Who was given the permission to review, by user id.

    Superusers may review and are not among them: they are not asked to.
    """
    people = get_user_model()._default_manager.with_perm(
        REVIEW, is_active=True, include_superusers=False, backend=_BACKEND
    )
    return tuple(people.order_by("pk").values_list("pk", flat=True))


def find_account(text: str) -> int | None:
    """The one active account with this user name or, in any case of letters, e-mail address."""
    people = get_user_model()._default_manager.filter(is_active=True)
    found = people.filter(username=text.strip()) or people.filter(email__iexact=text.strip())
    ids = list(found.values_list("pk", flat=True)[:2]) if text.strip() else []
    return int(ids[0]) if len(ids) == 1 else None


def usernames(user_ids: Iterable[int]) -> dict[int, str]:
    """The user names of accounts, by id."""
    wanted = set(user_ids)
    rows = get_user_model()._default_manager.filter(pk__in=wanted)
    return {user.pk: user.get_username() for user in rows}


def organisations_of_reviewer(user_id: int) -> tuple[Organisation, ...]:
    """Where a reviewer works, as an operator has written down."""
    rows = models.ReviewerOrganisation.objects.filter(user_id=user_id)
    return tuple(Organisation(name=row.name, domain=row.domain) for row in rows)


def organisations_of_applicant(row: models.WaiverApplication) -> tuple[Organisation, ...]:
    """Where an applicant works: what they say, and the domain of their account's address."""
    said = Organisation(name=row.organisation, domain=row.organisation_domain)
    address = mailbox(row.user_id).address
    return (said, Organisation(domain=address)) if "@" in address else (said,)


def focal_point(user_id: int) -> FocalPoint | None:
    """For which administration a person nominates; ``None`` for everybody else."""
    row = models.AdministrationFocalPoint.objects.filter(user_id=user_id, is_active=True).first()
    if row is None:
        return None
    return FocalPoint(user_id=row.user_id, country=row.country, administration=row.administration)
