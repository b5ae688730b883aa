"""What is locked, in which order. Agreements by ascending id; held until the commit.

An agreement's row stands for its versions, signatures and suspensions: whoever writes one of them
holds it. What is read to decide is read with a lock too (``…_now``): under REPEATABLE READ, in a
transaction that a request opened, a plain read would show the state before the wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Lower

from fairgate.money import Money

from . import models, rules
from .data import Identity, Period, Review, earlier
from .exceptions import UnknownVersion


@contextmanager
def locked_agreement(code: str) -> Iterator[models.Agreement]:
    """One agreement by its code.

    Raises:
        UnknownVersion: there is none.
    """
    with transaction.atomic():
        found = models.Agreement.objects.select_for_update().filter(code=code).first()
        if found is None or found.code != code:  # MariaDB finds it in other letters, too
            raise UnknownVersion("There is no agreement “%(code)s”.", code=code)
        yield found


@contextmanager
def locked_agreements(codes: Iterable[str]) -> Iterator[dict[str, models.Agreement]]:
    """Those of these agreements that exist, by code in lower case."""
    with transaction.atomic():
        # SQLite tells cases apart and MariaDB does not; a code in other letters is the same code.
        rows = models.Agreement.objects.select_for_update().annotate(lower=Lower("code"))
        rows = rows.filter(lower__in=[code.lower() for code in codes])
        yield {row.code.casefold(): row for row in rows.order_by("id")}


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
        yield _version_now(version.pk)


@contextmanager
def locked_version(version_uuid: UUID) -> Iterator[models.AgreementVersion]:
    """One version, by the lock of its agreement.

    Raises:
        UnknownVersion: there is none.
    """
    with transaction.atomic():
        found = models.AgreementVersion.objects.filter(uuid=version_uuid).first()
        if found is None:
            raise UnknownVersion("There is no agreement version %(key)s.", key=version_uuid)
        list(
            models.Agreement.objects.select_for_update()
            .filter(id=found.agreement_id)
            .values_list("id")
        )
        yield _version_now(found.pk)


def _version_now(pk: int) -> models.AgreementVersion:
    # Without the agreement's partner: whoever loads a file locks the partner before the agreement.
    version: models.AgreementVersion = models.AgreementVersion.objects.select_for_update().get(
        pk=pk
    )
    return version


def review_now(version: models.AgreementVersion) -> tuple[Review, models.ReviewRound | None]:
    """How far a version of a locked agreement is, and the round that waits or was approved.

    A version that was approved before approvals were recorded has no round.
    """
    rounds = version.review_rounds.select_for_update().filter(live_key__isnull=False)
    found = rounds.order_by("-id").first()
    if found is not None:
        return (Review.SUBMITTED if found.is_waiting else Review.APPROVED), found
    before = models.ApprovalBeforeRecords.objects.select_for_update().filter(version=version)
    return (Review.APPROVED if before.exists() else Review.NOT_SUBMITTED), None


def ended_on_now(version: models.AgreementVersion) -> date | None:
    """The day on which a version of a locked agreement ends early, if that was confirmed."""
    rows = version.end_records.select_for_update().filter(confirmed_at__isnull=False)
    found: date | None = rows.values_list("last_day", flat=True).first()
    return found


def period_now(version: models.AgreementVersion) -> Period:
    """The days of a version of a locked agreement."""
    return Period(version.valid_from, earlier(version.valid_until, ended_on_now(version)))


def versions_now(agreement: models.Agreement) -> list[models.AgreementVersion]:
    """The versions of a locked agreement."""
    return list(agreement.versions.select_for_update().order_by("number"))


def signatures_now(version: models.AgreementVersion) -> list[tuple[str, datetime]]:
    """Side and moment of each signature under a version of a locked agreement, first one first."""
    rows = version.signatures.select_for_update().order_by("place")
    return list(rows.values_list("side", "signed_at"))


def hands_now(version: models.AgreementVersion) -> list[tuple[str, int | None]]:
    """Who saw to each signature under a version of a locked agreement: user name and number.

    On paper who recorded it, of whom old rows know no number, and some no name (""); else the user
    who consented, whose name is not told.
    """
    rows = version.signatures.select_for_update().order_by("place")
    told = rows.values_list("recorded_by", "recorder_user_id", "user_id")
    return [(name, recorder or user) for name, recorder, user in told]


def last_suspension_now(agreement: models.Agreement) -> tuple[bool, datetime] | None:
    """Whether the last record of a locked agreement suspends, and its moment."""
    rows = agreement.suspension_records.select_for_update().order_by("-at", "-id")
    found: list[Any] = list(rows.values_list("suspends", "at")[:1])
    return found[0] if found else None


def waiting_resume_now(agreement: models.Agreement) -> models.ResumeRequest | None:
    """What waits for a second person to let a locked agreement resume."""
    rows = agreement.resume_requests.select_for_update().filter(live_key__isnull=False)
    found: models.ResumeRequest | None = rows.first()
    return found


def other_signed_terms_now(version: models.AgreementVersion) -> list[models.AgreementVersion]:
    """Every other version that both sides signed and that shares revenue of one of its courses."""
    keys = list(version.courses.values_list("course_key", flat=True))
    touched = models.VersionCourse.objects.filter(course_key__in=keys)
    both = models.Signature.objects.select_for_update().filter(
        place=2, version__in=list(touched.values_list("version_id", flat=True))
    )
    ids = list(both.values_list("version_id", flat=True))
    rows = models.AgreementVersion.objects.select_related("agreement").filter(id__in=ids)
    return list(rows.filter(fund_bp__isnull=False).exclude(pk=version.pk))


@contextmanager
def locked_partners(codes: Iterable[str]) -> Iterator[None]:
    """The rows of those of these partners that exist; before any agreement's."""
    with transaction.atomic():
        rows = models.Partner.objects.select_for_update().filter(code__in=list(codes))
        list(rows.order_by("id").values_list("pk"))
        yield


@contextmanager
def locked_with_partners(
    version_uuid: UUID,
) -> Iterator[tuple[models.AgreementVersion, frozenset[str]]]:
    """One version and, before it, the rows of all that its text names; their codes as well.

    Whom the text names is known for sure once the version is held. Where a file has written others
    into it meanwhile, all is let go and locked anew: partners come before agreements. Inside
    somebody else's transaction nothing is let go, but then the version is held and names no more.

    Raises:
        UnknownVersion: there is none.
    """
    named = _named_in(version_uuid)
    with ExitStack() as held:
        while True:
            held.enter_context(locked_partners(named))
            version = held.enter_context(locked_version(version_uuid))
            found = rules.parties_in(version.agreed_text)
            if found <= named:
                break
            held.close()
            named = found
        yield version, found


def _named_in(version_uuid: UUID) -> frozenset[str]:
    rows = models.AgreementVersion.objects.filter(uuid=version_uuid)
    text = rows.values_list("agreed_text", flat=True).first()
    return frozenset() if text is None else rules.parties_in(text)


@contextmanager
def locked_partner(partner: models.Partner) -> Iterator[None]:
    """A partner's row, which stands for its names, awards, due diligence and counts of a day."""
    with transaction.atomic():
        list(models.Partner.objects.select_for_update().filter(pk=partner.pk).values_list("pk"))
        yield


def live_awards_now(partner: models.Partner) -> list[tuple[date, date, Money]]:
    """First day, last day and threshold of a locked partner's awards that may still count."""
    rows = models.RecognitionAward.objects.select_for_update().filter(partner=partner, is_live=True)
    columns = ("valid_from", "valid_until", "tier__threshold_minor", "tier__scheme__currency")
    return [
        (first, last, Money.from_minor(minor, currency))
        for first, last, minor, currency in rows.values_list(*columns)
    ]


def last_diligence_now(partner: models.Partner) -> models.DueDiligenceCheck | None:
    """The outcome that counts of a locked partner's due diligence."""
    rows = partner.due_diligence.select_for_update().order_by("-recorded_at", "-id")
    found: models.DueDiligenceCheck | None = rows.first()
    return found


def last_proposal_now(partner: models.Partner) -> models.DueDiligenceProposal | None:
    """What was last proposed of a locked partner: the one that waits, if one does."""
    rows = partner.diligence_proposals.select_for_update().order_by("-id")
    found: models.DueDiligenceProposal | None = rows.first()
    return found


def identity_now(partner: models.Partner) -> Identity:
    """How a locked partner is called."""
    columns = ("legal_name", "display_name", "kind", "url")
    rows = models.Partner.objects.select_for_update().filter(pk=partner.pk)
    return Identity(**rows.values(*columns).get())


def is_named_now(partner: models.Partner) -> bool:
    """Whether a text that names a locked partner was ever submitted."""
    rows = models.Partner.objects.select_for_update().filter(pk=partner.pk)
    return rows.values_list("named_since", flat=True).get() is not None


def last_change_now(partner: models.Partner) -> models.PartnerChange | None:
    """What was last proposed of a locked partner's names: what waits, if something does."""
    rows = partner.changes.select_for_update().order_by("-id")
    found: models.PartnerChange | None = rows.first()
    return found


def last_renamed_now(partner: models.Partner) -> datetime | None:
    """When a locked partner was last given other names by two people."""
    rows = partner.changes.select_for_update().filter(confirmed_at__isnull=False)
    found: datetime | None = rows.order_by("-id").values_list("confirmed_at", flat=True).first()
    return found


def change_now(change: UUID) -> models.PartnerChange:
    """One change of a locked partner."""
    rows = models.PartnerChange.objects.select_for_update()
    found: models.PartnerChange = rows.get(uuid=change)
    return found
