"""What came of promises: dated rows that are only added. A correction names what it replaces."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from fairgate_tables.written_once import WrittenOnce
from partnerships.models.agreements import AgreementVersion
from partnerships.models.kept import Kept
from partnerships.models.partners import Partner
from partnerships.models.promises import VersionContribution, VersionObligation, VersionOutcome


class EvidenceFile(WrittenOnce):
    """A file that was uploaded to prove something; it lies in the database, by its bytes.

    It has no name: what it was called says nothing that we rely on. ``partner`` decides who sees
    it.

    .. pii: May name people; who uploaded it.
    .. pii_types: name, id
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="+"
    )
    content = models.BinaryField()
    content_type = models.CharField(_("kind"), max_length=64)
    sha256 = models.CharField("SHA-256", max_length=64)
    uploaded_by = models.BigIntegerField(_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")

    def __str__(self) -> str:
        return str(self.uuid)


class Fulfilment(WrittenOnce):
    """An obligation that was met for one due date, or found not to be (``is_met`` is false).

    .. pii: Who recorded it; the reference may name people.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    obligation = models.ForeignKey(
        VersionObligation,
        verbose_name=_("obligation"),
        on_delete=models.PROTECT,
        related_name="fulfilments",
    )
    due_on = models.DateField(pgettext_lazy("a promise", "due on"))
    is_met = models.BooleanField(_("met"), default=True)
    fulfilled_on = models.DateField(_("fulfilled on"))
    reference = models.CharField(_("evidence"), max_length=500)
    file = models.ForeignKey(
        EvidenceFile, verbose_name=_("file"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_by = models.BigIntegerField(_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    #: Of each record there is one correction; whoever has another one corrects that.
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("replaces"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta(WrittenOnce.Meta):
        verbose_name = _("fulfilment")
        verbose_name_plural = _("fulfilments")
        ordering = ["obligation", "id"]
        permissions = [("record_fulfilment", "Can record what was fulfilled and reported")]

    def __str__(self) -> str:
        return f"{self.obligation}: {self.due_on}"


class Delivery(TwoPeople, Kept):
    """Something that was given of a contribution; it counts once a second person has accepted it.

    ``live_key`` is the id of the delivery that this one corrects, unless it was refused: of two
    corrections one can be accepted.

    .. pii: Who recorded and who accepted it; the reference may name people.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contribution = models.ForeignKey(
        VersionContribution,
        verbose_name=_("contribution"),
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    delivered_on = models.DateField(_("delivered on"))
    amount_minor = models.BigIntegerField(_("amount or worth (minor units)"))
    currency = models.CharField(_("currency"), max_length=3)
    reference = models.CharField(_("evidence"), max_length=500)
    file = models.ForeignKey(
        EvidenceFile, verbose_name=_("file"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    replaces = models.ForeignKey(
        "self",
        verbose_name=_("replaces"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
    )
    live_key = models.PositiveBigIntegerField(unique=True, null=True, editable=False)

    class Meta:
        verbose_name = pgettext_lazy("a contribution", "delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["contribution", "id"]
        permissions = [
            ("record_delivery", "Can record what was delivered"),
            ("accept_delivery", "Can accept or refuse what was delivered"),
        ]
        constraints = [
            *two_people_checks("partnerships_delivery"),
            # Nothing was delivered: only a correction says that.
            check(
                "partnerships_delivery_of_something",
                Q(amount_minor__gt=0) | Q(amount_minor=0, replaces__isnull=False),
            ),
            check(
                "partnerships_delivery_key_of_what_it_replaces",
                Q(live_key__isnull=True) | Q(replaces__isnull=False, refused_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contribution}: {self.delivered_on}"


class Actual(WrittenOnce):
    """A value that was reported for an outcome, and where it comes from.

    .. pii: Who recorded it; the source may name people.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    outcome = models.ForeignKey(
        VersionOutcome,
        verbose_name=_("expected outcome"),
        on_delete=models.PROTECT,
        related_name="actuals",
    )
    on = models.DateField(_("on"))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    source = models.CharField(_("source"), max_length=500)
    recorded_by = models.BigIntegerField(_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"))
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("replaces"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta(WrittenOnce.Meta):
        verbose_name = _("reported value")
        verbose_name_plural = _("reported values")
        ordering = ["outcome", "on", "id"]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.on}"


class EndRecord(TwoPeople, Kept):
    """A version that ends earlier than agreed, once a second person has confirmed it.

    ``last_day`` is the last UTC day on which it is in force. ``live_key`` is the version's number
    in its table unless the request was refused: a version ends once.

    .. pii: Who asked for the end, confirmed or refused it.
    .. pii_types: id
    .. pii_retirement: retained
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="end_records",
    )
    live_key = models.PositiveBigIntegerField(unique=True, null=True, editable=False)
    last_day = models.DateField(_("last day (UTC)"))

    class Meta:
        verbose_name = _("early end")
        verbose_name_plural = _("early ends")
        ordering = ["version", "id"]
        permissions = [
            ("ask_endrecord", "Can ask that an agreement ends early"),
            ("confirm_endrecord", "Can confirm or refuse that an agreement ends early"),
        ]
        constraints = [
            *two_people_checks("partnerships_end"),
            check(
                "partnerships_end_live_until_refused",
                Q(live_key__isnull=False, refused_at__isnull=True)
                | Q(live_key__isnull=True, refused_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.last_day}"
