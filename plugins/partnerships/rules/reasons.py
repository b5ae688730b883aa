"""What somebody says with a step, for the record. Pure."""

from __future__ import annotations

from partnerships.exceptions import PartnershipsError

#: Characters that are kept of a reason.
LONGEST_REASON = 255


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
