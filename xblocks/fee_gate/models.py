"""Tables of fee_gate: what stands behind a gate in the published courses, and what is held."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_gate.data import HoldScope


def new_version() -> str:
    """A word that was never there before: a rolled-back version must not come again."""
    return uuid4().hex


class GatedCourse(models.Model):
    """One course that was counted: the row that is locked while its gated blocks are written.

    There is no list of gates: a gate is in the course, and ``GatedBlock`` says what it covers.
    ``version`` is another word whenever the answers about this course may be others; what is
    remembered of it (``remembered.py``) counts for one version only.

    .. no_pii:
    """

    course_key = models.CharField(max_length=255, unique=True)
    version = models.CharField(max_length=32, default=new_version)

    class Meta:
        verbose_name = _("gated course")
        verbose_name_plural = _("gated courses")

    def __str__(self) -> str:
        return self.course_key


class GatedBlock(models.Model):
    """One block behind one gate, as the course was last published.

    A block behind two gates has two rows and needs both fees. Written only when a course is
    counted; nothing in the course itself is changed. There is no learner here: who may pass is
    asked of fee_payments at every request.

    ``digest`` is the SHA-256 of usage key and gate: MariaDB compares text without regard to case,
    and block ids may differ by case only.

    .. no_pii:
    """

    course_key = models.CharField(max_length=255)
    usage_key = models.CharField(max_length=255)
    gate_usage_key = models.CharField(max_length=255)
    fee = models.CharField(
        max_length=64, blank=True, help_text="Code of the offering. Empty: none is chosen yet."
    )
    is_holder = models.BooleanField(
        default=False, help_text="The gate is not before the block but before something in it."
    )
    place = models.PositiveIntegerField(help_text="Order of the gates before one block, from 0.")
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("gated block")
        verbose_name_plural = _("gated blocks")
        indexes = [
            models.Index(fields=["course_key"], name="fee_gate_block_course"),
            models.Index(fields=["gate_usage_key"], name="fee_gate_block_gate"),
        ]

    def __str__(self) -> str:
        return f"{self.usage_key} ← {self.fee}"


class FeeGateRule(models.Model):
    """Enrolments in, or certificates of, one course run wait for one fee, from a moment on.

    A rule is never edited: it ends, and the next one begins. ``live_key`` is there in the newest
    rule of a course and scope only, so there is one; every earlier rule has ended. There is no
    "active": a rule counts from ``effective_from`` until ``ends_at``, by the moment of the asking.
    There is no learner: who settled the fee is asked of fee_payments.

    .. no_pii:
    """

    course_key = models.CharField(_("course run"), max_length=255, db_index=True)
    scope = models.CharField(
        _("what is held"),
        max_length=16,
        choices=[
            (HoldScope.ENROLMENT.value, _("enrolment")),
            (HoldScope.CERTIFICATE.value, _("certificate")),
        ],
    )
    fee = models.CharField(_("fee"), max_length=64)
    effective_from = models.DateTimeField(_("from (UTC)"))
    ends_at = models.DateTimeField(
        _("until (UTC)"),
        null=True,
        blank=True,
        help_text=_("The first moment at which it no longer holds. Empty: no end is known."),
    )
    live_key = models.CharField(max_length=255, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["course_key", "scope", "-effective_from"]
        permissions = [("enrol_without_fee", "Can enrol others without their fee")]
        constraints = [
            check("fee_gate_rule_scope", Q(scope__in=[scope.value for scope in HoldScope])),
            check("fee_gate_rule_fee", ~Q(fee="")),
            check(
                "fee_gate_rule_period",
                Q(ends_at__isnull=True) | Q(ends_at__gte=F("effective_from")),
            ),
            check("fee_gate_rule_one_live", Q(live_key__isnull=False) | Q(ends_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.course_key}: {self.scope} ← {self.fee}"
