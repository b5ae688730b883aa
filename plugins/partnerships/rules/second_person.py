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

    Raises:
        SecondPersonNeeded: as said.
    """
    check_may_vet(acts_for_partner=acts_for_partner)
    if by == asked_by:
        raise SecondPersonNeeded(
            "Another person than who asked has to say that its due diligence is accepted."
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
