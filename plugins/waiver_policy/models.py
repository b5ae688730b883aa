"""The tables: lists and policies as dated evidence, decisions, grants and the fund.

Evidence and movements of money are written once (``WrittenOnce``): what changes has columns of its
own for its state. Money is integer minor units next to its currency; moments are UTC.
"""

from __future__ import annotations

from typing import Any, NoReturn
from uuid import uuid4

import django
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# Django 5.1 renamed the argument; 4.2 knows only the old name, 6.0 only the new one.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"


def _check(name: str, condition: Q) -> models.CheckConstraint:
    """A rule that the database holds, under a name that reads well in an error log."""
    arguments: dict[str, Any] = {CHECK: condition}
    return models.CheckConstraint(name=name, **arguments)


class WrittenOnceError(RuntimeError):
    """Somebody tried to change or delete a row that is evidence: a mistake in the program."""


class WrittenOnceQuerySet(models.QuerySet[Any]):
    """Adds and reads; changing and deleting is refused."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise WrittenOnceError(f"{self.model.__name__} rows are never changed.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WrittenOnceError(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> NoReturn:
        raise WrittenOnceError(f"{self.model.__name__} rows are never deleted.")


class WrittenOnce(models.Model):
    """A row that stays as it was written.

    .. no_pii:
    """

    objects = WrittenOnceQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a row that is stored is not written again."""
        if not self._state.adding:
            raise WrittenOnceError(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise WrittenOnceError(f"{type(self).__name__} rows are never deleted.")


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

    class Meta:
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

    class Meta:
        verbose_name = _("list membership")
        verbose_name_plural = _("list memberships")
        ordering = ["edition", "country", "from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "country", "from_date"], name="waiver_policy_member_once"
            ),
            _check(
                "waiver_policy_member_dates",
                Q(until_date__isnull=True) | Q(until_date__gt=F("from_date")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.from_date}"


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

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["slug", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "version"], name="waiver_policy_version_number"
            ),
            models.UniqueConstraint(fields=["active_slug"], name="waiver_policy_one_active"),
            _check(
                "waiver_policy_version_state",
                Q(state="active", active_slug=F("slug"))
                | Q(state__in=["draft", "retired"], active_slug__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} v{self.version}"


class WaiverDecision(WrittenOnce):
    """One answer that was acted on, with everything needed to give it again.

    .. pii: The country that decided and further facts about the person stand in ``inputs``.
    .. pii_types: id, location
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering_code = models.CharField(_("offering"), max_length=100)
    outcome = models.CharField(_("outcome"), max_length=12)
    percent_bp = models.PositiveIntegerField(_("basis points"))
    reasons = models.JSONField(_("reasons"))
    policy_version = models.ForeignKey(
        PolicyVersion,
        verbose_name=_("policy version"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
    )
    policy = models.CharField(_("policy"), max_length=100, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    rule = models.CharField(_("rule"), max_length=100, blank=True)
    editions = models.JSONField(_("editions"))
    membership = models.CharField(_("membership"), max_length=60, blank=True)
    decided_on = models.DateField(_("day that decided"))
    at = models.DateTimeField(_("at"))
    inputs = models.JSONField(_("inputs"))
    engine_version = models.CharField(_("engine"), max_length=10)

    class Meta:
        verbose_name = _("waiver decision")
        verbose_name_plural = _("waiver decisions")
        ordering = ["id"]
        constraints = [
            _check("waiver_policy_decision_percent", Q(percent_bp__lte=10_000)),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.uuid}"


class WaiverFund(models.Model):
    """The fund of one currency: free, held and spent money.

    The columns are kept by the database's own arithmetic and may never be negative; the entries
    tell how they came about.

    .. no_pii:
    """

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    available_minor = models.BigIntegerField(_("available"), default=0)
    reserved_minor = models.BigIntegerField(_("reserved"), default=0)
    committed_minor = models.BigIntegerField(_("committed"), default=0)

    class Meta:
        verbose_name = _("waiver fund")
        verbose_name_plural = _("waiver funds")
        ordering = ["currency"]
        constraints = [
            _check("waiver_policy_fund_available", Q(available_minor__gte=0)),
            _check("waiver_policy_fund_reserved", Q(reserved_minor__gte=0)),
            _check("waiver_policy_fund_committed", Q(committed_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return self.currency


class WaiverGrant(models.Model):
    """The right of one person to one seat at a reduced fee.

    ``live_key`` is set while the grant counts (reserved or committed) and NULL once released: its
    unique index lets the database hold one live grant per person and offering.
    There is no price here: what was charged is with the order.

    .. pii: Which person holds a waiver.
    .. pii_types: id
    .. pii_retirement: retained
    """

    RESERVED, COMMITTED, RELEASED = "reserved", "committed", "released"

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    decision = models.OneToOneField(
        WaiverDecision,
        verbose_name=_("waiver decision"),
        on_delete=models.PROTECT,
        related_name="grant",
    )
    key = models.CharField(_("key"), max_length=200, unique=True)
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
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    release_reason = models.CharField(_("reason of the release"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("waiver grant")
        verbose_name_plural = _("waiver grants")
        ordering = ["id"]
        constraints = [
            _check("waiver_policy_grant_amounts", Q(cost_minor__gte=0) & Q(percent_bp__lte=10_000)),
            _check(
                "waiver_policy_grant_state",
                Q(state="released", live_key__isnull=True)
                | Q(state__in=["reserved", "committed"], live_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_code} {self.state}"


class FundEntry(WrittenOnce):
    """One movement of a fund. ``minor`` is signed as seen from the free money.

    Deposit, revenue and released are positive, reserved is negative, and committed is negative too
    but moves held money to spent money only.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    fund = models.ForeignKey(
        WaiverFund, verbose_name=_("waiver fund"), on_delete=models.PROTECT, related_name="entries"
    )
    kind = models.CharField(_("kind"), max_length=10)
    minor = models.BigIntegerField(_("minor units"))
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
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("fund entry")
        verbose_name_plural = _("fund entries")
        ordering = ["id"]
        constraints = [
            _check(
                "waiver_policy_entry_sign",
                Q(kind__in=["deposit", "revenue", "released"], minor__gt=0)
                | Q(kind__in=["reserved", "committed"], minor__lt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.minor}"


class QuotaUse(models.Model):
    """What one subject of a limit (a person, a country and offering, a year) has used.

    ``uses`` lists ``[grant uuid, ISO day, minor units]``. The row is locked while a grant counts,
    so that two grants never count the same past.

    .. pii: A person's grants stand under a key with their id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    key = models.CharField(_("subject"), max_length=160, unique=True)
    uses = models.JSONField(_("uses"), default=list)

    class Meta:
        verbose_name = _("use of a limit")
        verbose_name_plural = _("uses of limits")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class WaiverApplication(models.Model):
    """A learner's request that a person looks at, and what became of it.

    ``open_key`` is set while the application waits and NULL once decided: one open application per
    person and offering. ``valid_until`` is the first day on which an approval no longer counts.
    ``message_count`` stands here because this is the row that is locked: counting the messages
    would count those of an old snapshot.

    .. pii: The learner's country and what they wrote; the reviewer's id and reason.
    .. pii_types: id, location, other
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering_code = models.CharField(_("offering"), max_length=100)
    country = models.CharField(_("country"), max_length=2, blank=True)
    state = models.CharField(_("state"), max_length=20)
    open_key = models.CharField(max_length=130, null=True, blank=True, unique=True, editable=False)
    note = models.TextField(_("note"), blank=True)
    submitted_at = models.DateTimeField(_("submitted at"))
    decision = models.ForeignKey(
        WaiverDecision,
        verbose_name=_("waiver decision"),
        on_delete=models.PROTECT,
        related_name="applications",
    )
    proposed_bp = models.PositiveIntegerField(_("proposed basis points"), null=True, blank=True)
    percent_bp = models.PositiveIntegerField(_("granted basis points"), null=True, blank=True)
    reviewed_by = models.BigIntegerField(_("reviewer"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    review_reason = models.TextField(_("reason"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    message_count = models.PositiveIntegerField(_("messages"), default=0, editable=False)

    class Meta:
        verbose_name = _("waiver application")
        verbose_name_plural = _("waiver applications")
        ordering = ["id"]
        permissions = [("review_application", _("Can review waiver applications"))]
        constraints = [
            _check(
                "waiver_policy_applied_percent",
                Q(percent_bp__isnull=True) | Q(percent_bp__lte=10_000),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_code} {self.state}"


class ApplicationMessage(models.Model):
    """A question of a reviewer about an application, or the learner's answer to it.

    ``number`` counts the messages of one application; its unique index lets the database hold one
    message per turn. Never changed, and yet not ``WrittenOnce``: these are words of a person who
    may ask to be forgotten.

    .. pii: What a learner and a reviewer wrote to each other, and their ids.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    QUESTION, ANSWER = "question", "answer"

    application = models.ForeignKey(
        WaiverApplication,
        verbose_name=_("waiver application"),
        on_delete=models.PROTECT,
        related_name="messages",
    )
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10)
    text = models.TextField(_("text"))
    by = models.BigIntegerField(_("user"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("message about an application")
        verbose_name_plural = _("messages about applications")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="waiver_policy_message_number"
            ),
            _check("waiver_policy_message_kind", Q(kind__in=["question", "answer"])),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
