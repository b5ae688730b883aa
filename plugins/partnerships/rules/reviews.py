"""Who may submit, approve and return a text, and who may sign it. Pure decisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from unicodedata import category, normalize

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
        raise ReviewRefused("%(version)s waits for approval already.", version=version)
    if review is Review.APPROVED:
        raise ReviewRefused("%(version)s is approved already.", version=version)


def check_may_approve(
    review: Review,
    *,
    by: int,
    name: str,
    submitted_by: int | None,
    loaded_by: str,
    loader: int | None,
    version: str,
) -> None:
    """Refuse to approve what was not submitted, or what one has submitted or loaded oneself.

    ``by`` is the user who approves and ``name`` their user name; ``loader`` the user who has loaded
    it, ``None`` where only the name is known that they had then (``loaded_by``).

    Raises:
        ReviewRefused: it does not wait for approval.
        SecondPersonNeeded: this person has submitted or loaded it.
    """
    if review is not Review.SUBMITTED:
        raise ReviewRefused("%(version)s does not wait for approval.", version=version)
    if by in (submitted_by, loader) or is_same_person(name, loaded_by):
        raise SecondPersonNeeded(
            "%(version)s has to be approved by another person than who loaded or submitted it.",
            version=version,
        )


def check_may_return(review: Review, *, is_signed: bool, version: str) -> None:
    """Refuse to make a draft again of what is one, or of what carries a signature.

    Raises:
        ReviewRefused: as said.
    """
    if is_signed:
        raise ReviewRefused("%(version)s is signed; a change is a new version.", version=version)
    if review is Review.NOT_SUBMITTED:
        raise ReviewRefused("%(version)s is a draft already.", version=version)


def check_is_approved(review: Review, *, approved: str | None, checksum: str, version: str) -> None:
    """Refuse a signature under a text that is not the approved one; checksums in hex.

    ``approved`` is the checksum of the text that was approved, ``None`` when there is no record.

    Raises:
        NotApproved, TextChanged: as said.
    """
    if review is not Review.APPROVED:
        raise NotApproved(
            "%(version)s is not approved; it is signed after a second person has.", version=version
        )
    if approved is not None:
        check_same_text(approved, checksum, version=version)


def check_same_text(seen: str, kept: str, *, version: str) -> None:
    """Refuse to approve or to sign a text that is not the one that was submitted or seen.

    Raises:
        TextChanged: the two checksums differ.
    """
    if seen != kept:
        raise TextChanged(
            "The text of %(version)s is not the one that you have before you.", version=version
        )


def check_signs_for_partner(name: str, signatories: Collection[str], *, partner: str) -> None:
    """Refuse a name that is none of the partner's signatories.

    Raises:
        NotASignatory: as said.
    """
    if not any(is_same_person(name, known) for known in signatories):
        raise NotASignatory(
            "“%(name)s” is no signatory of %(partner)s; add them to its contacts first.",
            name=name,
            partner=partner,
        )


def check_signs_for_one_side(
    *,
    by: int | None,
    name: str,
    host: Collection[int | None],
    loaded_by: str,
    loader: int | None,
    version: str,
) -> None:
    """Refuse a consent of who has loaded, submitted or approved the text, and acts for it since.

    ``by`` is the user who consents and ``name`` their user name; ``host`` are the two who have
    submitted and approved it. ``loader`` is as for ``check_may_approve``.

    Raises:
        SecondPersonNeeded: as said.
    """
    is_loader = by is not None and by == loader
    if is_loader or by in host or is_same_person(name, loaded_by):
        raise SecondPersonNeeded(
            "Who loaded, submitted or approved %(version)s does not sign it for the partner.",
            version=version,
        )


def check_other_recorded(
    name: str,
    others: Iterable[str],
    *,
    number: int,
    numbers: Collection[int | None],
    version: str,
) -> None:
    """Refuse that the same person sees to both signatures of a version.

    ``name`` and ``number`` are those of the account that records a signature, or consents;
    ``others`` and ``numbers`` of who did so for the other side. A number, where it is known, is the
    same under another user name.

    Raises:
        SecondPersonNeeded: as said.
    """
    if number in numbers or any(is_same_person(name, other) for other in others):
        raise SecondPersonNeeded(
            "Another person than who saw to the other signature of %(version)s has to do this one.",
            version=version,
        )


def check_not_before(moments: Iterable[datetime | None], *, at: datetime, version: str) -> None:
    """Refuse a record that is dated before one that it follows.

    Raises:
        SignedOutOfOrder: as said.
    """
    last = max((moment for moment in moments if moment is not None), default=None)
    if last is not None and at < last:
        raise SignedOutOfOrder(
            "The last record of %(version)s is of %(moment)s UTC; a new one cannot be older.",
            version=version,
            moment=last,
        )


def is_same_person(one: str, other: str) -> bool:
    """Whether two names or user names are the same to a reader.

    The form of letters (NFKC), cases, blanks, punctuation and the order of words do not count:
    “Keller, Ann-Marie” is “ann marie KELLER”. What this cannot see, ADR 0067 says.
    """
    return bool(_spellings(one) & _spellings(other))


def _spellings(name: str) -> set[tuple[str, ...]]:
    """A name with punctuation between its words, in one word, or as typed if it is nothing else."""
    plain = normalize("NFKC", normalize("NFKC", name).casefold())
    parted = "".join(sign if _is_of_a_word(sign) else " " for sign in plain)
    joined = "".join(sign for sign in plain if _is_of_a_word(sign) or sign.isspace())
    words = [tuple(sorted(text.split())) for text in (parted, joined)]
    return {*words, ("".join(parted.split()),)} if parted.strip() else {(plain.strip(),)}


def _is_of_a_word(sign: str) -> bool:
    """Letters, digits, and the marks that stand on them."""
    return category(sign)[0] in "LNM"
