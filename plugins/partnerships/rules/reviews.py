"""Who may submit, approve and return a text, and who may sign it. Pure decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from partnerships.data import Review
from partnerships.exceptions import (
    NotApproved,
    NotASignatory,
    ReviewRefused,
    SecondPersonNeeded,
    SignedOutOfOrder,
    TextChanged,
)


def check_may_submit(review: Review, *, version: str) -> None:
    """Refuse to submit what waits for approval, or has it.

    Raises:
        ReviewRefused: as said.
    """
    if review is Review.SUBMITTED:
        raise ReviewRefused(f"{version} waits for approval already.")
    if review is Review.APPROVED:
        raise ReviewRefused(f"{version} is approved already.")


def check_may_approve(
    review: Review, *, by: int, name: str, submitted_by: int | None, loaded_by: str, version: str
) -> None:
    """Refuse to approve what was not submitted, or what one has submitted or loaded oneself.

    ``by`` is the user who approves and ``name`` their user name.

    Raises:
        ReviewRefused: it does not wait for approval.
        SecondPersonNeeded: this person has submitted or loaded it.
    """
    if review is not Review.SUBMITTED:
        raise ReviewRefused(f"{version} does not wait for approval.")
    if by == submitted_by or is_same_person(name, loaded_by):
        raise SecondPersonNeeded(
            f"{version} has to be approved by another person than who loaded or submitted it."
        )


def check_may_return(review: Review, *, is_signed: bool, version: str) -> None:
    """Refuse to make a draft again of what is one, or of what carries a signature.

    Raises:
        ReviewRefused: as said.
    """
    if is_signed:
        raise ReviewRefused(f"{version} is signed; a change is a new version.")
    if review is Review.NOT_SUBMITTED:
        raise ReviewRefused(f"{version} is a draft already.")


def check_is_approved(review: Review, *, approved: str | None, checksum: str, version: str) -> None:
    """Refuse a signature under a text that is not the approved one; checksums in hex.

    ``approved`` is the checksum of the text that was approved, ``None`` when there is no record.

    Raises:
        NotApproved, TextChanged: as said.
    """
    if review is not Review.APPROVED:
        raise NotApproved(f"{version} is not approved; it is signed after a second person has.")
    if approved is not None:
        check_same_text(approved, checksum, version=version)


def check_same_text(seen: str, kept: str, *, version: str) -> None:
    """Refuse to approve or to sign a text that is not the one that was submitted or seen.

    Raises:
        TextChanged: the two checksums differ.
    """
    if seen != kept:
        raise TextChanged(f"The text of {version} is not the one that you have before you.")


def check_signs_for_partner(name: str, signatories: Collection[str], *, partner: str) -> None:
    """Refuse a name that is none of the partner's signatories.

    Raises:
        NotASignatory: as said.
    """
    if not any(is_same_person(name, known) for known in signatories):
        raise NotASignatory(
            f"“{name}” is no signatory of {partner}; add them to its contacts first."
        )


def check_not_before(moments: Iterable[datetime | None], *, at: datetime, version: str) -> None:
    """Refuse a record that is dated before one that it follows.

    Raises:
        SignedOutOfOrder: as said.
    """
    last = max((moment for moment in moments if moment is not None), default=None)
    if last is not None and at < last:
        raise SignedOutOfOrder(
            f"The last record of {version} is of {last:%d %B %Y %H:%M:%S} UTC; a new one cannot "
            "be older."
        )


def is_same_person(one: str, other: str) -> bool:
    """Whether two names or user names are the same to a reader: blanks and cases do not count."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> Sequence[str]:
    return name.casefold().split()
