"""What the language can say and the fee gate cannot apply: a policy that is not about a fee.

Such a policy loads, and its vectors run; activating it is refused with these sentences. Whatever
cannot be computed (goods, a draw, a person's judgement) is no obstacle: it goes to a person.
"""

from __future__ import annotations

from waiver_policy.rules.policies import REFUND


def obstacles_of(kind: str) -> tuple[str, ...]:
    """Sentences; none for a policy that decides about waivers."""
    if kind == REFUND:
        return (
            "It says what comes back of a payment (kind: refund), and decides nothing about "
            "waivers.",
        )
    return ()
