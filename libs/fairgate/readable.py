"""Whether people can read all of a text that somebody typed or sent."""

from __future__ import annotations

import unicodedata

# Unicode: control, surrogate (half a character), end of line, end of paragraph.
_UNREADABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Embeddings, overrides and isolates. Marks that a script needs (U+200C to U+200F) are none of them.
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def is_readable(text: str, *, allowed: str = "") -> bool:
    """Whether no sign of a text controls something, breaks the line or is half a character.

    ``allowed`` are signs that may be there all the same. Marks of direction are letters here: some
    scripts are not written without them.
    """
    if text.isprintable():  # true of nearly every text, and nothing unreadable is printable
        return True
    return all(sign in allowed or unicodedata.category(sign) not in _UNREADABLE for sign in text)


def turns_writing(text: str) -> bool:
    """Whether a text is read in another order than it is kept, and may pull its neighbours along.

    Where somebody approves what they read, and others are shown it, it must not.
    """
    # None of them is printable, and nearly every text is.
    return not text.isprintable() and any(
        unicodedata.bidirectional(sign) in _TURNING for sign in text
    )


def is_seen(text: str) -> bool:
    """Whether a text has a sign that is seen, and not blanks and marks alone."""
    return any(sign.isprintable() and not sign.isspace() for sign in text)
