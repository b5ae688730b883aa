"""The book of the sandbox provider."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SandboxSession(models.Model):
    """A payment at the sandbox provider: the provider's own book, not ours.

    ``payment`` is what we attached to it. ``refunded`` are the refunds that we asked for, by key;
    ``book`` holds those that were made at the provider, disputes, and events that wait to be sent.

    .. no_pii:
    """

    key = models.CharField(max_length=128, unique=True)
    token = models.CharField(max_length=64, unique=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.PositiveBigIntegerField()
    description = models.CharField(max_length=255)
    return_url = models.TextField()
    outcome = models.CharField(max_length=16, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    refunded = models.JSONField(default=dict)
    created_at = models.DateTimeField(null=True)
    payment = models.UUIDField(null=True)
    book = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("payment in the sandbox")
        verbose_name_plural = _("payments in the sandbox")

    def __str__(self) -> str:
        return self.token
