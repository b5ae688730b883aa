"""What one person of the host asks for and another one decides about. Pure decisions."""

from __future__ import annotations

from partnerships.exceptions import SecondPersonNeeded


def check_may_vet(*, acts_for_partner: bool) -> None:
    """Refuse that who acts for a partner says that its due diligence is accepted.

    Raises:
        SecondPersonNeeded: as said.
    """
    if acts_for_partner:
        raise SecondPersonNeeded(
            "Who acts for the partner does not say that its due diligence is accepted."
        )


def check_may_confirm_diligence(*, by: int, asked_by: int, acts_for_partner: bool) -> None:
    """Refuse that who proposed it confirms it as well, or who acts for the partner.

    ``asked_by`` is 0 if nobody with an account has proposed it: that may be anybody, also ``by``.

    Raises:
        SecondPersonNeeded: as said.
    """
    check_may_vet(acts_for_partner=acts_for_partner)
    if not asked_by:
        raise SecondPersonNeeded(
            "Nobody with an account has proposed this; refuse it, and have it proposed again."
        )
    if by == asked_by:
        raise SecondPersonNeeded(
            "Another person than who asked has to say that its due diligence is accepted."
        )


def check_may_refuse_diligence(*, acts_for_partner: bool) -> None:
    """Refuse that who acts for a partner refuses what was proposed about its due diligence.

    Raises:
        SecondPersonNeeded: as said.
    """
    if acts_for_partner:
        raise SecondPersonNeeded(
            "Who acts for the partner does not decide about its due diligence."
        )


def check_may_ask_resume(*, acts_for_partner: bool, agreement: str) -> None:
    """Refuse that who acts for a partner says that its suspended agreement resumes.

    Raises:
        SecondPersonNeeded: as said.
    """
    if acts_for_partner:
        raise SecondPersonNeeded(
            "Who acts for the partner does not say that %(agreement)s resumes.",
            agreement=agreement,
        )


def check_may_confirm_resume(
    *, by: int, asked_by: int, acts_for_partner: bool, agreement: str
) -> None:
    """Refuse that who asked confirms it as well, or who acts for the partner.

    Raises:
        SecondPersonNeeded: as said.
    """
    check_may_ask_resume(acts_for_partner=acts_for_partner, agreement=agreement)
    if by == asked_by:
        raise SecondPersonNeeded(
            "Another person than who asked has to say that %(agreement)s resumes.",
            agreement=agreement,
        )


def check_may_rename(*, acts_for_partner: bool) -> None:
    """Refuse that who acts for a partner decides how the partner is called here.

    Raises:
        SecondPersonNeeded: as said.
    """
    if acts_for_partner:
        raise SecondPersonNeeded("Who acts for the partner does not say how it is called here.")


def check_may_confirm_change(*, by: int, asked_by: int, acts_for_partner: bool) -> None:
    """Refuse that who proposed it confirms it as well, or who acts for the partner.

    Raises:
        SecondPersonNeeded: as said.
    """
    check_may_rename(acts_for_partner=acts_for_partner)
    if by == asked_by:
        raise SecondPersonNeeded(
            "Another person than who asked has to say that the partner is called that."
        )


def check_may_name_signatory(*, by: int | None, is_themselves: bool) -> None:
    """Refuse that somebody of the host lets themselves sign for a partner, or nobody says who did.

    Raises:
        SecondPersonNeeded: as said.
    """
    if by is None or is_themselves:
        raise SecondPersonNeeded(
            "Nobody names themselves as who signs for a partner; another person of the host does."
        )
