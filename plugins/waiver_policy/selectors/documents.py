"""The documents of applications, and when their files go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from fairgate.clock import utc_day
from waiver_policy import conf, models
from waiver_policy.data import (
    ApplicationState,
    DocumentKind,
    DocumentSummary,
    DueDocument,
)
from waiver_policy.rules import documents as rules
from waiver_policy.selectors import policies


def list_documents(application: UUID) -> tuple[DocumentSummary, ...]:
    """The documents of an application that can be read, and what is left of the others."""
    rows = models.ApplicationDocument.objects.select_related("application")
    return tuple(to_document(row) for row in rows.filter(application__uuid=application))


def get_document(uuid: UUID) -> DocumentSummary | None:
    """A document by its public key."""
    rows = models.ApplicationDocument.objects.select_related("application")
    row = rows.filter(uuid=uuid).first()
    return to_document(row) if row else None


def has_twin(row: models.ApplicationDocument) -> bool:
    """Whether the same file is there from another account now, or was when it was sent."""
    if row.is_repeated or not row.fingerprint:
        return row.is_repeated
    twins = models.ApplicationDocument.objects.filter(fingerprint=row.fingerprint)
    return twins.exclude(application__user_id=row.application.user_id).exists()


def list_due() -> Iterator[DueDocument]:
    """Every document whose file is kept, with the first UTC day on which it should be gone."""
    rows = models.ApplicationDocument.objects.filter(deleted_at__isnull=True)
    for row in rows.select_related("application__decision__policy_version").order_by("id"):
        yield DueDocument(document=to_document(row), due_on=due_on(row))


def due_on(row: models.ApplicationDocument) -> date | None:
    """The first UTC day without the file; ``None`` while the application is open.

    Counted from the decision. A document of an application that was withdrawn, or ended, before
    anybody decided goes at once: nobody is to look at it any more.
    """
    application = row.application
    if application.open_key is not None:
        return None
    decided = application.reviewed_at
    if decided is None and application.state == ApplicationState.EXPIRED:
        decided = row.uploaded_at
    if decided is None:
        return utc_day(row.uploaded_at)
    policy = policies.compiled(application.decision.policy_version)
    days = policy.document_days if policy is not None else None
    return rules.delete_on(
        utc_day(decided), days=conf.document_delete_days() if days is None else days
    )


def to_document(row: models.ApplicationDocument) -> DocumentSummary:
    """A row as a value."""
    return DocumentSummary(
        uuid=row.uuid,
        application=row.application.uuid,
        user_id=row.application.user_id,
        kind=DocumentKind(row.kind),
        content_type=row.content_type,
        size=row.size,
        uploaded_at=row.uploaded_at,
        for_minor=row.for_minor,
        is_repeated=has_twin(row),
        deleted_at=row.deleted_at,
        delete_reason=row.delete_reason,
    )
