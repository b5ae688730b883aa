"""To which accounts the partners are paid: Inès has asked, and Omar has confirmed.

The numbers are the examples of the registry of IBANs: nobody has these accounts.
"""

from __future__ import annotations

from datetime import UTC, datetime

from demo_site.seeds.people import user_called
from revenue_share import api as revenue
from revenue_share.data import StepState

ASKED = datetime(2026, 9, 15, 9, 0, tzinfo=UTC)
CONFIRMED = datetime(2026, 9, 16, 14, 30, tzinfo=UTC)

#: By party: holder, IBAN, BIC.
ACCOUNTS = {
    "GSMA": ("GSM Association", "GB33BUKB20201555555555", ""),
    "ATC": ("Académie régionale des télécommunications", "MR1300020001010000123456753", "XXXXMRZZ"),
}


def seed() -> None:
    """Have each account asked for and confirmed; what a visitor decided since is left alone."""
    finance, operator = user_called("ines").pk, user_called("operator").pk
    for party, (holder, number, bic) in ACCOUNTS.items():
        uuid = revenue.propose_account(
            party, "USD", holder=holder, number=number, bic=bic, by=finance, at=ASKED,
            reason="The form that the partner has signed", key=f"demo:account:{party}",
        )  # fmt: skip
        if revenue.account(uuid).state is StepState.WAITING:
            revenue.confirm_account(uuid, by=operator, at=CONFIRMED)
