"""What the people of a partner may do for it, by their role. The whole table, and nothing else.

Signing in to a role says nothing of colleagues of the host, who have permissions instead
(``partnerships.permissions``).
"""

from __future__ import annotations

from collections.abc import Mapping

from partnerships.data import PLATFORM, Act, PersonRole, Side

_EVERYBODY = frozenset(PersonRole)
_PARTNERSHIP = frozenset({PersonRole.OFFICER, PersonRole.SIGNATORY})

#: Who may do what for their own partner.
MAY: Mapping[Act, frozenset[PersonRole]] = {
    Act.SEE: _EVERYBODY,
    Act.RECORD_FULFILMENT: _PARTNERSHIP,
    # Finance has the receipts of what was given.
    Act.RECORD_DELIVERY: _EVERYBODY,
    Act.RECORD_ACTUAL: _PARTNERSHIP,
    # In the partner's name, and so only by whom the partner has named for it.
    Act.CONSENT: frozenset({PersonRole.SIGNATORY}),
    Act.PROPOSE_PROMOTION: _PARTNERSHIP,
    Act.WITHDRAW_PROMOTION: _PARTNERSHIP,
    Act.HANDLE_PICTURES: _PARTNERSHIP,
}


def may(role: str, act: Act) -> bool:
    """Whether a role allows an act; an unknown role, or none, allows nothing."""
    return role in MAY[act]


def is_own_obligation(side: str) -> bool:
    """Whether the partner owes it; what the host owes, the host records."""
    return side == Side.PARTNER


def is_partners_contribution(party: str) -> bool:
    """Whether a partner gives it: the one of the agreement, or another under it."""
    return party != PLATFORM
