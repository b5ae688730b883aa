"""Use cases of fee_gate: the only writers of its tables."""

from __future__ import annotations

from fee_gate.services.counting import (
    announce,
    forget_course,
    recompute,
    renew,
    renew_switch,
    shut,
)
from fee_gate.services.holds import begin_rule, check_end, check_rule, end_rule

__all__ = [
    "announce",
    "begin_rule",
    "check_end",
    "check_rule",
    "end_rule",
    "forget_course",
    "recompute",
    "renew",
    "renew_switch",
    "shut",
]
