"""How a step that one person asks for is confirmed, or refused, by another: of whatever table."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TypeVar

from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.exceptions import (
    InvoiceRefused,
    PaymentsError,
    SecondPersonNeeded,
    UnknownDocument,
)

log = logging.getLogger(__name__)

Step = TypeVar("Step", models.WriteOff, models.TransferBack, models.HoldClosing)
Refusal = type[PaymentsError]


def check_reason(reason: str, *, refusal: Refusal = InvoiceRefused) -> None:
    """Refuse a step that nobody says why of, as ``refusal``."""
    if not reason.strip():
        raise refusal(_("Please say why; the reason is kept."))


def waiting(
    kind: type[Step], pk: int, *, by: int | None = None, refusal: Refusal = InvoiceRefused
) -> Step:
    """The step, locked, that nobody has decided; ``by`` is who wants to confirm it.

    Raises:
        UnknownDocument: there is none.
        SecondPersonNeeded: ``by`` has asked for it.
        PaymentsError: it is decided already, as ``refusal``.
    """
    rows = kind.objects.filter(pk=pk)
    if not rows.exists():
        raise UnknownDocument(f"There is no such step {pk}.")
    step: Step = rows.select_for_update().get()
    if not step.is_waiting:
        raise refusal(_("This was decided already."))
    if by is not None and step.asked_by == by:
        raise SecondPersonNeeded(_("Another person than who asked has to confirm this."))
    return step


def confirm(step: Step, *, by: int, at: datetime) -> None:
    """Note who has confirmed a locked step, and when."""
    step.confirmed_by, step.confirmed_at = by, at
    step.save(update_fields=["confirmed_by", "confirmed_at"])
    log.info("confirmed: %s=%s by=%s", step._meta.model_name, step.pk, by)


def refuse(step: Step, *, by: int, because: str, at: datetime) -> None:
    """Note who has refused a locked step, and why."""
    step.refused_by, step.refused_at, step.refused_because = by, at, because.strip()[:255]
    step.save(update_fields=["refused_by", "refused_at", "refused_because"])
    log.info("refused: %s=%s by=%s", step._meta.model_name, step.pk, by)
