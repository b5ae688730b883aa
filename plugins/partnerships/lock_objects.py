"""What is locked, in which order. Agreements by ascending id; held until the commit.

An agreement's row stands for its versions, signatures and suspensions: whoever writes one of them
holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction

from . import models
from .exceptions import UnknownVersion


@contextmanager
def locked_agreement(code: str) -> Iterator[models.Agreement]:
    """One agreement by its code.

    Raises:
        UnknownVersion: there is none.
    """
    with transaction.atomic():
        found = models.Agreement.objects.select_for_update().filter(code=code).first()
        if found is None:
            raise UnknownVersion(f"There is no agreement “{code}”.")
        yield found


@contextmanager
def locked_agreements(codes: Iterable[str]) -> Iterator[dict[str, models.Agreement]]:
    """Those of these agreements that exist, by code in lower case."""
    with transaction.atomic():
        rows = models.Agreement.objects.select_for_update().filter(code__in=list(codes))
        yield {row.code.casefold(): row for row in rows.select_related("partner").order_by("id")}


@contextmanager
def locked_around(version: models.AgreementVersion) -> Iterator[models.AgreementVersion]:
    """The version's agreement and every other agreement on one of its courses.

    Two versions that would conflict name the same course, so each holds the other's agreement while
    it looks: of two signatures at once, the second sees the first.
    """
    with transaction.atomic():
        keys = list(version.courses.values_list("course_key", flat=True))
        touched = models.VersionCourse.objects.filter(course_key__in=keys)
        ids = {version.agreement_id, *touched.values_list("version__agreement_id", flat=True)}
        list(
            models.Agreement.objects.select_for_update()
            .filter(id__in=ids)
            .order_by("id")
            .values_list("id")
        )
        yield models.AgreementVersion.objects.select_related("agreement").get(pk=version.pk)
