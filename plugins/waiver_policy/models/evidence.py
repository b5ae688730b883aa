"""Where people are from, as they or others say, and the documents that show it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.written_once import Forgettable, WrittenOnce
from waiver_policy.models.applications import WaiverApplication


class CountryEvidence(Forgettable):
    """That somebody's country by one basis was said or seen; a newer row counts, this one stays.

    ``statement`` is the same for what was said at once (two nationalities). A row without a country
    takes back what the same basis and kind said before. Where a request came from is never here: it
    stands among the inputs of the decision that looked at it, or nowhere.

    .. pii: Countries of a person by nationality, residence or affiliation, and who says so.
    .. pii_types: id, location, other
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    statement = models.UUIDField(_("statement"), editable=False)
    user_id = models.BigIntegerField(_("user"))
    basis = models.CharField(_("basis"), max_length=20)
    country = models.CharField(_("country"), max_length=2, blank=True)
    kind = models.CharField(_("kind"), max_length=12)
    observed_at = models.DateTimeField(_("observed at"))
    recorded_by = models.BigIntegerField(_("recorded by"))
    note = models.CharField(_("note"), max_length=255, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta(Forgettable.Meta):
        verbose_name = _("evidence of a country")
        verbose_name_plural = _("evidence of countries")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["user_id", "observed_at"], name="waiver_policy_evidence_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "country"], name="waiver_policy_evidence_once"
            ),
            check(
                "waiver_policy_evidence_kind",
                Q(kind__in=["declared", "institution", "document", "nomination"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.kind}"


class ChangeOfCountry(models.Model):
    """When the country of somebody's profile last became another one; no row, no change.

    ``country`` is what the profile said before it was emptied, and only while it is empty: a blank
    between two countries hides no change. Only the newest change is here: it is the last to settle.

    .. pii: The day on which a person changed the country of their profile, and one that they took
        out of it.
    .. pii_types: id, location
    .. pii_retirement: local_api
    """

    user_id = models.BigIntegerField(_("user"), unique=True)
    country = models.CharField(_("country before it was emptied"), max_length=2, blank=True)
    changed_on = models.DateField(_("changed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of a country")
        verbose_name_plural = _("changes of countries")
        ordering = ["id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.user_id} {self.changed_on}"


class ApplicationDocument(models.Model):
    """A document that a learner sent with an application; what is left once its file is gone.

    There is no name: what a file is called often says whose it is. Three lives, in this order, so
    that a process that dies between two steps leaves nothing to read and nothing forgotten:

    * kept: ``deleted_at`` is empty; ``file`` names the encrypted file, ``fingerprint`` finds the
      same file from another account (a keyed hash; without the key it says nothing);
    * given up: ``deleted_at`` is set and the fingerprint gone, and nobody is shown it any more;
      ``file`` is still there for whoever deletes the file;
    * gone: ``file`` is empty too.

    .. pii: Which documents a learner sent; the documents themselves are in an encrypted file.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        WaiverApplication,
        verbose_name=_("waiver application"),
        on_delete=models.PROTECT,
        related_name="documents",
    )
    kind = models.CharField(_("kind"), max_length=20)
    content_type = models.CharField(_("type of the file"), max_length=40)
    size = models.PositiveIntegerField(_("bytes"))
    uploaded_at = models.DateTimeField(_("sent at"))
    for_minor = models.BooleanField(_("of a minor"), default=False)
    is_repeated = models.BooleanField(_("sent from another account too"), default=False)
    file = models.CharField(max_length=100, null=True, blank=True, unique=True, editable=False)
    fingerprint = models.CharField(max_length=64, null=True, blank=True, editable=False)  # noqa: DJ001 - NULL leaves the unique index
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
    delete_reason = models.CharField(_("reason of the deletion"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("document of an application")
        verbose_name_plural = _("documents of applications")
        ordering = ["id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["fingerprint"], name="waiver_policy_document_print"),
        ]
        constraints = [
            # A phone that lost its connection sends the file again; that is the same document.
            models.UniqueConstraint(
                fields=["application", "fingerprint"], name="waiver_policy_document_once"
            ),
            check(
                "waiver_policy_document_life",
                Q(deleted_at__isnull=True, file__isnull=False, fingerprint__isnull=False)
                | Q(deleted_at__isnull=False, fingerprint__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"


class DocumentReading(WrittenOnce):
    """That somebody was given a document to read, and when.

    It names the document by its uuid and is no foreign key: it stays when a document's row goes.

    .. pii: The id of who read a document.
    .. pii_types: id
    .. pii_retirement: retained
    """

    document = models.UUIDField(_("document"), db_index=True)
    by = models.BigIntegerField(_("user"))
    at = models.DateTimeField(_("at"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("reading of a document")
        verbose_name_plural = _("readings of documents")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.document} {self.at:%Y-%m-%d}"
