"""What a partner says about itself on a page of ours, once a second person has approved it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from partnerships.data import LANGUAGES, PromotionPlace
from partnerships.models.agreements import AgreementVersion
from partnerships.models.kept import Kept
from partnerships.models.labels import PLACE_LABELS


class Promotion(Kept):
    """A text with a link that a partner proposed under one version of an agreement.

    There is no ``state``: it follows from the days, the decision, the withdrawal, and whether the
    version is in force at the moment of asking.

    .. pii: Ids of the users who proposed, decided and withdrew it; emptied when they leave.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="promotions",
    )
    place = models.CharField(
        _("place"),
        max_length=16,
        choices=[(place.value, label) for place, label in PLACE_LABELS.items()],
    )
    #: Empty for the catalogue.
    course_key = models.CharField(_("course run"), max_length=255, blank=True, default="")
    language = models.CharField(_("language"), max_length=12)
    text = models.CharField(_("text"), max_length=200)
    url = models.CharField(_("address"), max_length=500)
    first_day = models.DateField(_("first day (UTC)"))
    last_day = models.DateField(_("last day (UTC)"))
    proposed_by = models.PositiveBigIntegerField(_("proposed by"), null=True, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"))
    approved = models.BooleanField(_("approved"), null=True, blank=True)
    decided_by = models.PositiveBigIntegerField(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    sentence = models.CharField(_("decision in words"), max_length=500, blank=True, default="")
    withdrawn_by = models.PositiveBigIntegerField(_("withdrawn by"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    reason = models.CharField(_("why it was withdrawn"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        permissions = [("approve_promotion", "Can approve, refuse and withdraw promotions")]
        constraints = [
            check(
                "partnerships_promotion_place",
                Q(place=PromotionPlace.COURSE.value) & ~Q(course_key="")
                | Q(place=PromotionPlace.CATALOGUE.value, course_key=""),
            ),
            check("partnerships_promotion_language", Q(language__in=LANGUAGES)),
            check("partnerships_promotion_days", Q(last_day__gte=F("first_day"))),
            check("partnerships_promotion_https", Q(url__startswith="https://")),
            check(
                "partnerships_promotion_decided_at_once",
                Q(approved__isnull=True, decided_at__isnull=True, decided_by__isnull=True)
                | Q(approved__isnull=False, decided_at__isnull=False),
            ),
            # Two people: whatever code writes here, nobody decides about what they proposed.
            check(
                "partnerships_promotion_second_person",
                Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
            ),
            check(
                "partnerships_promotion_withdrawn_with_reason",
                Q(withdrawn_at__isnull=True, reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["course_key", "last_day"], name="partnerships_promotion_idx")
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.text}"
