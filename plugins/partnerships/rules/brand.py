"""What is decided about pictures of marks: sizes, texts, states. Pure, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fairgate.readable import is_readable, turns_writing
from partnerships.data import LANGUAGES, BrandState, Texts
from partnerships.exceptions import PictureTextRefused

#: In pixels of CSS: no mark is shown larger, whatever its file says.
WIDEST, HIGHEST = 320, 96
#: How many pixels a picture for paper has for each pixel of CSS.
PAPER_SCALE = 3
LONGEST_ALTERNATIVE = 250
#: They stand with the mark wherever it shows, also on a certificate and in a mail: a few sentences.
LONGEST_RULES = 300
LONGEST_SENTENCE = 500


def shown_size(width: float, height: float, *, may_grow: bool) -> tuple[int, int]:
    """Width and height at which a mark is shown, in its proportions, whole and at least 1.

    A picture made of pixels is not enlarged (``may_grow``): it would look soft.
    """
    scale = min(WIDEST / width, HIGHEST / height)
    if not may_grow:
        scale = min(scale, 1)
    return max(1, round(width * scale)), max(1, round(height * scale))


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text of ``spoken_in``."""
    return spoken_in(texts, language)[1]


def spoken_in(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """The text for a reader, and before it its language.

    In the reader's language, else in English, else the first of ``LANGUAGES``; both are "" if there
    is no text at all. ``language`` is a code of the platform (``zh-hans``, ``es-419``).
    """
    asked = language.replace("_", "-").partition("-")[0].lower()
    order = (asked, "en", *LANGUAGES)
    return next(((code, texts[code]) for code in order if texts.get(code)), ("", ""))


def checked_texts(
    texts: Mapping[str, str], *, at_most: int, one_line: bool, needed: bool
) -> dict[str, str]:
    """Texts by language as they are kept: trimmed, without the empty ones.

    Raises:
        PictureTextRefused: of an unknown language, too long, not readable, or none where one is
            needed.
    """
    for code in texts:
        if code not in LANGUAGES:
            raise PictureTextRefused(
                "“%(code)s” is none of: %(known)s.", code=code, known=", ".join(LANGUAGES)
            )
    kept = {code: texts[code].strip() for code in LANGUAGES if texts.get(code, "").strip()}
    for code, text in kept.items():
        if len(text) > at_most:
            raise PictureTextRefused(
                "The text in “%(code)s” has %(length)s characters; at most %(limit)s are taken.",
                code=code,
                length=len(text),
                limit=at_most,
            )
        if not is_readable(text, allowed="" if one_line else "\r\n") or turns_writing(text):
            raise PictureTextRefused("The text in “%(code)s” has control characters.", code=code)
    if needed and not kept:
        raise PictureTextRefused("Say in at least one language what is seen.")
    return kept


def checked_sentence(sentence: str, *, needed: bool) -> str:
    """A sentence that goes with a decision, trimmed.

    Raises:
        PictureTextRefused: it is missing where one is needed, too long or not readable.
    """
    said = sentence.strip()
    if needed and not said:
        raise PictureTextRefused("Say why, in a sentence.")
    if len(said) > LONGEST_SENTENCE or not is_readable(said, allowed="\r\n"):
        raise PictureTextRefused(
            "A sentence has at most %(limit)s readable characters.", limit=LONGEST_SENTENCE
        )
    return said


def in_order(texts: Mapping[str, str]) -> Texts:
    """Texts by language, in the order of ``LANGUAGES``."""
    return tuple((code, texts[code]) for code in LANGUAGES if texts.get(code))


def state(
    *,
    decided_at: datetime | None,
    approved: bool,
    is_newest: bool,
    has_light: bool,
    withdrawn_at: datetime | None,
    at: datetime,
) -> BrandState:
    """Where a version stands at a moment.

    ``is_newest``: no later approval has replaced it. ``has_light``: a picture of the partner for
    light backgrounds counts, without which none shows.
    """
    if withdrawn_at is not None and withdrawn_at <= at:
        return BrandState.WITHDRAWN
    if decided_at is None or decided_at > at:
        return BrandState.WAITING
    if not approved:
        return BrandState.REFUSED
    if not is_newest:
        return BrandState.REPLACED
    return BrandState.SHOWN if has_light else BrandState.APPROVED
