"""What each role may do for an organisation: the one table, for pages and REST alike."""

from __future__ import annotations

from collections.abc import Mapping

from fee_payments.data.invoices import ContactRole
from fee_payments.data.organisations import OrganisationAct

MAY: Mapping[str, frozenset[OrganisationAct]] = {
    # A small institution has one person: who orders can also pay, and give back.
    ContactRole.COORDINATOR: frozenset(OrganisationAct),
    # Who pays needs the papers. What is ordered, or given back, is a matter of who has a seat.
    ContactRole.FINANCE: frozenset({OrganisationAct.READ, OrganisationAct.PAY}),
}
"""A role that does not stand here may do nothing."""


def roles_that_may(act: OrganisationAct) -> tuple[str, ...]:
    """The roles whose people may do this."""
    return tuple(str(role) for role, acts in MAY.items() if act in acts)
