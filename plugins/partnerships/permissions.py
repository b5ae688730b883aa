"""Who may do what with partners and agreements."""

from __future__ import annotations

from typing import Any

from . import selectors

SEE_EVERY_AGREEMENT = "partnerships.view_agreement"
SIGN = "partnerships.sign_agreementversion"
SUSPEND = "partnerships.suspend_agreement"
RECORD_DUE_DILIGENCE = "partnerships.add_duediligencecheck"


def may_see_partner(user: Any, partner_code: str) -> bool:
    """A partner's people see their own partner; colleagues with the permission see every one."""
    if not user.is_authenticated:
        return False
    if user.has_perm(SEE_EVERY_AGREEMENT):
        return True
    return partner_code in selectors.list_partner_codes_of(user.id)
