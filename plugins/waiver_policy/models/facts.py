"""What people say about themselves for a policy, and what others have seen."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate_tables.constraints import check
from fairgate_tables.written_once import Forgettable


class StatedFact(Forgettable):
    """That a fact of somebody was said or seen; a newer row counts, this one stays.

    ``statement`` is the same for what was said at once. A row without a value takes back what the
    same kind of evidence said before. ``value_kind`` tells how the value is read: a number with
    decimals is kept as a text in a mapping, a day as an ISO text, countries as a list. ``unit`` is
    what the policy asked in: the same number in another unit is another statement.

    .. pii: What a person says of their income, age, studies or other things that a policy asks
        for, or what others have seen of it.
    .. pii_types: id, financial, location, other
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    statement = models.UUIDField(
        pgettext_lazy("what somebody has said", "statement"), editable=False
    )
    user_id = models.BigIntegerField(_("user"))
    name = models.CharField(_("fact"), max_length=100)
    value_kind = models.CharField(_("kind of value"), max_length=12)
    value = models.JSONField(_("value"), null=True, blank=True)
    # Its words are the policy's own.
    unit = models.CharField(max_length=40, blank=True, default="", editable=False)
    kind = models.CharField(_("kind"), max_length=12)
    observed_at = models.DateTimeField(_("observed at"))
    recorded_by = models.BigIntegerField(_("recorded by"))
    note = models.CharField(_("note"), max_length=255, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta(Forgettable.Meta):
        verbose_name = _("stated fact")
        verbose_name_plural = _("stated facts")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["user_id", "observed_at"], name="waiver_policy_fact_of"),
        ]
        constraints = [
            check("waiver_policy_fact_kind", Q(kind__in=["declared", "institution", "document"])),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"
