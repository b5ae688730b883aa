"""Requests that must not be done twice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SentRequest(models.Model):
    """A request that made something, so that sent again it makes nothing.

    ``key`` is a SHA-256 of what was asked for and of the sender's own name of the request, which
    is bound to them; ``said`` is one of what the request says. ``made`` is how that which came of
    it is called: no answer is kept, and what became of it since is looked up.

    .. no_pii:
    """

    key = models.CharField(max_length=64, unique=True)
    said = models.CharField(max_length=64)
    made = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("sent request")
        verbose_name_plural = _("sent requests")

    def __str__(self) -> str:
        return self.key
