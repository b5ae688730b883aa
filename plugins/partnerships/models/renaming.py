"""Another name, kind or website of a partner that readers know: said by one person, let by two."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from partnerships.models.kept import Kept
from partnerships.models.labels import KIND_LABELS
from partnerships.models.partners import Partner

_KINDS = [(kind.value, label) for kind, label in KIND_LABELS.items()]


class PartnerChange(TwoPeople, Kept):
    """That a partner is called otherwise, as a file says it: nobody sees it yet.

    A second person of the host confirms it, which writes the partner's row. What it was called
    before stays in the columns ``was_…``, so that a partner's identity at any moment follows from
    these rows. ``live_key`` is the partner's number in its table while it waits: one at a time is
    the database's rule. ``is_replaced`` says that another file ended it, and no person decided.
    There is no ``reason``: the names say it.

    .. pii: Who proposed, confirmed or refused that a partner is called otherwise.
    .. pii_types: id
    .. pii_retirement: retained
    """

    reason = None  # type: ignore[assignment]  # so Django leaves out a field of the base
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="changes"
    )
    live_key = models.PositiveBigIntegerField(unique=True, null=True, editable=False)
    legal_name = models.CharField(_("legal name"), max_length=255)
    display_name = models.CharField(_("name that is shown"), max_length=120)
    kind = models.CharField(_("kind"), max_length=32, choices=_KINDS)
    url = models.CharField(_("website"), max_length=500, blank=True, default="")
    was_legal_name = models.CharField(_("legal name before"), max_length=255)
    was_display_name = models.CharField(_("name that was shown before"), max_length=120)
    was_kind = models.CharField(_("kind before"), max_length=32, choices=_KINDS)
    was_url = models.CharField(_("website before"), max_length=500, blank=True, default="")
    is_replaced = models.BooleanField(_("another file took its place"), default=False)

    class Meta:
        verbose_name = _("change of a partner")
        verbose_name_plural = _("changes of partners")
        ordering = ["partner", "id"]
        permissions = [("confirm_partnerchange", "Can confirm or refuse changes of partners")]
        constraints = [
            *two_people_checks("partnerships_change"),
            # Nobody's number would be another person than anybody who confirms.
            check("partnerships_change_asked_by_somebody", Q(asked_by__gt=0)),
            check(
                "partnerships_change_live_while_waiting",
                Q(live_key__isnull=False, confirmed_at__isnull=True, refused_at__isnull=True)
                | Q(live_key__isnull=True, confirmed_at__isnull=False)
                | Q(live_key__isnull=True, refused_at__isnull=False),
            ),
            check(
                "partnerships_change_replaced_is_refused",
                Q(is_replaced=False) | Q(refused_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.was_display_name} → {self.display_name}"
