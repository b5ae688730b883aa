"""What shows on a course, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fairgate.languages import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPicture:
    """The approved picture of a partner, as it is served by this site.

    A path answers while an agreement in force shows the mark; those of what was issued stay.
    ``light`` and ``dark`` are paths on this site for light and dark backgrounds; ``dark`` is empty
    where the one for light backgrounds serves both. ``alternative`` says in the reader's language
    what is seen. ``width`` and ``height`` are in pixels of CSS. ``sha256`` (hex) is that of the
    file that was approved. ``mail`` and ``paper`` are paths of PNG files of the one for light
    backgrounds, with twice and three times as many pixels as ``width`` and ``height`` say, for
    what shows no SVG. ``usage_rules`` is what the partner says about its use, or empty; it stands
    with the picture wherever that shows. The two languages are those of the texts, as HTML names
    them; they are empty where there is no text, where rules are in two languages (those of the
    picture for light backgrounds and others for dark ones), and in what was kept before.
    """

    light: str
    dark: str
    alternative: str
    width: int
    height: int
    sha256: str
    mail: str = ""
    paper: str = ""
    usage_rules: str = ""
    alternative_language: str = ""
    usage_rules_language: str = ""

    @property
    def alternative_direction(self) -> str:
        """``rtl`` or ``ltr``; ``auto`` without a language."""
        return _direction(self.alternative_language)

    @property
    def usage_rules_direction(self) -> str:
        """``rtl`` or ``ltr``; ``auto`` without a language."""
        return _direction(self.usage_rules_language)


def _direction(tag: str) -> str:
    return Language(tag=tag).direction if tag else "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A partner's mark on one course, with all that has to stand next to it.

    ``role`` is a ``Role`` as a stable word, ``role_label`` the same for people. ``statement`` is
    the "no endorsement" sentence, which is rendered with every mark. ``valid_until`` is the last
    UTC day on which the mark shows if nothing else happens; ``None`` means open-ended. While no
    ``picture`` is approved, the name stands alone. ``language`` is that of the sentence, as HTML
    names it; it is empty in what was kept before it was told.
    """

    partner: str
    name: str
    role: str
    role_label: str
    url: str
    statement: str
    agreement: str
    version: int
    valid_until: date | None
    picture: MarkPicture | None = None
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One mark on one course, as it shows at the moment of asking."""

    course_key: str
    mark: Mark
