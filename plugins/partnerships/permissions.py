"""Who may do what with partners and agreements."""

from __future__ import annotations

from typing import Any

from . import rules, selectors
from .data import Act, EvidenceContent

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
CONFIRM_RESUME = "partnerships.confirm_resumerequest"
SEE_CONTACTS = "partnerships.view_partnercontact"
ADD_CONTACT = "partnerships.add_partnercontact"
REMOVE_CONTACT = "partnerships.delete_partnercontact"
SEE_PEOPLE = "partnerships.view_partnerperson"
ADD_PERSON = "partnerships.add_partnerperson"
REMOVE_PERSON = "partnerships.delete_partnerperson"
SEE_DUE_DILIGENCE = "partnerships.view_duediligencecheck"
RECORD_DUE_DILIGENCE = "partnerships.add_duediligencecheck"
CONFIRM_DUE_DILIGENCE = "partnerships.confirm_duediligenceproposal"
SEE_CHANGES = "partnerships.view_partnerchange"
CONFIRM_CHANGE = "partnerships.confirm_partnerchange"
SEND_PICTURES = "partnerships.add_brandasset"
DECIDE_PICTURES = "partnerships.approve_brandasset"
DECIDE_PROMOTIONS = "partnerships.approve_promotion"
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


def may_see_contacts(user: Any, partner_code: str) -> bool:
    """Names and addresses: of their own partner, or with a permission of its own."""
    return _may(user, partner_code, Act.SEE) or bool(user.has_perm(SEE_CONTACTS))


def may_see_due_diligence(user: Any) -> bool:
    """Outcomes with notes and where their papers are: colleagues alone, whoever is examined."""
    names = (SEE_DUE_DILIGENCE, RECORD_DUE_DILIGENCE, CONFIRM_DUE_DILIGENCE)
    return any(user.has_perm(name) for name in names)


def may_see_changes(user: Any) -> bool:
    """Other names of partners that wait for a second person: colleagues alone."""
    return bool(user.has_perm(SEE_CHANGES) or user.has_perm(CONFIRM_CHANGE))


def may_see_people(user: Any) -> bool:
    """Who acts for which partner: colleagues alone."""
    return any(user.has_perm(one) for one in (SEE_PEOPLE, ADD_PERSON, REMOVE_PERSON))


def may_see_steps(user: Any) -> bool:
    """What colleagues say among themselves: notes of a review, requests to end a version."""
    steps = (SEE_EVERY_AGREEMENT, SUBMIT, APPROVE, ASK_END, CONFIRM_END)
    return any(user.has_perm(one) for one in steps)


def may_approve(user: Any, partner_code: str) -> bool:
    """A colleague with the permission who does not act for the partner."""
    return bool(user.has_perm(APPROVE)) and not _acts_for(user, partner_code)


def may_confirm_end(user: Any, partner_code: str) -> bool:
    """The same for an early end."""
    return bool(user.has_perm(CONFIRM_END)) and not _acts_for(user, partner_code)


def may_see_every_award(user: Any) -> bool:
    """Also what was proposed and not granted: whoever proposes, confirms or revokes."""
    return any(user.has_perm(one) for one in (PROPOSE_AWARD, CONFIRM_AWARD, REVOKE_AWARD))


def may_see_every_scheme(user: Any) -> bool:
    """Also tiers that were proposed and do not count: whoever proposes or confirms them."""
    return bool(user.has_perm(PROPOSE_SCHEME) or user.has_perm(CONFIRM_SCHEME))


def may_confirm_award(user: Any, partner_code: str) -> bool:
    """A colleague with the permission who does not act for the partner."""
    return bool(user.has_perm(CONFIRM_AWARD)) and not _acts_for(user, partner_code)


def may_record_fulfilment(user: Any, partner_code: str, *, side: str) -> bool:
    """The partner's people record what the partner owes; a colleague what either side does."""
    if user.has_perm(RECORD_FULFILMENT):
        return True
    return rules.is_own_obligation(side) and _may(user, partner_code, Act.RECORD_FULFILMENT)


def may_record_delivery(user: Any, partner_code: str, *, party: str) -> bool:
    """Who gave it, and whose agreement it is, record it; a colleague also the host's gifts.

    ``party`` may be another partner than the one of the agreement, ``partner_code``.
    """
    if user.has_perm(RECORD_DELIVERY):
        return True
    if not rules.is_partners_contribution(party):
        return False
    return any(_may(user, code, Act.RECORD_DELIVERY) for code in {partner_code, party})


def may_see_evidence(user: Any, file: EvidenceContent) -> bool:
    """Whose agreement it belongs to, and who delivered what it proves."""
    return any(may_see_partner(user, code) for code in (file.partner, *file.givers))


def may_record_actual(user: Any, partner_code: str) -> bool:
    """A value of an expected outcome: both sides report it."""
    return bool(user.has_perm(RECORD_FULFILMENT)) or _may(user, partner_code, Act.RECORD_ACTUAL)


def may_accept_delivery(user: Any, partner_code: str) -> bool:
    """A colleague with the permission who does not act for the partner that gave."""
    return bool(user.has_perm(ACCEPT_DELIVERY)) and not _acts_for(user, partner_code)


def may_consent(user: Any, partner_code: str) -> bool:
    """Nobody signs for a partner on this site but its signatories, whatever else they may do."""
    return _may(user, partner_code, Act.CONSENT)


def may_see_promotions(user: Any, partner_code: str) -> bool:
    """Also what is not approved: the partner's people, and colleagues who decide about it."""
    if not user.is_authenticated:
        return False
    return bool(user.has_perm(DECIDE_PROMOTIONS)) or may_see_partner(user, partner_code)


def may_propose_promotion(user: Any, partner_code: str) -> bool:
    """A promotion is the partner's own word: nobody else proposes one."""
    return _may(user, partner_code, Act.PROPOSE_PROMOTION)


def may_decide_promotion(user: Any, partner_code: str, *, proposed_by: int | None) -> bool:
    """A second person: with the permission, not who proposed it, not of the partner's people."""
    is_second = user.has_perm(DECIDE_PROMOTIONS) and user.id != proposed_by
    return bool(is_second and not _acts_for(user, partner_code))


def may_withdraw_promotion(user: Any, partner_code: str) -> bool:
    """The partner's people take back their own; who decides takes any from every page."""
    if user.has_perm(DECIDE_PROMOTIONS):
        return True
    return _may(user, partner_code, Act.WITHDRAW_PROMOTION)


def may_see_pictures(user: Any, partner_code: str) -> bool:
    """Also what is not approved: the partner's people, and colleagues who work on pictures."""
    if not user.is_authenticated:
        return False
    if user.has_perm(SEND_PICTURES) or user.has_perm(DECIDE_PICTURES):
        return True
    return may_see_partner(user, partner_code)


def may_send_pictures(user: Any, partner_code: str) -> bool:
    """The partner's people, by their role, send their own; with the permission anybody's."""
    may = _may(user, partner_code, Act.HANDLE_PICTURES)
    return may or bool(user.has_perm(SEND_PICTURES))


def may_decide_picture(user: Any, partner_code: str, *, uploaded_by: int | None) -> bool:
    """A second person: with the permission, not who sent it, not one of the partner's people."""
    is_second = user.has_perm(DECIDE_PICTURES) and user.id != uploaded_by
    return bool(is_second and not _acts_for(user, partner_code))


def may_withdraw_picture(user: Any, partner_code: str) -> bool:
    """The same people take back their own; who decides takes any from every page."""
    may = _may(user, partner_code, Act.HANDLE_PICTURES)
    return may or bool(user.has_perm(DECIDE_PICTURES))


def _acts_for(user: Any, partner_code: str) -> bool:
    return partner_code in selectors.list_partner_codes_of(user.id)


def _may(user: Any, partner_code: str, act: Act) -> bool:
    """Whether the role in which somebody acts for a partner allows an act."""
    if not (user.is_authenticated and user.is_active):
        return False
    return rules.may(selectors.get_role_of(user.id, partner_code), act)
