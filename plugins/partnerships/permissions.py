"""Who may do what with partners and agreements."""

from __future__ import annotations

from typing import Any

from . import selectors

SEE_EVERY_AGREEMENT = "partnerships.view_agreement"
SUBMIT = "partnerships.submit_agreementversion"
APPROVE = "partnerships.approve_agreementversion"
SIGN = "partnerships.sign_agreementversion"
ASK_END = "partnerships.ask_endrecord"
CONFIRM_END = "partnerships.confirm_endrecord"
RECORD_DELIVERY = "partnerships.record_delivery"
ACCEPT_DELIVERY = "partnerships.accept_delivery"
RECORD_FULFILMENT = "partnerships.record_fulfilment"
SUSPEND = "partnerships.suspend_agreement"
RECORD_DUE_DILIGENCE = "partnerships.add_duediligencecheck"
SEND_PICTURES = "partnerships.add_brandasset"
DECIDE_PICTURES = "partnerships.approve_brandasset"
PROPOSE_SCHEME = "partnerships.propose_recognitionscheme"
CONFIRM_SCHEME = "partnerships.confirm_recognitionscheme"
PROPOSE_AWARD = "partnerships.propose_recognitionaward"
CONFIRM_AWARD = "partnerships.confirm_recognitionaward"
REVOKE_AWARD = "partnerships.revoke_recognitionaward"


def may_see_partner(user: Any, partner_code: str) -> bool:
    """A partner's people see their own partner; colleagues with the permission see every one."""
    if not user.is_authenticated:
        return False
    if user.has_perm(SEE_EVERY_AGREEMENT):
        return True
    return partner_code in selectors.list_partner_codes_of(user.id)


def may_see_pictures(user: Any, partner_code: str) -> bool:
    """Also what is not approved: the partner's people, and colleagues who work on pictures."""
    if not user.is_authenticated:
        return False
    if user.has_perm(SEND_PICTURES) or user.has_perm(DECIDE_PICTURES):
        return True
    return may_see_partner(user, partner_code)


def may_send_pictures(user: Any, partner_code: str) -> bool:
    """The partner's people send their own; colleagues with the permission send anybody's."""
    return _acts_for(user, partner_code) or user.has_perm(SEND_PICTURES)


def may_decide_picture(user: Any, partner_code: str, *, uploaded_by: int | None) -> bool:
    """A second person: with the permission, not who sent it, not one of the partner's people."""
    is_second = user.has_perm(DECIDE_PICTURES) and user.id != uploaded_by
    return bool(is_second and not _acts_for(user, partner_code))


def may_withdraw_picture(user: Any, partner_code: str) -> bool:
    """The partner's people take back their own; who decides takes any from every page."""
    return _acts_for(user, partner_code) or user.has_perm(DECIDE_PICTURES)


def _acts_for(user: Any, partner_code: str) -> bool:
    return partner_code in selectors.list_partner_codes_of(user.id)
