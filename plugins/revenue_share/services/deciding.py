"""How a step that one person asks for is confirmed or refused by another: of whatever table."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TypeVar

from fairgate.readable import is_readable, turns_writing
from fairgate_tables.two_people import TwoPeople

from ..exceptions import RevenueShareError, SecondPersonNeeded, StepNotFound

log = logging.getLogger(__name__)

LONGEST_REASON = 255

Step = TypeVar("Step", bound=TwoPeople)
Refusal = type[RevenueShareError]


def check_reason(reason: str, refusal: Refusal) -> None:
    """Refuse a step of which nobody says why, on one line that can be kept and read by others."""
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise refusal(
            "Please say why, in at most %(most)s characters; the reason is kept.",
            field="reason",
            most=LONGEST_REASON,
        )
    if not is_readable(reason.strip()) or turns_writing(reason):
        raise refusal("There are control characters in the reason.", field="reason")


def waiting(kind: type[Step], pk: int, refusal: Refusal, *, by: int | None = None) -> Step:
    """The step, locked, that nobody has decided; ``by`` is who wants to confirm it.

    Raises:
        StepNotFound: there is none.
        SecondPersonNeeded: ``by`` has asked for it.
        RevenueShareError: it is decided already, as ``refusal``.
    """
    step = kind._default_manager.select_for_update().filter(pk=pk).first()
    if step is None:
        raise StepNotFound("There is no such step %(key)s.", key=pk)
    if not step.is_waiting:
        raise refusal("This was decided already.")
    if by is not None and step.asked_by == by:
        raise SecondPersonNeeded("Another person than who asked has to confirm this.")
    return step


def confirm(step: TwoPeople, *, by: int, at: datetime) -> None:
    """Note who has confirmed a locked step, and when."""
    step.confirmed_by, step.confirmed_at = by, at
    step.save(update_fields=["confirmed_by", "confirmed_at"])
    log.info("confirmed: %s=%s by=%s", step._meta.model_name, step.pk, by)


def refuse(step: TwoPeople, *, by: int, because: str, at: datetime) -> None:
    """Note who has refused a locked step, and why."""
    step.refused_by, step.refused_at, step.refused_because = by, at, because.strip()
    step.save(update_fields=["refused_by", "refused_at", "refused_because"])
    log.info("refused: %s=%s by=%s", step._meta.model_name, step.pk, by)
