"""Policy documents, their versions and their lives."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check


class PolicyVersion(models.Model):
    """One version of a policy document. Its text never changes; its state goes one way.

    ``active_slug`` is the slug while the version is active and empty (NULL) otherwise: its unique
    index lets the database hold one active version per slug, on MySQL too.

    .. no_pii:
    """

    DRAFT, ACTIVE, RETIRED = "draft", "active", "retired"

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    slug = models.CharField(_("policy"), max_length=100)
    version = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=255)
    text = models.TextField(_("document"))
    sha256 = models.CharField("SHA-256", max_length=64)
    state = models.CharField(_("state"), max_length=10, default=DRAFT)
    active_slug = models.CharField(max_length=100, null=True, blank=True, editable=False)  # noqa: DJ001 - NULL is what lets the unique index hold one active row
    author = models.CharField(_("author"), max_length=150)
    created_at = models.DateTimeField(_("created at"))
    activated_at = models.DateTimeField(_("activated at"), null=True, blank=True)
    activated_by = models.CharField(_("activated by"), max_length=150, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    retired_by = models.CharField(_("retired by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["slug", "version"]
        permissions = [("activate_policy", _("Can activate and retire waiver policies"))]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "version"], name="waiver_policy_version_number"
            ),
            models.UniqueConstraint(fields=["active_slug"], name="waiver_policy_one_active"),
            check(
                "waiver_policy_version_state",
                Q(state="active", active_slug=F("slug"))
                | Q(state__in=["draft", "retired"], active_slug__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} v{self.version}"
