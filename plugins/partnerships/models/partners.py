"""Organisations, the examinations they passed, and the users who act for them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from partnerships.models.kept import Kept
from partnerships.models.labels import CONTACT_LABELS, KIND_LABELS, PERSON_ROLES


class Partner(Kept):
    """One organisation we have, or had, an agreement with.

    There is no ``status``: a partner is shown while an agreement of theirs is in force. From
    ``named_since`` on, when a text that names it was submitted first, it is called otherwise by
    two people (``PartnerChange``), whatever came of that text.

    .. no_pii:
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=32, unique=True)
    legal_name = models.CharField(_("legal name"), max_length=255)
    display_name = models.CharField(_("name that is shown"), max_length=120)
    kind = models.CharField(
        _("kind"),
        max_length=32,
        choices=[(kind.value, label) for kind, label in KIND_LABELS.items()],
    )
    url = models.CharField(_("website"), max_length=500, blank=True, default="")
    named_since = models.DateTimeField(
        _("named in a submitted text since"), null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.display_name


class DueDiligenceProposal(TwoPeople, Kept):
    """That a partner has passed an examination, as one person says it: it counts for nothing yet.

    A second person of the host confirms it, which adds the ``DueDiligenceCheck`` that counts.
    ``asked_by`` is 0 in old rows, of who loaded a file and had no account here: they are refused,
    and never confirmed. ``live_key`` is the partner's number in its table while it waits: one at a
    time is the database's rule. There is no ``reason``: the notes say it.

    .. pii: Who proposed, confirmed or refused the outcome; notes may name people.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    reason = None  # type: ignore[assignment]  # so Django leaves out a field of the base
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(
        Partner,
        verbose_name=_("partner"),
        on_delete=models.PROTECT,
        related_name="diligence_proposals",
    )
    live_key = models.PositiveBigIntegerField(unique=True, null=True, editable=False)
    #: The last UTC day on which the outcome would hold.
    expires_on = models.DateField(_("expires on"))
    notes = models.CharField(_("notes"), max_length=1000, blank=True, default="")
    evidence = models.CharField(_("where the evidence is"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("proposed due diligence")
        verbose_name_plural = _("proposed due diligence")
        ordering = ["partner", "id"]
        permissions = [
            ("confirm_duediligenceproposal", "Can confirm or refuse accepted due diligence")
        ]
        constraints = [
            *two_people_checks("partnerships_diligence"),
            check(
                "partnerships_diligence_live_while_waiting",
                Q(live_key__isnull=False, confirmed_at__isnull=True, refused_at__isnull=True)
                | Q(live_key__isnull=True, confirmed_at__isnull=False)
                | Q(live_key__isnull=True, refused_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.expires_on}"


class DueDiligenceCheck(Kept):
    """The outcome of one examination of a partner; the last one recorded counts.

    ``evidence`` says where its papers are: a number of a file, an address of an archive. An
    accepted one follows from a ``proposal`` that a second person has confirmed; those from before
    that was asked for have none.

    .. pii: User name of the colleague who recorded the outcome; their number once they leave.
    .. pii_types: username
    .. pii_retirement: local_api
    """

    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="due_diligence"
    )
    accepted = models.BooleanField(_("accepted"))
    #: The last UTC day on which the outcome still holds.
    expires_on = models.DateField(_("expires on"))
    notes = models.CharField(_("notes"), max_length=1000, blank=True, default="")
    evidence = models.CharField(_("where the evidence is"), max_length=500, blank=True, default="")
    recorded_by = models.CharField(_("recorded by"), max_length=150)
    recorded_at = models.DateTimeField(_("recorded at"))
    proposal = models.OneToOneField(
        DueDiligenceProposal,
        verbose_name=_("proposed due diligence"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="check_of",
    )

    class Meta:
        verbose_name = _("due diligence check")
        verbose_name_plural = _("due diligence checks")
        indexes = [
            models.Index(fields=["partner", "recorded_at"], name="partnerships_diligence_idx")
        ]

    def __str__(self) -> str:
        outcome = _("accepted") if self.accepted else _("refused")
        return f"{self.partner}: {outcome} – {self.expires_on}"


class PartnerPerson(models.Model):
    """One user who acts for one partner and sees that partner's own pages.

    .. pii: Which organisation a user acts for.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    user_id = models.PositiveBigIntegerField(_("user"), db_index=True)
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="people"
    )
    role = models.CharField(_("role"), max_length=16, choices=list(PERSON_ROLES.items()))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("partner’s person")
        verbose_name_plural = _("partners’ people")
        constraints = [
            models.UniqueConstraint(fields=["user_id", "partner"], name="partnerships_person_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} – {self.partner}"


class PartnerContact(models.Model):
    """Whom we write to at a partner, and for what; may be forgotten, unlike an agreement.

    ``language`` is the code of a language of this site that they are written to in. ``user_id``
    is their account here, if they have one: who leaves the platform is forgotten here as well.

    .. pii: Name, address and role of a person at a partner organisation, and their user.
    .. pii_types: name, email_address, id
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="contacts"
    )
    role = models.CharField(
        _("role"),
        max_length=16,
        choices=[(role.value, label) for role, label in CONTACT_LABELS.items()],
    )
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), max_length=254, db_index=True)
    language = models.CharField(_("language"), max_length=12, blank=True, default="")
    user_id = models.PositiveBigIntegerField(_("user"), null=True, blank=True, db_index=True)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["partner", "role", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "role", "email"], name="partnerships_contact_once"
            )
        ]

    def __str__(self) -> str:
        # Not by name: the admin keeps this in a log of its own, which outlives the contact.
        return f"{self.get_role_display()} – {self.partner}"
