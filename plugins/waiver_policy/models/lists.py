"""Country lists: editions, whole snapshots that never change, and how they come about."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce


class CountryList(models.Model):
    """One list by its code, and the number of its newest edition.

    The row that is locked while an edition is made: what a transaction read before may be old,
    this row is not.

    .. no_pii:
    """

    code = models.CharField(_("list"), max_length=40, unique=True)
    newest = models.PositiveIntegerField(_("newest edition"), default=0)

    class Meta:
        verbose_name = _("country list")
        verbose_name_plural = _("country lists")
        ordering = ["code"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.code


class EditionProposal(models.Model):
    """Files that somebody proposed as new editions, and what a second person made of them.

    ``files`` holds the texts themselves (``[{"name": …, "text": …}]``), so that what is applied is
    what was proposed; ``file_name`` names them where nobody needs the texts. ``base`` names the
    edition of each list that it was compared with.

    .. pii: The ids of the two operators.
    .. pii_types: id
    .. pii_retirement: retained
    """

    PROPOSED, APPLIED, REJECTED = "proposed", "applied", "rejected"

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=10, default=PROPOSED)
    files = models.JSONField(_("files"))
    file_name = models.CharField(_("file"), max_length=255, blank=True)
    base = models.JSONField(_("compared with"))
    sha256 = models.CharField("SHA-256", max_length=64)
    source = models.CharField(_("source"), max_length=500)
    document_symbol = models.CharField(_("document symbol"), max_length=100, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    version = models.CharField(_("version of the publisher"), max_length=40, blank=True)
    allow_removals = models.BooleanField(_("countries may vanish"), default=False)
    proposed_by = models.BigIntegerField(_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.BigIntegerField(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("proposed edition")
        verbose_name_plural = _("proposed editions")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("propose_edition", _("Can propose an edition of a country list")),
            ("apply_edition", _("Can apply or reject an edition that another person proposed")),
        ]
        constraints = [
            check(
                "waiver_policy_proposal_state",
                Q(state="proposed", decided_by__isnull=True)
                | Q(state__in=["applied", "rejected"], decided_by__isnull=False),
            ),
            check(
                "waiver_policy_proposal_second",
                ~Q(state="applied") | ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        lists = ", ".join(sorted(self.base))
        return f"{lists} ({self.get_state()})"

    def get_state(self) -> str:
        """The state in words."""
        return str(_STATES.get(self.state, self.state))


_STATES = {
    EditionProposal.PROPOSED: _("waits for a second person"),
    EditionProposal.APPLIED: _("applied"),
    EditionProposal.REJECTED: _("rejected"),
}


class ListEdition(WrittenOnce):
    """A whole snapshot of one country list, as it was known from a moment on.

    The edition that counts for a moment is the one with the latest ``known_from`` not after it.
    ``version`` is the label of its publisher, by which a policy may pin it. The first edition of a
    list has no ``proposal``: there was nothing to compare it with.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    list_code = models.CharField(_("list"), max_length=40)
    number = models.PositiveIntegerField(_("number"))
    version = models.CharField(_("version of the publisher"), max_length=40, blank=True)
    known_from = models.DateTimeField(_("known from"))
    published_on = models.DateField(_("published on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=500)
    document_symbol = models.CharField(_("document symbol"), max_length=100, blank=True)
    file_name = models.CharField(_("file"), max_length=255, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    loaded_by = models.CharField(_("loaded by"), max_length=150)
    proposal = models.ForeignKey(
        EditionProposal,
        verbose_name=_("proposed edition"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
    )

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
    """One country's time on a list in one edition, or one line of a table.

    A member from ``from_date`` on, and on ``until_date`` not any more. ``country`` is ISO 3166-1
    alpha-2; for a State that is no more ISO 3166-3 alpha-4, with its ``former_name``; in a table
    that is not by country the key. ``status`` is the word of the edition: whether a row is
    contested, and whether somebody has confirmed it, follows from ``alt_until_date`` and from
    ``MembershipConfirmation``.

    .. no_pii:
    """

    edition = models.ForeignKey(
        ListEdition,
        verbose_name=_("list edition"),
        on_delete=models.PROTECT,
        related_name="members",
    )
    country = models.CharField(_("country"), max_length=40)
    former_name = models.CharField(_("name of a former State"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=30, blank=True)
    value = models.CharField(_("value"), max_length=255, blank=True)
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
        permissions = [
            ("confirm_membership", _("Can confirm the end of a contested membership")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "country", "from_date"], name="waiver_policy_member_once"
            ),
            check(
                "waiver_policy_member_dates",
                Q(until_date__isnull=True) | Q(until_date__gt=F("from_date")),
            ),
            check(
                "waiver_policy_member_status",
                Q(status__in=["current", "scheduled", "contested", "deferred", "left"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.from_date}"


class MembershipConfirmation(WrittenOnce):
    """That somebody has looked, and the end in force of a contested row stands.

    It counts for the row in later editions too, as long as the row says the same: its country,
    first day, end and the end that was asked for, which are copied here for that. An end that does
    not stand is not confirmed but corrected, by a new edition.

    .. pii: The id of an operator.
    .. pii_types: id
    .. pii_retirement: retained
    """

    membership = models.OneToOneField(
        ListMembership,
        verbose_name=_("list membership"),
        on_delete=models.PROTECT,
        related_name="confirmation",
    )
    list_code = models.CharField(_("list"), max_length=40, db_index=True)
    country = models.CharField(_("country"), max_length=40)
    from_date = models.DateField(_("from"))
    until_date = models.DateField(_("end that stands"), null=True, blank=True)
    alt_until_date = models.DateField(_("end that was asked for"), null=True, blank=True)
    by = models.BigIntegerField(_("confirmed by"))
    at = models.DateTimeField(_("at"))
    note = models.CharField(_("note"), max_length=500)

    class Meta(WrittenOnce.Meta):
        verbose_name = _("confirmation of a membership")
        verbose_name_plural = _("confirmations of memberships")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.list_code} {self.country}"
