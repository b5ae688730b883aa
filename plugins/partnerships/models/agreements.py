"""Agreements, their versions with all parts, and the dated records that decide."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from partnerships.data import FUND, GROSS, Means, Side
from partnerships.models.kept import Kept
from partnerships.models.labels import MEANS_LABELS, ROLE_LABELS, SIDE_LABELS
from partnerships.models.partners import Partner


class Agreement(Kept):
    """One relation with one partner, through all its versions.

    There is no ``state``: it follows from signatures, due diligence, suspensions and dates, and a
    stored one would disagree with the calendar every night.

    .. no_pii:
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=64, unique=True)
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="agreements"
    )

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        permissions = [("suspend_agreement", "Can suspend agreements, and ask that they resume")]

    def __str__(self) -> str:
        return self.code


class AgreementVersion(Kept):
    """What was agreed for a span of days. Frozen by the first signature: a change is a new version.

    ``uuid`` follows from agreement code and number (``rules.version_key``). ``fund_bp`` is in basis
    points; it is empty, with ``basis``, when the agreement shares no revenue.

    .. pii: User name and number of the colleague who loaded the version; their number alone once
        they leave.
    .. pii_types: username, id
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField(unique=True, editable=False)
    agreement = models.ForeignKey(
        Agreement, verbose_name=_("agreement"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("number"))
    valid_from = models.DateField(_("valid from"))
    #: The last UTC day, inclusive. Empty is open-ended.
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    basis = models.CharField(_("basis of the shares"), max_length=32, blank=True, default="")
    fund_bp = models.PositiveIntegerField(
        _("part of the fund (basis points)"), null=True, blank=True
    )
    #: Who bears the processor's fee where the gross is shared; empty where it comes off before.
    processor_fee = models.CharField(
        _("who bears the processor’s fee"), max_length=32, blank=True, default=""
    )
    lost_processor_fee = models.CharField(
        _("who bears a lost processor’s fee"), max_length=32, blank=True, default=""
    )
    dispute_fee = models.CharField(
        _("who bears a dispute’s fee"), max_length=32, blank=True, default=""
    )
    #: Who receives the payers' money; empty where no revenue is shared.
    merchant_of_record = models.CharField(
        _("merchant of record"), max_length=32, blank=True, default=""
    )
    hold_days = models.PositiveIntegerField(_("days on hold"), default=0)
    minimum_payout_minor = models.BigIntegerField(
        _("smallest payout (minor units)"), null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    #: The version that this one amends or renews; an amendment has a number, a renewal none.
    follows = models.ForeignKey(
        "self",
        verbose_name=_("follows"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
    )
    amendment = models.PositiveIntegerField(_("amendment number"), null=True, blank=True)
    follow_reason = models.CharField(
        _("why it follows another"), max_length=500, blank=True, default=""
    )
    agreed_text = models.TextField(_("agreed text"))
    checksum = models.CharField("SHA-256", max_length=64)
    loaded_by = models.CharField(_("loaded by"), max_length=150)
    #: Whose account that was; empty where it was loaded before this was kept, and nobody has the
    #: name any more.
    loader_user_id = models.PositiveBigIntegerField(_("loaded by account"), null=True, blank=True)
    loaded_at = models.DateTimeField(_("loaded at"))

    class Meta:
        verbose_name = _("agreement version")
        verbose_name_plural = _("agreement versions")
        permissions = [
            ("submit_agreementversion", "Can submit texts of agreements for approval"),
            ("approve_agreementversion", "Can approve texts of agreements, or return them"),
            ("sign_agreementversion", "Can record signatures of agreements"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"], name="partnerships_version_number_once"
            ),
            check("partnerships_version_number_from_1", Q(number__gte=1)),
            check(
                "partnerships_version_ends_after_start",
                Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
            check(
                "partnerships_version_amends_something",
                Q(amendment__isnull=True) | Q(follows__isnull=False),
            ),
            # Either the terms share revenue, or they say nothing about it at all.
            check(
                "partnerships_version_fund_is_percent",
                Q(fund_bp__isnull=True, basis="")
                | Q(fund_bp__gte=0, fund_bp__lte=10_000) & ~Q(basis=""),
            ),
            check(
                "partnerships_version_fee_of_the_gross",
                Q(basis=GROSS) & ~Q(processor_fee="") | ~Q(basis=GROSS) & Q(processor_fee=""),
            ),
            check(
                "partnerships_version_payout_has_currency",
                Q(minimum_payout_minor__isnull=True, currency="")
                | Q(minimum_payout_minor__gte=0) & ~Q(currency=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.code} v{self.number}"


class VersionShare(Kept):
    """One party's whole weight in the rest after the fund; ``place`` is the fixed order.

    .. no_pii:
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="shares",
    )
    place = models.PositiveIntegerField(pgettext_lazy("in a list", "place"))
    party = models.CharField(_("party"), max_length=32)
    weight = models.PositiveIntegerField(_("weight"))

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["version", "place"]
        constraints = [
            models.UniqueConstraint(fields=["version", "party"], name="partnerships_share_once"),
            check("partnerships_share_weight_positive", Q(weight__gt=0)),
            # The fund takes its percentage first; a second share would hide in the rest.
            check("partnerships_share_is_not_the_fund", ~Q(party=FUND)),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.weight}"


class VersionRecoupment(Kept):
    """What one party gets of the receipts in a currency before anything is shared.

    .. no_pii:
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="recoupments",
    )
    place = models.PositiveIntegerField(pgettext_lazy("in a list", "place"))
    party = models.CharField(_("party"), max_length=32)
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))

    class Meta:
        verbose_name = _("recoupment")
        verbose_name_plural = _("recoupments")
        ordering = ["version", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party", "currency"], name="partnerships_recoupment_once"
            ),
            check("partnerships_recoupment_positive", Q(amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.amount_minor} {self.currency}"


class VersionCourse(Kept):
    """One course run that a version covers, by its key.

    .. no_pii:
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="courses",
    )
    place = models.PositiveIntegerField(pgettext_lazy("in a list", "place"))
    course_key = models.CharField(_("course run"), max_length=255, db_index=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["version", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "course_key"], name="partnerships_course_once"
            )
        ]

    def __str__(self) -> str:
        return self.course_key


class VersionRole(Kept):
    """What one partner is on the courses of a version; this is what draws a mark.

    .. no_pii:
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="roles",
    )
    place = models.PositiveIntegerField(pgettext_lazy("in a list", "place"))
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="roles"
    )
    role = models.CharField(
        _("role"),
        max_length=16,
        choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["version", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "partner", "role"], name="partnerships_role_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.get_role_display()}"


class VersionGoal(Kept):
    """One goal that both sides want to reach under a version.

    .. no_pii:
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="goals",
    )
    place = models.PositiveIntegerField(pgettext_lazy("in a list", "place"))
    text = models.CharField(_("goal"), max_length=500)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["version", "place"]

    def __str__(self) -> str:
        return self.text


class Signature(Kept):
    """One side's name under a version; ``place`` says who signed first.

    ``checksum`` is that of the text at the moment of signing: if the text were changed behind our
    back, the two would no longer agree (``checks``, ``partnerships_status``). By ``paper`` a
    colleague, ``recorded_by``, has recorded the signature under a paper (``recorder_user_id`` is
    their account, which old rows do not know); by ``consent`` the person
    behind ``user_id`` has agreed on this site to the text with this checksum.

    .. pii: Name of the person who signed the agreement, and their user; who recorded it.
    .. pii_types: name, id, username
    .. pii_retirement: retained
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="signatures",
    )
    side = models.CharField(
        _("side"),
        max_length=8,
        choices=[(side.value, label) for side, label in SIDE_LABELS.items()],
    )
    place = models.PositiveIntegerField(pgettext_lazy("in a list", "place"))
    signed_by = models.CharField(_("signed by"), max_length=150)
    signed_at = models.DateTimeField(_("signed at"))
    means = models.CharField(
        _("how"),
        max_length=8,
        default=Means.PAPER.value,
        choices=[(means.value, label) for means, label in MEANS_LABELS.items()],
    )
    user_id = models.PositiveBigIntegerField(_("user"), null=True, blank=True)
    recorded_by = models.CharField(_("recorded by"), max_length=150, blank=True, default="")
    recorder_user_id = models.PositiveBigIntegerField(
        _("recorded by (user)"), null=True, blank=True
    )
    checksum = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["version", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "side"], name="partnerships_signature_side_once"
            ),
            models.UniqueConstraint(
                fields=["version", "place"], name="partnerships_signature_place_once"
            ),
            check("partnerships_signature_first_or_second", Q(place__in=(1, 2))),
            check(
                "partnerships_signature_side_known",
                Q(side__in=(Side.HOST.value, Side.PARTNER.value)),
            ),
            # Who consents is somebody who was signed in; a paper names nobody's account.
            check(
                "partnerships_signature_consent_of_a_user",
                Q(means=Means.PAPER.value, user_id__isnull=True)
                | Q(means=Means.CONSENT.value, user_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.get_side_display()}"


class ResumeRequest(TwoPeople, Kept):
    """That a suspended agreement be put back, once a second person of the host has confirmed it.

    ``live_key`` is the agreement's number in its table while the request waits.

    .. pii: Who asked that an agreement resumes, confirmed or refused it.
    .. pii_types: id
    .. pii_retirement: retained
    """

    agreement = models.ForeignKey(
        Agreement,
        verbose_name=_("agreement"),
        on_delete=models.PROTECT,
        related_name="resume_requests",
    )
    live_key = models.PositiveBigIntegerField(unique=True, null=True, editable=False)

    class Meta:
        verbose_name = _("request to resume")
        verbose_name_plural = _("requests to resume")
        ordering = ["agreement", "id"]
        permissions = [("confirm_resumerequest", "Can let agreements resume, or refuse that")]
        constraints = [
            *two_people_checks("partnerships_resume"),
            check(
                "partnerships_resume_live_while_waiting",
                Q(live_key__isnull=False, confirmed_at__isnull=True, refused_at__isnull=True)
                | Q(live_key__isnull=True, confirmed_at__isnull=False)
                | Q(live_key__isnull=True, refused_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}: {self.asked_at:%Y-%m-%d}"


class SuspensionRecord(Kept):
    """An agreement taken out of force, or put back, from a moment on; the last one counts.

    What puts it back follows from a ``request`` that a second person has confirmed; records from
    before that was asked for have none.

    .. pii: User name of the colleague who suspended or resumed; their number once they leave.
    .. pii_types: username
    .. pii_retirement: local_api
    """

    agreement = models.ForeignKey(
        Agreement,
        verbose_name=_("agreement"),
        on_delete=models.PROTECT,
        related_name="suspension_records",
    )
    #: True suspends, False resumes.
    suspends = models.BooleanField(_("suspends"))
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=500)
    recorded_by = models.CharField(_("recorded by"), max_length=150)
    request = models.OneToOneField(
        ResumeRequest,
        verbose_name=_("request to resume"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="record",
    )

    class Meta:
        verbose_name = _("suspension record")
        verbose_name_plural = _("suspension records")
        indexes = [models.Index(fields=["agreement", "at"], name="partnerships_suspension_idx")]

    def __str__(self) -> str:
        what = _("suspended") if self.suspends else _("resumed")
        return f"{self.agreement}: {what} {self.at:%Y-%m-%d}"
