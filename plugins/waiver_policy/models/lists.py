"""Country lists: editions, whole snapshots that never change, and their rows."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce


class ListEdition(WrittenOnce):
    """A whole snapshot of one country list, as it was known from a moment on.

    The edition that counts for a moment is the one with the latest ``known_from`` not after it.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    list_code = models.CharField(_("list"), max_length=20)
    number = models.PositiveIntegerField(_("number"))
    known_from = models.DateTimeField(_("known from"))
    published_on = models.DateField(_("published on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=500)
    document_symbol = models.CharField(_("document symbol"), max_length=100, blank=True)
    file_name = models.CharField(_("file"), max_length=255, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    loaded_by = models.CharField(_("loaded by"), max_length=150)

    class Meta(WrittenOnce.Meta):
        verbose_name = _("list edition")
        verbose_name_plural = _("list editions")
        ordering = ["list_code", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["list_code", "number"], name="waiver_policy_edition_number"
            ),
            # Two editions known from one moment would leave open which one decides.
            models.UniqueConstraint(
                fields=["list_code", "known_from"], name="waiver_policy_edition_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_code}-{self.number}"


class ListMembership(WrittenOnce):
    """One country's time on a list in one edition.

    A member from ``from_date`` on, and on ``until_date`` not any more.

    .. no_pii:
    """

    edition = models.ForeignKey(
        ListEdition,
        verbose_name=_("list edition"),
        on_delete=models.PROTECT,
        related_name="members",
    )
    country = models.CharField(_("country"), max_length=2)
    kind = models.CharField(_("kind"), max_length=30, blank=True)
    from_date = models.DateField(_("from"))
    from_precision = models.CharField(_("precision of from"), max_length=20)
    until_date = models.DateField(_("until"), null=True, blank=True)
    until_precision = models.CharField(_("precision of until"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=30)
    alt_until_date = models.DateField(_("end that was asked for"), null=True, blank=True)
    source = models.TextField(_("source"))
    provenance = models.TextField(_("provenance"), blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta(WrittenOnce.Meta):
        verbose_name = _("list membership")
        verbose_name_plural = _("list memberships")
        ordering = ["edition", "country", "from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "country", "from_date"], name="waiver_policy_member_once"
            ),
            check(
                "waiver_policy_member_dates",
                Q(until_date__isnull=True) | Q(until_date__gt=F("from_date")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.from_date}"
