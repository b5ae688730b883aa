"""Tiers and awards: rules that two people made, and what two people granted by them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from fairgate_tables.written_once import WrittenOnce
from partnerships.data import Emblem
from partnerships.models.kept import Kept
from partnerships.models.partners import Partner


class RecognitionScheme(TwoPeople, Kept):
    """The tiers of a period, once a second person has confirmed them; what it says never changes.

    ``live_from`` is ``valid_from`` unless it was refused: two schemes cannot begin on one day. The
    one that began last counts.

    .. pii: Who proposed the scheme, confirmed or refused it.
    .. pii_types: id
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    live_from = models.DateField(unique=True, null=True, editable=False)
    valid_from = models.DateField(_("first day (UTC)"))
    valid_until = models.DateField(_("last day (UTC)"), null=True)
    currency = models.CharField(_("currency"), max_length=3)
    in_kind_percent = models.PositiveSmallIntegerField(_("share of things that counts (percent)"))
    #: By currency, the text of a decimal number.
    rates = models.JSONField(_("rates of other currencies"))

    class Meta:
        verbose_name = _("scheme of tiers")
        verbose_name_plural = _("schemes of tiers")
        ordering = ["valid_from", "id"]
        permissions = [
            ("propose_recognitionscheme", "Can propose tiers of recognition"),
            ("confirm_recognitionscheme", "Can confirm or refuse tiers of recognition"),
        ]
        constraints = [
            *two_people_checks("partnerships_scheme"),
            check("partnerships_scheme_in_kind", Q(in_kind_percent__lte=100)),
            check(
                "partnerships_scheme_days",
                Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            check(
                "partnerships_scheme_live",
                Q(live_from=F("valid_from"), refused_at__isnull=True)
                | Q(live_from__isnull=True, refused_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from} {self.currency}"


class RecognitionTier(WrittenOnce):
    """One tier of a scheme.

    .. no_pii:
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scheme = models.ForeignKey(
        RecognitionScheme,
        verbose_name=_("scheme of tiers"),
        on_delete=models.PROTECT,
        related_name="tiers",
    )
    place = models.PositiveSmallIntegerField(_("place"))
    code = models.CharField(_("code"), max_length=32)
    threshold_minor = models.BigIntegerField(_("threshold (minor units)"))
    emblem = models.CharField(_("picture"), max_length=12)
    names = models.JSONField(_("names"))
    descriptions = models.JSONField(_("descriptions"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["scheme", "place"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="partnerships_tier_once"),
            models.UniqueConstraint(
                fields=["scheme", "threshold_minor"], name="partnerships_tier_threshold_once"
            ),
            check("partnerships_tier_above_zero", Q(threshold_minor__gt=0)),
            check("partnerships_tier_emblem", Q(emblem__in=[one.value for one in Emblem])),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.scheme})"


class RecognitionAward(TwoPeople, Kept):
    """A tier granted to a partner for some days, by what it had delivered.

    ``inputs`` is the text that it was computed from, ``checksum`` its SHA-256. ``is_live`` is
    true until it is refused or revoked, and then NULL, which is no value that a second row could
    clash with. The row's number is its place on the list of revoked awards.

    .. pii: Who proposed the award, confirmed or refused it.
    .. pii_types: id
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="awards"
    )
    tier = models.ForeignKey(
        RecognitionTier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="awards"
    )
    is_live = models.BooleanField(null=True, default=True, editable=False)
    since = models.DateField(_("counted from (UTC)"))
    until = models.DateField(_("counted to (UTC)"))
    worth_minor = models.BigIntegerField(_("worth (minor units)"))
    inputs = models.TextField(_("computed from"))
    checksum = models.CharField(_("SHA-256"), max_length=64)
    valid_from = models.DateField(_("recognised from (UTC)"))
    valid_until = models.DateField(_("recognised until (UTC)"))

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["partner", "valid_from", "id"]
        permissions = [
            ("propose_recognitionaward", "Can propose an award to a partner"),
            ("confirm_recognitionaward", "Can confirm or refuse an award to a partner"),
            ("revoke_recognitionaward", "Can revoke an award to a partner"),
        ]
        constraints = [
            *two_people_checks("partnerships_award"),
            models.UniqueConstraint(
                fields=["partner", "tier", "valid_from", "is_live"],
                name="partnerships_award_once",
            ),
            check("partnerships_award_live", Q(is_live__isnull=True) | Q(is_live=True)),
            check("partnerships_award_days", Q(valid_until__gte=F("valid_from"))),
            check("partnerships_award_span", Q(until__gte=F("since"))),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.tier.code}, {self.valid_from}"


class AwardRevocation(WrittenOnce):
    """An award that counts no more from a moment on, and why.

    .. pii: Who revoked it.
    .. pii_types: id
    .. pii_retirement: retained
    """

    award = models.OneToOneField(
        RecognitionAward,
        verbose_name=_("award"),
        on_delete=models.PROTECT,
        related_name="revocation",
    )
    reason = models.CharField(_("reason"), max_length=255)
    revoked_by = models.BigIntegerField(_("revoked by"))
    revoked_at = models.DateTimeField(_("revoked at"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("revocation of an award")
        verbose_name_plural = _("revocations of awards")
        constraints = [check("partnerships_revocation_reason", ~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.award}: {self.revoked_at:%Y-%m-%d}"
