"""Requests that a person looks at, what is written about them, and who looks at them."""

from __future__ import annotations

from typing import Self, overload
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate.money import Money
from fairgate.percent import Percent
from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce
from waiver_policy.data import Award
from waiver_policy.models.decisions import WaiverDecision
from waiver_policy.models.nominations import Nomination


class AwardColumns:
    """A percentage or a price, in three columns of a row: basis points, minor units, currency."""

    def __init__(self, percent: str, price: str, currency: str) -> None:
        self.columns = percent, price, currency

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: models.Model, owner: type) -> Award | None: ...
    def __get__(self, row: models.Model | None, owner: type) -> Self | Award | None:
        if row is None:
            return self
        basis_points, minor, currency = (getattr(row, name) for name in self.columns)
        if minor is not None:
            return Money.from_minor(minor, currency)
        return None if basis_points is None else Percent.from_basis_points(basis_points)

    def __set__(self, row: models.Model, award: Award | None) -> None:
        values: tuple[object, ...] = (None, None, "")
        if isinstance(award, Money):
            values = None, award.minor, award.currency
        elif award is not None:
            values = award.basis_points, None, ""
        for name, value in zip(self.columns, values, strict=True):
            setattr(row, name, value)


def _one_award(name: str, percent: str, price: str, currency: str) -> models.CheckConstraint:
    """At most one of the two, and a price has its currency."""
    none = {f"{price}__isnull": True, currency: ""}
    some = {f"{percent}__isnull": True, f"{price}__gte": 0}
    return check(name, Q(**none) | (Q(**some) & ~Q(**{currency: ""})))


class WaiverApplication(models.Model):
    """A learner's request that a person looks at, and what became of it.

    ``open_key`` is set while the application waits and NULL once decided: one open application per
    person and offering. ``form_key`` names the form it was sent with, so that a form that is sent
    again is the same application. What is proposed, granted, or waits for a second person is a
    percentage, or a price that is left to pay. ``valid_until`` is the first day on which an
    approval no longer counts, ``counted`` the countries that it was given on; ``answer_until`` and
    ``appeal_until`` are first days that are too late, ``decide_by`` a last day. The columns
    ``awaiting_*`` hold what a first person would grant until a second one has looked.
    ``message_count``, ``step_count`` and ``document_count`` stand here because this is the row that
    is locked: counting the rows would count those of an old snapshot.

    .. pii: The learner's country, organisation and words; the reviewers' ids and words.
    .. pii_types: id, location, other
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering_code = models.CharField(_("offering"), max_length=100)
    country = models.CharField(_("country"), max_length=2, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    organisation_domain = models.CharField(
        _("e-mail domain of the organisation"), max_length=253, blank=True
    )
    state = models.CharField(_("state"), max_length=20)
    open_key = models.CharField(max_length=130, null=True, blank=True, unique=True, editable=False)
    form_key = models.CharField(max_length=200, null=True, blank=True, unique=True, editable=False)
    note = models.TextField(_("note"), blank=True)
    truth_version = models.CharField(_("statement of truth"), max_length=20, blank=True)
    truth_at = models.DateTimeField(_("statement made at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"))
    decide_by = models.DateField(_("decide by"), null=True, blank=True)
    decision = models.ForeignKey(
        WaiverDecision,
        verbose_name=_("waiver decision"),
        on_delete=models.PROTECT,
        related_name="applications",
    )
    nomination = models.OneToOneField(
        Nomination,
        verbose_name=_("nomination"),
        on_delete=models.PROTECT,
        related_name="application",
        null=True,
        blank=True,
    )
    proposed_bp = models.PositiveIntegerField(_("proposed basis points"), null=True, blank=True)
    proposed_minor = models.BigIntegerField(_("proposed price"), null=True, blank=True)
    proposed_currency = models.CharField(_("currency"), max_length=3, blank=True)
    percent_bp = models.PositiveIntegerField(_("granted basis points"), null=True, blank=True)
    price_minor = models.BigIntegerField(_("granted price"), null=True, blank=True)
    price_currency = models.CharField(_("currency"), max_length=3, blank=True)
    assigned_to = models.BigIntegerField(_("read by"), null=True, blank=True)
    assigned_at = models.DateTimeField(_("read since"), null=True, blank=True)
    awaiting_bp = models.PositiveIntegerField(
        _("basis points that a second person confirms"), null=True, blank=True
    )
    awaiting_minor = models.BigIntegerField(
        _("price that a second person confirms"), null=True, blank=True
    )
    awaiting_currency = models.CharField(_("currency"), max_length=3, blank=True)
    awaiting_by = models.BigIntegerField(_("first person"), null=True, blank=True)
    awaiting_reason = models.TextField(_("reason of the first person"), blank=True)
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    answer_until = models.DateField(_("too late for an answer from"), null=True, blank=True)
    reviewed_by = models.BigIntegerField(_("reviewer"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    review_reason = models.TextField(_("reason"), blank=True)
    refusal_code = models.CharField(_("reason of the list"), max_length=20, blank=True)
    first_refusal = models.TextField(_("words of the refusal that was appealed"), blank=True)
    appeal_until = models.DateField(_("too late for an appeal from"), null=True, blank=True)
    appealed_at = models.DateTimeField(_("appealed at"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    counted = models.JSONField(_("countries that it was given on"), default=list, blank=True)
    message_count = models.PositiveIntegerField(_("messages"), default=0, editable=False)
    step_count = models.PositiveIntegerField(_("steps"), default=0, editable=False)
    document_count = models.PositiveIntegerField(_("documents"), default=0, editable=False)

    proposed = AwardColumns("proposed_bp", "proposed_minor", "proposed_currency")
    award = AwardColumns("percent_bp", "price_minor", "price_currency")
    awaiting = AwardColumns("awaiting_bp", "awaiting_minor", "awaiting_currency")

    class Meta:
        verbose_name = _("waiver application")
        verbose_name_plural = _("waiver applications")
        ordering = ["id"]
        permissions = [("review_application", _("Can review waiver applications"))]
        indexes = [
            models.Index(fields=["state", "decide_by"], name="waiver_policy_queue"),
            models.Index(fields=["offering_code", "user_id"], name="waiver_policy_of_offering"),
        ]
        constraints = [
            check(
                "waiver_policy_applied_percent",
                Q(percent_bp__isnull=True) | Q(percent_bp__lte=10_000),
            ),
            # What has ended holds no key, and what is looked at holds one: else the learner could
            # not apply again, or could do it twice.
            check(
                "waiver_policy_open_application",
                Q(
                    state__in=["submitted", "more_information", "proposed", "appealed"],
                    open_key__isnull=False,
                )
                | Q(
                    state__in=["approved", "waitlisted", "refused", "withdrawn", "expired"],
                    open_key__isnull=True,
                ),
            ),
            check(
                "waiver_policy_first_person",
                (
                    Q(state="proposed", awaiting_by__isnull=False)
                    & (Q(awaiting_bp__gt=0) | Q(awaiting_minor__isnull=False))
                )
                | (~Q(state="proposed") & Q(awaiting_bp__isnull=True, awaiting_minor__isnull=True)),
            ),
            _one_award(
                "waiver_policy_one_proposed", "proposed_bp", "proposed_minor", "proposed_currency"
            ),
            _one_award("waiver_policy_one_award", "percent_bp", "price_minor", "price_currency"),
            _one_award(
                "waiver_policy_one_awaiting", "awaiting_bp", "awaiting_minor", "awaiting_currency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_code} {self.state}"


class Applying(models.Model):
    """A row to lock while one person applies, so that two requests of theirs come one by one.

    Else the losers of eight that are sent at once would each hold the winner's row a little, and
    wait for each other to let go of it.

    .. pii: Who has applied, by id.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    user_id = models.BigIntegerField(_("user"), unique=True)

    class Meta:
        verbose_name = _("person who has applied")
        verbose_name_plural = _("people who have applied")

    def __str__(self) -> str:
        return f"{self.user_id}"


class ApplicationMessage(models.Model):
    """A question of a reviewer about an application, the learner's answer to it, or an appeal.

    ``number`` counts the messages of one application; its unique index lets the database hold one
    message per turn. Never changed, and yet not ``WrittenOnce``: these are words of a person who
    may ask to be forgotten, or withdraw what they asked for.

    .. pii: What a learner and a reviewer wrote to each other, and their ids.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    QUESTION, ANSWER, APPEAL = "question", "answer", "appeal"

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
            check("waiver_policy_message_kind", Q(kind__in=["question", "answer", "appeal"])),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class ApplicationStep(WrittenOnce):
    """One step in the life of an application: who, what, when, and where it led.

    It holds no words, so that it can stay when the words have to go. ``bulk`` names the bulk review
    that it was a part of. ``by`` is NULL for what the clock did.

    .. pii: Who applied and who decided, by their ids.
    .. pii_types: id
    .. pii_retirement: retained
    """

    application = models.ForeignKey(
        WaiverApplication,
        verbose_name=_("waiver application"),
        on_delete=models.PROTECT,
        related_name="steps",
    )
    number = models.PositiveIntegerField(_("number"))
    action = models.CharField(_("step"), max_length=20)
    state = models.CharField(_("state"), max_length=20)
    by = models.BigIntegerField(_("user"), null=True, blank=True)
    at = models.DateTimeField(_("at"))
    percent_bp = models.PositiveIntegerField(_("basis points"), null=True, blank=True)
    price_minor = models.BigIntegerField(_("price"), null=True, blank=True)
    price_currency = models.CharField(_("currency"), max_length=3, blank=True)
    refusal_code = models.CharField(_("reason of the list"), max_length=20, blank=True)
    bulk = models.UUIDField(_("bulk review"), null=True, blank=True)

    award = AwardColumns("percent_bp", "price_minor", "price_currency")

    class Meta(WrittenOnce.Meta):
        verbose_name = _("step of an application")
        verbose_name_plural = _("steps of applications")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="waiver_policy_step_number"
            ),
            _one_award("waiver_policy_one_of_step", "percent_bp", "price_minor", "price_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"


class ReviewerOrganisation(models.Model):
    """An organisation that a reviewer belongs to: they decide about nobody of the same one.

    .. pii: Where a reviewer works.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    user_id = models.BigIntegerField(_("user"), db_index=True)
    name = models.CharField(_("organisation"), max_length=200, blank=True)
    domain = models.CharField(_("e-mail domain of the organisation"), max_length=253, blank=True)

    class Meta:
        verbose_name = _("organisation of a reviewer")
        verbose_name_plural = _("organisations of reviewers")
        ordering = ["user_id", "id"]
        constraints = [
            check("waiver_policy_organisation_named", ~Q(name="", domain="")),
        ]

    def __str__(self) -> str:
        # The log of the admin keeps it: no word of where somebody works.
        return f"{self.user_id}"


class ReviewerConflict(models.Model):
    """That a reviewer has handed an application back because they are not independent.

    .. pii: Which reviewer has a conflict of interest.
    .. pii_types: id
    .. pii_retirement: retained
    """

    application = models.ForeignKey(
        WaiverApplication,
        verbose_name=_("waiver application"),
        on_delete=models.PROTECT,
        related_name="conflicts",
    )
    user_id = models.BigIntegerField(_("user"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "user_id"], name="waiver_policy_conflict_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"


class Notice(models.Model):
    """A mail that somebody is to get, written down with what it is about.

    ``key`` lets it be written once. ``sent_at`` is set when it was handed over; until then it is
    tried again, at most as often as the operator allows, and not while ``claimed_until`` lasts.
    ``context`` holds ids, dates and counts, no words of a person.

    .. pii: Who is told what about an application.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    key = models.CharField(_("key"), max_length=150, unique=True)
    kind = models.CharField(_("kind"), max_length=30)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    context = models.JSONField(_("about"))
    created_at = models.DateTimeField(_("created at"))
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice by mail")
        verbose_name_plural = _("notices by mail")
        ordering = ["id"]
        indexes = [models.Index(fields=["sent_at", "tries"], name="waiver_policy_to_send")]

    def __str__(self) -> str:
        return self.key
