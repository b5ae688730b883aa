"""Documents of applications: sent by the learner, read by a reviewer, deleted on time.

Stored: first the file, then the row, so that a row never promises a file that is not there.
Deleted: first the row is given up (from then on nobody is shown it), and after the commit the file.
A process that dies in between leaves a file that nobody can reach; ``purge`` finds and deletes it.
"""

from __future__ import annotations

import io
import logging
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from fairgate.clock import utc_day
from waiver_policy import compat, conf, models
from waiver_policy.data import (
    ApplicationState,
    DocumentFault,
    DocumentKind,
    DocumentSummary,
    StorageReport,
)
from waiver_policy.exceptions import (
    ApplicationClosed,
    DocumentRefused,
    DocumentsOff,
    DocumentUnreadable,
    InvalidReview,
    TooManyDocuments,
    UnknownApplication,
    UnknownDocument,
)
from waiver_policy.rules import documents as rules
from waiver_policy.selectors.documents import due_on, to_document
from waiver_policy.services import document_files as files
from waiver_policy.services.independence import check_no_conflict

log = logging.getLogger(__name__)

# A file without a row may belong to a request that has not committed yet.
SETTLED = timedelta(days=1)
SCHEDULE, LEARNER, WITHDRAWN, RETIRED = "schedule", "learner", "withdrawn", "retired"


def add_document(
    application: UUID,
    *,
    by: int,
    kind: DocumentKind,
    content: bytes,
    at: datetime,
    says_minor: bool | None = None,
    guardian_agrees: bool = False,
) -> DocumentSummary:
    """Check and keep a document; see ``api.add_document``.

    Raises:
        UnknownApplication, ApplicationClosed, TooManyDocuments, DocumentRefused, DocumentsOff.
    """
    if not conf.documents_are_taken():
        raise DocumentsOff
    row = _own_application(application, by=by)
    for_minor = _check_age(by, kind, at, says_minor=says_minor, agrees=guardian_agrees)
    prints = files.fingerprints(content)
    if (known := _known(row, prints)) is not None:
        return to_document(known)
    limit = conf.documents_per_application()
    if row.document_count >= limit:  # soon, before the work; the database decides below
        raise TooManyDocuments(limit)
    checked = rules.check(content, max_bytes=conf.document_max_bytes())
    _scan(content)
    document = models.ApplicationDocument(
        uuid=uuid4(), application=row, kind=kind.value, content_type=checked.content_type,
        size=len(checked.content), uploaded_at=at, for_minor=for_minor, fingerprint=prints[0],
    )  # fmt: skip
    document.file = files.put(checked.content, uuid=document.uuid)
    try:
        kept = _write(document, prints, limit=limit)
    except BaseException:
        files.remove(document.file)
        raise
    if kept.pk != document.pk:
        files.remove(document.file)
        return to_document(kept)
    log.info("waiver document kept: document=%s application=%s", document.uuid, application)
    return to_document(document)


def _own_application(uuid: UUID, *, by: int, lock: bool = False) -> models.WaiverApplication:
    rows = models.WaiverApplication.objects.filter(uuid=uuid)
    row: models.WaiverApplication | None = (rows.select_for_update() if lock else rows).first()
    if row is None or row.user_id != by:
        raise UnknownApplication(f"There is no waiver application {uuid}.")
    if row.open_key is None:
        raise ApplicationClosed(f"This application is {row.state} already.")
    return row


def _check_age(
    user_id: int, kind: DocumentKind, at: datetime, *, says_minor: bool | None, agrees: bool
) -> bool:
    """Whether the document is a minor's; their identity document takes a guardian's word.

    Who says nothing, and whose profile says nothing, is taken for a minor there.
    """
    minor = rules.is_minor(
        compat.year_of_birth(user_id), on=utc_day(at), adult_age=conf.adult_age()
    )
    if minor is None:
        minor = says_minor
    if kind is DocumentKind.IDENTITY and minor is not False and not agrees:
        raise DocumentRefused(DocumentFault.GUARDIAN)
    return bool(minor)


def _known(
    row: models.WaiverApplication, prints: tuple[str, ...]
) -> models.ApplicationDocument | None:
    """The same file with the same application."""
    found: models.ApplicationDocument | None = row.documents.filter(fingerprint__in=prints).first()
    return found


def _scan(content: bytes) -> None:
    """Let the operator's scanner look, before anything is stored. No answer is no permission."""
    try:
        scanner = conf.document_scanner()
        is_clean = scanner is None or scanner(io.BytesIO(content)) is True
    except Exception as error:
        log.exception("the scanner of documents failed")
        raise DocumentRefused(DocumentFault.NO_SCAN) from error
    if not is_clean:
        log.warning("the scanner refused a document")
        raise DocumentRefused(DocumentFault.SCANNER)


def _write(
    document: models.ApplicationDocument, prints: tuple[str, ...], *, limit: int
) -> models.ApplicationDocument:
    """Keep the row, under the lock of its application; or the row that has the same file already.

    No row of a document is locked before it is there: that would lock the gap where those of other
    applications are about to come in.

    Raises:
        ApplicationClosed, TooManyDocuments: it was decided, or filled, in the meantime.
    """
    application = document.application
    with transaction.atomic():
        _own_application(application.uuid, by=application.user_id, lock=True)
        twins = models.ApplicationDocument.objects.filter(fingerprint__in=prints)
        keys = list(
            twins.exclude(application__user_id=application.user_id).values_list("pk", flat=True)
        )
        document.is_repeated = bool(keys)
        try:
            with transaction.atomic():
                document.save(force_insert=True)
        except IntegrityError:
            # The same file, sent twice at once. A locking read sees the newest commit.
            same = application.documents.select_for_update()
            return same.get(fingerprint=document.fingerprint)
        counted = models.WaiverApplication.objects.filter(
            pk=application.pk, document_count__lt=limit
        )
        if not counted.update(document_count=F("document_count") + 1):
            raise TooManyDocuments(limit)
        models.ApplicationDocument.objects.filter(pk__in=keys).update(is_repeated=True)
    return document


def read_document(
    uuid: UUID, *, by: int, may_review: bool, at: datetime
) -> tuple[DocumentSummary, bytes]:
    """A document and its content, for who sent it or for a reviewer of it; the reading is kept.

    Raises:
        UnknownDocument: there is none, its file is gone, or it is not for this person.
        DocumentUnreadable, DocumentsOff: it is there and cannot be opened.
    """
    rows = models.ApplicationDocument.objects.select_related("application__nomination")
    row = rows.filter(uuid=uuid, deleted_at__isnull=True).first()
    if row is None or not (row.application.user_id == by or may_review):
        raise UnknownDocument(f"There is no document {uuid}.")
    if row.application.user_id != by:
        _check_no_conflict(row, by)
    models.DocumentReading.objects.create(document=uuid, by=by, at=at)
    content = files.get(row.file or "", uuid=uuid)
    log.info("waiver document read: document=%s by=%s", uuid, by)
    return to_document(row), content


def _check_no_conflict(row: models.ApplicationDocument, by: int) -> None:
    """Who may not decide about a person does not read their papers either."""
    try:
        with transaction.atomic():
            check_no_conflict(row.application, by=by)
    except InvalidReview as error:
        log.warning(
            "waiver document refused: document=%s by=%s because=%s", row.uuid, by, error.fault
        )
        raise UnknownDocument(f"There is no document {row.uuid}.") from None


def remove_document(uuid: UUID, *, by: int, at: datetime) -> None:
    """The learner takes a document back, while nobody has decided.

    Raises:
        UnknownDocument: there is none of theirs.
        ApplicationClosed: the application is decided.
    """
    with transaction.atomic():
        rows = models.ApplicationDocument.objects.select_related("application")
        row = rows.filter(uuid=uuid, deleted_at__isnull=True).first()
        if row is None or row.application.user_id != by:
            raise UnknownDocument(f"There is no document {uuid}.")
        _own_application(row.application.uuid, by=by, lock=True)
        _give_up(row, because=LEARNER, at=at)


def delete_documents(application: UUID, *, because: str, at: datetime) -> int:
    """Delete the documents of an application now; how many there were.

    The files go when the caller's transaction is committed.
    """
    rows = models.ApplicationDocument.objects.filter(application__uuid=application)
    return _give_all_up(rows, because=because, at=at)


def forget(user_id: int, *, at: datetime) -> int:
    """Delete every document of a person, whatever becomes of their applications; how many.

    Call it before the applications lose their user id.
    """
    rows = models.ApplicationDocument.objects.filter(application__user_id=user_id)
    return _give_all_up(rows, because=RETIRED, at=at)


def _give_all_up(rows: QuerySet[models.ApplicationDocument], *, because: str, at: datetime) -> int:
    kept = rows.filter(deleted_at__isnull=True).order_by("application_id", "id")
    with transaction.atomic():
        return sum(_give_up(row, because=because, at=at) for row in kept)


def _give_up(row: models.ApplicationDocument, *, because: str, at: datetime) -> bool:
    """Show a document to nobody any more, and delete its file after the commit.

    The application is locked first, as when a document comes in. False: somebody else was faster.
    """
    applications = models.WaiverApplication.objects.filter(pk=row.application_id)
    list(applications.select_for_update().values_list("pk"))
    live = models.ApplicationDocument.objects.filter(pk=row.pk, deleted_at__isnull=True)
    if not live.update(deleted_at=at, delete_reason=because, fingerprint=None):
        return False
    applications.update(document_count=F("document_count") - 1)
    transaction.on_commit(partial(_finish, row.pk, row.file or ""))
    log.info("waiver document deleted: document=%s because=%s", row.uuid, because)
    return True


def _finish(pk: int, name: str) -> bool:
    """Delete the file of a document that was given up; whether it is gone."""
    try:
        is_gone = files.remove(name)
    except DocumentsOff:
        is_gone = False
    if is_gone:
        models.ApplicationDocument.objects.filter(pk=pk, deleted_at__isnull=False).update(file=None)
    return is_gone


def purge(*, at: datetime) -> tuple[int, int]:
    """Delete what is due, and what was left over; how many files went and how many did not.

    Again is the same: what is gone is not there to be deleted. Files without a row are leftovers
    once they are a day old.

    Raises:
        DocumentsOff: there are files, and no place to look at.
    """
    if not _has_files() and not conf.documents_are_taken():
        return 0, 0
    day = utc_day(at)
    given_up = set()
    rows = models.ApplicationDocument.objects.filter(deleted_at__isnull=True)
    for row in rows.select_related("application__decision__policy_version").order_by("id"):
        due = due_on(row)
        if due is not None and due <= day:
            is_withdrawn = row.application.state == ApplicationState.WITHDRAWN
            # Each by itself: one that fails takes no other with it.
            with transaction.atomic():
                if _give_up(row, because=WITHDRAWN if is_withdrawn else SCHEDULE, at=at):
                    given_up.add(row.pk)
    left = _half_deleted()
    gone = len(given_up - {row.pk for row in left})
    results = [_finish(row.pk, row.file or "") for row in left]
    results += [files.remove(name) for name in _orphans(at)]
    return gone + results.count(True), results.count(False)


def _has_files() -> bool:
    """Whether a document has a file. A site that never took one needs no place to look at."""
    return models.ApplicationDocument.objects.filter(file__isnull=False).exists()


def _half_deleted() -> list[models.ApplicationDocument]:
    rows = models.ApplicationDocument.objects.filter(deleted_at__isnull=False, file__isnull=False)
    return list(rows.order_by("id"))


def _orphans(at: datetime) -> list[str]:
    """Files that no row names, old enough not to be on their way."""
    found = [name for name, written in files.names() if written <= at - SETTLED]
    # Asked after the files: a row that came meanwhile names its file.
    rows = models.ApplicationDocument.objects.filter(file__isnull=False)
    named = set(rows.values_list("file", flat=True))
    return [name for name in found if name not in named]


def check_storage(*, at: datetime) -> StorageReport:
    """Compare rows and files, and open each file with the keys of the settings.

    Raises:
        DocumentsOff: there are files, and no place to look at or no key.
    """
    if not _has_files() and not conf.documents_are_taken():
        return StorageReport(kept=0)
    there = {name for name, _written in files.names()}
    rows = list(models.ApplicationDocument.objects.filter(deleted_at__isnull=True).order_by("id"))
    missing = tuple(row.uuid for row in rows if row.file not in there)
    unreadable = []
    for row in rows:
        if row.file in there:
            try:
                files.get(row.file, uuid=row.uuid)
            except DocumentUnreadable:
                unreadable.append(row.uuid)
    return StorageReport(
        kept=len(rows),
        missing=missing,
        unreadable=tuple(unreadable),
        half_deleted=tuple(row.uuid for row in _half_deleted()),
        orphans=tuple(_orphans(at)),
    )
