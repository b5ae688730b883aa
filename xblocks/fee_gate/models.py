"""Tables of fee_gate: what stands behind a gate in the published courses."""

from __future__ import annotations

from uuid import uuid4

from django.db import models


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
        verbose_name = "gated course"

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
        verbose_name = "gated block"
        indexes = [
            models.Index(fields=["course_key"], name="fee_gate_block_course"),
            models.Index(fields=["gate_usage_key"], name="fee_gate_block_gate"),
        ]

    def __str__(self) -> str:
        return f"{self.usage_key} ← {self.fee}"
