"""Whether people can read all of a text that somebody typed or sent."""

from __future__ import annotations

import unicodedata

# Unicode: control, surrogate (half a character), end of line, end of paragraph.
_UNREADABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def is_readable(text: str, *, allowed: str = "") -> bool:
    """Whether no sign of a text controls something, breaks the line or is half a character.

    ``allowed`` are signs that may be there all the same. Marks of direction are letters here: some
    scripts are not written without them.
    """
    if text.isprintable():  # true of nearly every text, and nothing unreadable is printable
        return True
    return all(sign in allowed or unicodedata.category(sign) not in _UNREADABLE for sign in text)
