"""The fund, how money comes into it, the grants that it pays, and who waits for one."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce
from waiver_policy.models.decisions import WaiverDecision


class WaiverFund(models.Model):
    """The fund of one currency: free, held and spent money, and what it owes.

    The columns are kept by the database's own arithmetic and may never be negative; the entries
    tell how they came about. What is owed takes what is free: one of the two is always zero.
    ``waiting`` counts the places on the waiting list that wait for money of this fund: while it is
    not zero, nobody is granted anything out of turn.

    .. no_pii:
    """

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    available_minor = models.BigIntegerField(_("available"), default=0)
    reserved_minor = models.BigIntegerField(_("reserved"), default=0)
    committed_minor = models.BigIntegerField(_("committed"), default=0)
    shortfall_minor = models.BigIntegerField(_("shortfall"), default=0)
    waiting = models.IntegerField(_("places that wait"), default=0)

    class Meta:
        verbose_name = _("waiver fund")
        verbose_name_plural = _("waiver funds")
        ordering = ["currency"]
        constraints = [
            check("waiver_policy_fund_available", Q(available_minor__gte=0)),
            check("waiver_policy_fund_reserved", Q(reserved_minor__gte=0)),
            check("waiver_policy_fund_committed", Q(committed_minor__gte=0)),
            check("waiver_policy_fund_shortfall", Q(shortfall_minor__gte=0)),
            check("waiver_policy_fund_waiting", Q(waiting__gte=0)),
            check("waiver_policy_fund_owes", Q(available_minor=0) | Q(shortfall_minor=0)),
        ]

    def __str__(self) -> str:
        return self.currency


class WaiverGrant(models.Model):
    """The right of one person to one seat at a reduced fee.

    ``live_key`` is set while the grant counts (reserved or committed) and NULL afterwards: its
    unique index lets the database hold one live grant per person and offering. ``key`` is the
    request that holds it and ``asked_cost`` what that request said the seat costs.
    ``offered_until`` is set where the waiting list made it: the first day (UTC) without the offer.
    ``held_until`` is how long an open order keeps it, whatever its days say. ``counts_for`` is what
    it added to which subjects of limits: with the locked row, whatever an old snapshot shows.
    There is no price here: what was charged is with the order.

    .. pii: Which person holds a waiver.
    .. pii_types: id
    .. pii_retirement: retained
    """

    RESERVED, COMMITTED = "reserved", "committed"
    RELEASED, EXPIRED, RETURNED = "released", "expired", "returned"
    LIVE = (RESERVED, COMMITTED)
    OVER = (RELEASED, EXPIRED, RETURNED)

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    decision = models.OneToOneField(
        WaiverDecision,
        verbose_name=_("waiver decision"),
        on_delete=models.PROTECT,
        related_name="grant",
    )
    key = models.CharField(_("key"), max_length=200, unique=True)
    asked_cost = models.CharField(max_length=80, blank=True, editable=False)
    user_id = models.BigIntegerField(_("user"))
    offering_code = models.CharField(_("offering"), max_length=100)
    percent_bp = models.PositiveIntegerField(_("basis points"))
    full_cost_minor = models.BigIntegerField(_("full cost of the seat"), null=True, blank=True)
    cost_minor = models.BigIntegerField(_("held for the seat"), default=0)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    state = models.CharField(_("state"), max_length=10, default=RESERVED)
    live_key = models.CharField(max_length=130, null=True, blank=True, unique=True, editable=False)
    granted_at = models.DateTimeField(_("granted at"))
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    offered_until = models.DateField(_("offered until"), null=True, blank=True)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    counts_for = models.JSONField(default=dict, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    release_reason = models.CharField(_("reason of the release"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("waiver grant")
        verbose_name_plural = _("waiver grants")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["state", "expires_on"], name="waiver_policy_grant_expiry"),
        ]
        constraints = [
            check("waiver_policy_grant_amounts", Q(cost_minor__gte=0) & Q(percent_bp__lte=10_000)),
            check(
                "waiver_policy_grant_state",
                Q(state__in=["released", "expired", "returned"], live_key__isnull=True)
                | Q(state__in=["reserved", "committed"], live_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_code} {self.state}"


class UsedKey(WrittenOnce):
    """The key of a request that had a grant of the waiting list, and gave it back.

    The grant has the key of its offer again. What this one was for, and what the seat was said to
    cost (``asked_cost``), stays known: it is used for nothing else.

    .. no_pii: The grant names the person.
    """

    key = models.CharField(_("key"), max_length=200, unique=True)
    grant = models.ForeignKey(
        WaiverGrant, verbose_name=_("waiver grant"), on_delete=models.PROTECT, related_name="+"
    )
    asked_cost = models.CharField(max_length=80, blank=True, editable=False)

    class Meta(WrittenOnce.Meta):
        verbose_name = _("used key")
        verbose_name_plural = _("used keys")

    def __str__(self) -> str:
        return self.key


# What comes from outside, or goes there: it changes what the fund has in all.
OUTSIDE = ("revenue", "donation", "manual", "correction", "clawback")
# What moves inside the fund: from free to held, from held to spent, and back.
INSIDE = ("reserved", "committed", "released", "expired", "returned")


class FundEntry(WrittenOnce):
    """One movement of a fund: by how much it changed each of the fund's four columns.

    The sums of all entries are the columns of the fund. What moves inside changes nothing in all:
    free plus held plus spent, less what is owed, stays the same. ``effective_on`` is the day (UTC)
    the money counts from, never a day to come; ``at`` when it was written.

    .. pii: A donor's name may stand in the reason of a donation.
    .. pii_types: other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    # No constraint in the database: to check it, every grant would lock the fund's row at once,
    # long before its last statement changes that row. No fund is ever deleted.
    fund = models.ForeignKey(
        WaiverFund,
        to_field="currency",
        verbose_name=_("waiver fund"),
        on_delete=models.PROTECT,
        related_name="entries",
        db_constraint=False,
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=10)
    available_change = models.BigIntegerField(_("change of what is available"), default=0)
    reserved_change = models.BigIntegerField(_("change of what is reserved"), default=0)
    committed_change = models.BigIntegerField(_("change of what is committed"), default=0)
    shortfall_change = models.BigIntegerField(_("change of the shortfall"), default=0)
    key = models.CharField(_("key"), max_length=220, unique=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    grant = models.ForeignKey(
        WaiverGrant,
        verbose_name=_("waiver grant"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
    )
    effective_on = models.DateField(_("effective on"))
    at = models.DateTimeField(_("at"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("fund entry")
        verbose_name_plural = _("fund entries")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["fund", "kind", "at"], name="waiver_policy_entry_of_fund"),
        ]
        constraints = [
            check(
                "waiver_policy_entry_outside",
                Q(kind__in=INSIDE) | Q(reserved_change=0, committed_change=0, kind__in=OUTSIDE),
            ),
            check(
                "waiver_policy_entry_inside",
                Q(kind__in=OUTSIDE)
                | Q(
                    shortfall_change=F("available_change")
                    + F("reserved_change")
                    + F("committed_change"),
                    grant__isnull=False,
                ),
            ),
            check(
                "waiver_policy_entry_sign",
                Q(kind__in=["revenue", "donation", "manual"], available_change__gte=0,
                  shortfall_change__lte=0)
                | Q(kind__in=["correction", "clawback"], available_change__lte=0,
                    shortfall_change__gte=0)
                | Q(kind="reserved", reserved_change__gt=0, committed_change=0,
                    shortfall_change=0)
                | Q(kind="committed", committed_change__gt=0, available_change=0,
                    shortfall_change=0)
                | Q(kind__in=["released", "expired"], reserved_change__lt=0, committed_change=0)
                | Q(kind="returned", committed_change__lt=0, reserved_change=0),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.minor}"

    @property
    def minor(self) -> int:
        """The amount as seen from the free money; what is spent counts as negative."""
        return self.available_change - self.shortfall_change or -self.committed_change


class ManualCredit(models.Model):
    """Money that one person wants to put into a fund, or to take out, and another has to confirm.

    ``minor`` is negative for a correction only. Nothing is in the fund before it is confirmed; the
    entry's key is made of ``uuid``, so it is there once.

    .. pii: The user ids of who proposed and who decided; a donor's name may stand in the reason.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    PROPOSED, CONFIRMED, REJECTED = "proposed", "confirmed", "rejected"
    STATES = [
        (PROPOSED, _("waits for a second person")),
        (CONFIRMED, _("confirmed")),
        (REJECTED, _("rejected")),
    ]
    KINDS = [
        ("manual", _("manual credit")),
        ("donation", _("donation")),
        ("correction", _("correction downwards")),
    ]

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    currency = models.CharField(_("currency"), max_length=3)
    minor = models.BigIntegerField(_("minor units"))
    reason = models.CharField(_("reason"), max_length=255)
    effective_on = models.DateField(_("effective on"))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=PROPOSED)
    proposed_by = models.BigIntegerField(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.BigIntegerField(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("manual credit of a fund")
        verbose_name_plural = _("manual credits of funds")
        ordering = ["id"]
        default_permissions = ("view",)
        permissions = [
            ("propose_credit", _("Can propose a credit or a correction of a fund")),
            ("confirm_credit", _("Can confirm what somebody else has proposed for a fund")),
        ]
        constraints = [
            check(
                "waiver_policy_manual_sign",
                Q(kind="correction", minor__lt=0) | Q(kind__in=["manual", "donation"], minor__gt=0),
            ),
            check(
                "waiver_policy_manual_two_people",
                Q(state="proposed", decided_by__isnull=True)
                | Q(state="rejected", decided_by__isnull=False)
                | (
                    Q(state="confirmed", decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.minor} {self.currency} {self.state}"


class QuotaSubject(models.Model):
    """Whose uses count together for a limit: a person, a country and offering, a year's money.

    ``used`` is the sum of what counts (grants, or minor units); a limit that is one number is kept
    by a conditional UPDATE of it. ``version`` grows with every use and every use given back: who
    has counted the uses one by one knows from it that none came meanwhile. ``waiting`` counts the
    places that wait for room here; while it is not zero nobody takes room out of turn.

    .. pii: A person's grants stand under a key with their id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    subject = models.CharField(_("subject"), max_length=160, primary_key=True)
    used = models.BigIntegerField(_("used"), default=0)
    version = models.BigIntegerField(_("version"), default=0, editable=False)
    waiting = models.IntegerField(_("places that wait"), default=0)

    class Meta:
        verbose_name = _("subject of a limit")
        verbose_name_plural = _("subjects of limits")
        ordering = ["subject"]
        constraints = [
            check("waiver_policy_quota_counts", Q(used__gte=0) & Q(waiting__gte=0)),
        ]

    def __str__(self) -> str:
        return self.subject


class QuotaUse(models.Model):
    """One grant that counts for one subject of a limit, until it is given back.

    ``amount`` is what it adds to the subject: 1, or minor units where the limit is money.
    ``label`` is the word under which limits count it (``full``, ``partial``), ``item`` what it
    gives where a limit asks; ``minor`` what the fund pays. Once the person is forgotten, a use
    that tells their country or institution is written anew without ``grant``: its ``id`` and
    ``user_id`` are negative numbers that lead to nobody.

    .. pii: A person's grants stand under a key with their id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    subject = models.ForeignKey(
        QuotaSubject,
        verbose_name=_("subject of a limit"),
        on_delete=models.PROTECT,
        related_name="uses",
        db_constraint=False,  # as of the fund's entries: its check would lock the subject's row
    )
    grant = models.ForeignKey(
        WaiverGrant,
        verbose_name=_("waiver grant"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="quota_uses",
    )
    user_id = models.BigIntegerField(_("user"), default=0)
    day = models.DateField(_("day"))
    label = models.CharField(_("label"), max_length=100)
    item = models.CharField(_("what it gives"), max_length=100, blank=True)
    amount = models.BigIntegerField(_("counts as"), default=1)
    minor = models.BigIntegerField(_("minor units"), default=0)
    given_back_at = models.DateTimeField(_("given back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("use of a limit")
        verbose_name_plural = _("uses of limits")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.day}"


class WaitingPlace(models.Model):
    """One person's place on the waiting list for a waiver of one offering.

    ``live_key`` is set while they wait or have an offer: one place per person and offering.
    ``waits_for`` is the subject of the limit that is full, blank when money of the fund is missing.
    Served by ``rank`` (the smaller, the earlier), then by ``requested_at``. ``decision`` is what
    was answered when they asked; the day of that request decides about the waiver also later.

    .. pii: Which person waits for a waiver.
    .. pii_types: id
    .. pii_retirement: retained
    """

    WAITING, OFFERED, TAKEN, LEFT, EXPIRED = "waiting", "offered", "taken", "left", "expired"
    STATES = [
        (WAITING, _("waits")),
        (OFFERED, _("has an offer")),
        (TAKEN, _("took the offer")),
        (LEFT, _("left the list")),
        (EXPIRED, _("expired")),
    ]

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"))
    offering_code = models.CharField(_("offering"), max_length=100)
    decision = models.ForeignKey(
        WaiverDecision,
        verbose_name=_("waiver decision"),
        on_delete=models.PROTECT,
        related_name="waiting_places",
    )
    full_cost_minor = models.BigIntegerField(_("full cost of the seat"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    price_minor = models.BigIntegerField(_("list price"), null=True, blank=True)
    price_currency = models.CharField(_("currency of the list price"), max_length=3, blank=True)
    waits_for = models.CharField(_("waits for"), max_length=160, blank=True)
    rank = models.IntegerField(_("rank"), default=0)
    requested_at = models.DateTimeField(_("requested at"))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    live_key = models.CharField(max_length=130, null=True, blank=True, unique=True, editable=False)
    grant = models.OneToOneField(
        WaiverGrant,
        verbose_name=_("waiver grant"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="waiting_place",
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("place on the waiting list")
        verbose_name_plural = _("places on the waiting list")
        ordering = ["rank", "requested_at", "id"]
        indexes = [
            models.Index(
                fields=["state", "currency", "rank", "requested_at"],
                name="waiver_policy_place_queue",
            ),
        ]
        constraints = [
            check(
                "waiver_policy_place_state",
                Q(state="waiting", live_key__isnull=False, grant__isnull=True)
                | Q(state="offered", live_key__isnull=False, grant__isnull=False)
                | Q(state="taken", live_key__isnull=True, grant__isnull=False)
                | Q(state__in=["left", "expired"], live_key__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_code} {self.state}"
