"""Pictures of partners' marks: the files we wrote, their versions, and what was issued with them.

Files lie in the database, not on a disk or in a bucket: every process of the platform has it, and
what is not to be shown any more has no other address at which it could still be had (decision
0050).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce
from partnerships.data import Background
from partnerships.models.kept import Kept
from partnerships.models.labels import BACKGROUND_LABELS
from partnerships.models.partners import Partner

_SHA256 = 64  # hexadecimal digits


class BrandFile(WrittenOnce):
    """A file by its hash: a mark or a picture of one, written by ourselves, never as it was sent.

    There is no partner: two versions may have the same file. Whether it is shown follows from the
    versions that name it.

    .. no_pii:
    """

    sha256 = models.CharField("SHA-256", max_length=_SHA256, primary_key=True)
    suffix = models.CharField(_("kind of file"), max_length=4)
    size = models.PositiveIntegerField(_("bytes"))
    content = models.BinaryField(_("content"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("file of a mark")
        verbose_name_plural = _("files of marks")
        constraints = [check("partnerships_file_known", Q(suffix__in=(".svg", ".png")))]

    def __str__(self) -> str:
        return f"{self.sha256}{self.suffix}"


class BrandAsset(Kept):
    """One version of a partner's picture for one background, decided once by a second person.

    There is no ``state``: it follows from ``decided_at``, ``approved`` and ``withdrawn_at``. The
    newest approval counts; when that version is withdrawn, the ones before do not come back.

    .. pii: Ids of the users who sent, decided and withdrew the picture; emptied when they leave.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="brand_assets"
    )
    background = models.CharField(
        _("background"),
        max_length=8,
        choices=[(one.value, label) for one, label in BACKGROUND_LABELS.items()],
    )
    number = models.PositiveIntegerField(_("number"))
    uploaded_sha256 = models.CharField(_("SHA-256 of what was sent"), max_length=_SHA256)
    mark = models.ForeignKey(
        BrandFile, verbose_name=_("mark"), on_delete=models.PROTECT, related_name="+"
    )
    #: At one, two and three (for paper) pixels for each pixel of CSS.
    single = models.ForeignKey(
        BrandFile, verbose_name=_("picture"), on_delete=models.PROTECT, related_name="+"
    )
    double = models.ForeignKey(
        BrandFile, verbose_name=_("sharp picture"), on_delete=models.PROTECT, related_name="+"
    )
    paper = models.ForeignKey(
        BrandFile, verbose_name=_("picture for paper"), on_delete=models.PROTECT, related_name="+"
    )
    #: That of ``mark``; it stands here as well so that a page needs no join.
    suffix = models.CharField(_("kind of file"), max_length=4)
    width = models.PositiveIntegerField(_("width (pixels of CSS)"))
    height = models.PositiveIntegerField(_("height (pixels of CSS)"))
    #: By language: what is seen, and what the partner says about its use.
    alternatives = models.JSONField(_("what is seen"))
    usage_rules = models.JSONField(_("usage rules"), default=dict, blank=True)
    uploaded_by = models.PositiveBigIntegerField(_("sent by"), null=True, blank=True)
    uploaded_at = models.DateTimeField(_("sent at"))
    approved = models.BooleanField(_("approved"), null=True, blank=True)
    decided_by = models.PositiveBigIntegerField(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    sentence = models.CharField(_("decision in words"), max_length=500, blank=True, default="")
    withdrawn_by = models.PositiveBigIntegerField(_("withdrawn by"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    reason = models.CharField(_("why it was withdrawn"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("picture of a mark")
        verbose_name_plural = _("pictures of marks")
        permissions = [("approve_brandasset", "Can approve, refuse and withdraw pictures of marks")]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "background", "number"], name="partnerships_picture_number_once"
            ),
            check("partnerships_picture_number_from_1", Q(number__gte=1)),
            check("partnerships_picture_has_a_size", Q(width__gte=1, height__gte=1)),
            check(
                "partnerships_picture_background_known",
                Q(background__in=[one.value for one in Background]),
            ),
            check(
                "partnerships_picture_decided_at_once",
                Q(approved__isnull=True, decided_at__isnull=True, decided_by__isnull=True)
                | Q(approved__isnull=False, decided_at__isnull=False),
            ),
            # Two people: whatever code writes here, nobody decides about what they sent.
            check(
                "partnerships_picture_second_person",
                Q(decided_by__isnull=True)
                | Q(uploaded_by__isnull=True)
                | ~Q(decided_by=F("uploaded_by")),
            ),
            check(
                "partnerships_picture_withdrawn_with_reason",
                Q(withdrawn_at__isnull=True, reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["partner", "background", "decided_at"], name="partnerships_picture_idx"
            )
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.get_background_display()} {self.number}"


class KeptMark(WrittenOnce):
    """A picture that something issued for a course shows for good, such as a certificate.

    While one such row is there, the files of the version are served at an address of their own,
    also after another one is approved or this one is withdrawn.

    .. no_pii:
    """

    asset = models.ForeignKey(
        BrandAsset,
        verbose_name=_("picture of a mark"),
        on_delete=models.PROTECT,
        related_name="kept",
    )
    course_key = models.CharField(_("course run"), max_length=255)
    kept_at = models.DateTimeField(_("kept since"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("kept mark")
        verbose_name_plural = _("kept marks")
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "course_key"], name="partnerships_kept_mark_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.asset}: {self.course_key}"
