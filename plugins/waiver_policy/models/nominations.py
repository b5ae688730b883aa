"""Who nominates for a State, for what until when, and whom they have named."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from waiver_policy.models.policies import PolicyVersion


class AdministrationFocalPoint(models.Model):
    """Somebody who nominates for the administration of one member State.

    One person speaks for one State only: ``user_id`` is unique.

    .. pii: Who works for which administration.
    .. pii_types: id, location, other
    .. pii_retirement: local_api
    """

    user_id = models.BigIntegerField(_("user"), unique=True)
    country = models.CharField(_("country"), max_length=2)
    administration = models.CharField(_("administration"), max_length=200)
    is_active = models.BooleanField(_("may nominate"), default=True)

    class Meta:
        verbose_name = _("focal point of an administration")
        verbose_name_plural = _("focal points of administrations")
        ordering = ["country", "user_id"]

    def __str__(self) -> str:
        # The log of the admin keeps it: no word of where somebody works.
        return f"{self.user_id}"


class NominationCall(models.Model):
    """An offering that administrations may nominate for, under one version of a policy.

    ``closes_at`` is the first moment that is too late. ``countries`` are the codes of the States
    that may nominate, one list per call because it is made anew each year; empty is every State.
    ``event_on`` is the day that the financial year is counted by.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    offering_code = models.CharField(_("offering"), max_length=100, unique=True)
    policy_version = models.ForeignKey(
        PolicyVersion, verbose_name=_("policy version"), on_delete=models.PROTECT, related_name="+"
    )
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    event_on = models.DateField(_("day of the event"))
    countries = models.JSONField(_("States that may nominate"), default=list, blank=True)

    class Meta:
        verbose_name = _("call for nominations")
        verbose_name_plural = _("calls for nominations")
        ordering = ["closes_at"]
        constraints = [
            check("waiver_policy_call_times", Q(closes_at__gt=F("opens_at"))),
        ]

    def __str__(self) -> str:
        return self.offering_code


class Nomination(models.Model):
    """One person that an administration has named for an offering.

    ``live_person`` and ``live_rank`` are set while the nomination counts and NULL once it has
    ended: one nomination per person and call, one person per rank of a State.

    .. pii: Whom a State has nominated, and who did it.
    .. pii_types: id, location
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    call = models.ForeignKey(
        NominationCall, verbose_name=_("call for nominations"), on_delete=models.PROTECT,
        related_name="nominations",
    )  # fmt: skip
    country = models.CharField(_("country"), max_length=2)
    administration = models.CharField(_("administration"), max_length=200)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    kind = models.CharField(_("kind"), max_length=10)
    item = models.CharField(_("for"), max_length=30, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"))
    state = models.CharField(_("state"), max_length=12)
    live_person = models.CharField(
        max_length=60, null=True, blank=True, unique=True, editable=False
    )
    live_rank = models.CharField(max_length=60, null=True, blank=True, unique=True, editable=False)
    nominated_by = models.BigIntegerField(_("nominated by"))
    nominated_at = models.DateTimeField(_("nominated at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        ordering = ["id"]
        constraints = [
            check(
                "waiver_policy_nomination_kind",
                Q(kind="full", item="") | (Q(kind="partial") & ~Q(item="")),
            ),
            check(
                "waiver_policy_nomination_live",
                Q(
                    state__in=["nominated", "accepted", "approved"],
                    live_person__isnull=False,
                    live_rank__isnull=False,
                )
                | Q(
                    state__in=["declined", "withdrawn", "replaced", "refused"],
                    live_person__isnull=True,
                    live_rank__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.rank} {self.state}"


class NominationUse(models.Model):
    """How many nominations count for a State and event, or for a person and financial year.

    This row is locked before one more is counted. The CHECKs hold the policy's numbers whatever a
    mistake elsewhere would do: full and partial ones are not mixed, and none is above its limit.
    The limits are those of the policy that was asked last, or what counted then if that was more.

    .. pii: The key may name a person, by id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    key = models.CharField(_("key"), max_length=60, unique=True)
    full = models.SmallIntegerField(_("full"), default=0)
    partial = models.SmallIntegerField(_("partial"), default=0)
    tickets = models.SmallIntegerField(_("air tickets"), default=0)
    full_limit = models.SmallIntegerField(default=0)
    partial_limit = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = _("use of nominations")
        verbose_name_plural = _("uses of nominations")
        ordering = ["key"]
        constraints = [
            check("waiver_policy_use_full", Q(full__gte=0) & Q(full__lte=F("full_limit"))),
            check(
                "waiver_policy_use_partial", Q(partial__gte=0) & Q(partial__lte=F("partial_limit"))
            ),
            check("waiver_policy_use_tickets", Q(tickets__gte=0) & Q(tickets__lte=F("partial"))),
            check("waiver_policy_use_not_mixed", Q(full=0) | Q(partial=0)),
        ]

    def __str__(self) -> str:
        return self.key
