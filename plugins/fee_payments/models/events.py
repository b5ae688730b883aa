"""What providers told us."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from fee_payments.models.labels import OUTCOME_LABELS, choices


class ProviderEvent(models.Model):
    """What a provider told us, word for word, once.

    Stored before it is acted on. ``handled_at`` is empty until it was; ``next_try_at`` says from
    when on ``fee_payments_settle`` acts on it (again). ``digest`` is the SHA-256 of provider and
    event id: MariaDB compares text without case, and two events whose ids differ in case are two
    events. The payload is emptied after a while; ids stay, so that a replay is known for ever.

    .. pii: The payload is the provider's; it can name the payer. It is emptied after
        ``FEE_PAYMENTS_KEEP_EVENTS_DAYS``.
    .. pii_types: name, email_address
    .. pii_retirement: retained
    """

    digest = models.CharField("SHA-256", max_length=64, unique=True)

    provider = models.CharField(_("payment provider"), max_length=32)
    event_id = models.CharField(_("event"), max_length=128)
    kind = models.CharField(_("kind"), max_length=64)
    account = models.CharField(_("account"), max_length=64, blank=True, default="")
    is_live = models.BooleanField(_("about real money"), default=False)
    reference = models.CharField(_("reference"), max_length=128, blank=True, default="")
    payload = models.TextField(_("what was sent"))
    created_at = models.DateTimeField(_("told as of"), null=True)
    received_at = models.DateTimeField(_("received at"))
    handled_at = models.DateTimeField(_("handled at"), null=True)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True)
    last_error = models.CharField(_("last error"), max_length=255, blank=True, default="")
    scrubbed_at = models.DateTimeField(_("emptied at"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=16, choices=choices(OUTCOME_LABELS), blank=True, default=""
    )
    sentence = models.CharField(_("explanation"), max_length=255, blank=True, default="")

    class Meta:
        verbose_name = _("provider’s event")
        verbose_name_plural = _("providers’ events")
        ordering = ["id"]
        permissions = [
            ("see_event_payload", "Can see what a provider sent"),
            ("work_event_again", "Can let an event be worked again"),
        ]
        indexes = [
            models.Index(fields=["handled_at", "next_try_at"], name="fee_payments_event_due"),
            models.Index(fields=["provider", "reference"], name="fee_payments_event_about"),
            models.Index(fields=["scrubbed_at", "received_at"], name="fee_payments_event_old"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
