"""What somebody says with a step, for the record. Pure."""

from __future__ import annotations

from partnerships.exceptions import PartnershipsError

#: Characters that are kept of a reason, of notes, and of where the evidence is.
LONGEST_REASON = 255
LONGEST_NOTES = 1_000
LONGEST_EVIDENCE = 500


def kept_reason(text: str, refused: type[PartnershipsError]) -> str:
    """What is kept of a reason: all of it, without the blanks around it.

    Raises:
        refused: it has more than 255 characters; half a reason may say the opposite.
    """
    said = text.strip()
    if len(said) > LONGEST_REASON:
        raise refused(
            "A reason has at most %(limit)s characters; this one has %(length)s.",
            limit=LONGEST_REASON,
            length=len(said),
        )
    return said


def kept_notes(text: str, refused: type[PartnershipsError]) -> str:
    """What is kept of notes: all of them, as of a reason.

    Raises:
        refused: they have more than 1,000 characters.
    """
    said = text.strip()
    if len(said) > LONGEST_NOTES:
        raise refused(
            "Notes have at most %(limit)s characters; these have %(length)s.",
            limit=LONGEST_NOTES,
            length=len(said),
        )
    return said


def kept_evidence(text: str, refused: type[PartnershipsError]) -> str:
    """What is kept of where evidence is: all of it, as of a reason.

    Raises:
        refused: it has more than 500 characters.
    """
    said = text.strip()
    if len(said) > LONGEST_EVIDENCE:
        raise refused(
            "Where the evidence is takes at most %(limit)s characters; this has %(length)s.",
            limit=LONGEST_EVIDENCE,
            length=len(said),
        )
    return said
