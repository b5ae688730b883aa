"""Turns marks and settings into pages, and a form into settings. Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from fairgate.readable import is_readable

Gettext = Callable[[str], str]

STRIP, CARD, SINGLE = "strip", "card", "single"
LAYOUTS = (STRIP, CARD, SINGLE)
ALL, CHOSEN = "all", "chosen"
LONGEST = 120


class MarkLike(Protocol):
    """What is read of a ``partnerships.data.Mark``."""

    @property
    def partner(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role_label(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def statement(self) -> str: ...
    @property
    def valid_until(self) -> date | None: ...


class SettingsRefused(ValueError):
    """The author's settings cannot be stored; the text says why, as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the author set. ``partners`` are codes; empty means all in force."""

    display_name: str
    heading: str
    layout: str
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPartner:
    """One partner with all roles on the course, and the sentence that stands with the mark.

    ``until`` is the last UTC day of the first of its agreements to end; ``None`` is open-ended.
    """

    code: str
    name: str
    roles: tuple[str, ...]
    url: str
    statement: str
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What a learner sees."""

    heading: str
    layout: str
    partners: tuple[ShownPartner, ...]
    new_tab: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorPage:
    """What an author sees: sentences, who shows now and at the start, and the badge itself."""

    title: str
    notes: tuple[str, ...]
    now_title: str
    now: tuple[str, ...]
    start_title: str
    start: tuple[str, ...]
    preview_title: str
    badge: Badge | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of the form."""

    value: str
    label: str
    help: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioForm:
    """The settings form with its words."""

    display_name: str
    heading: str
    layouts: tuple[Choice, ...]
    which: tuple[Choice, ...]
    partners: tuple[Choice, ...]
    words: Mapping[str, str]
    longest: int = LONGEST


def shown(marks: Iterable[MarkLike], *, settings: Settings) -> tuple[ShownPartner, ...]:
    """The partners of a badge: those chosen, each once with all roles; one only if "single"."""
    by_partner: dict[str, list[MarkLike]] = {}
    for mark in marks:
        if not settings.partners or mark.partner in settings.partners:
            by_partner.setdefault(mark.partner, []).append(mark)
    if settings.partners:  # the author's order
        by_partner = {code: by_partner[code] for code in settings.partners if code in by_partner}
    found = tuple(_shown_partner(its) for its in by_partner.values())
    return found[:1] if settings.layout == SINGLE else found


def _shown_partner(marks: Sequence[MarkLike]) -> ShownPartner:
    first, ends = marks[0], [mark.valid_until for mark in marks if mark.valid_until]
    return ShownPartner(
        code=first.partner,
        name=first.name,
        roles=tuple(dict.fromkeys(mark.role_label for mark in marks)),
        url=first.url,
        statement=first.statement,
        until=min(ends) if ends else None,
    )


def badge(marks: Iterable[MarkLike], *, settings: Settings, gettext: Gettext) -> Badge | None:
    """What learners see, or ``None``: then there is no box, no heading, nothing."""
    partners = shown(marks, settings=settings)
    if not partners:
        return None
    heading = settings.heading.strip() or gettext("In partnership with")
    layout = settings.layout if settings.layout in LAYOUTS else STRIP
    # A unit is often drawn in an iframe, where another site has no place.
    new_tab = gettext("(opens in a new tab)")
    return Badge(heading=heading, layout=layout, partners=partners, new_tab=new_tab)


def author(
    now: Sequence[MarkLike],
    at_start: Sequence[MarkLike],
    *,
    start: datetime | None,
    known: Collection[str],
    settings: Settings,
    gettext: Gettext,
) -> AuthorPage:
    """What shows now and until when, what shows when the course starts, and what is amiss."""
    notes = [
        gettext("“{partner}” is chosen but has no agreement for this course.").format(partner=code)
        for code in settings.partners
        if code not in known
    ]
    drawn = badge(now, settings=settings, gettext=gettext)
    if drawn is None:
        notes.append(
            gettext("Learners see nothing here now: no agreement is in force for this course.")
            if not settings.partners
            else gettext(
                "Learners see nothing here now: no chosen partner’s agreement is in force."
            )
        )
    return AuthorPage(
        title=settings.display_name or gettext("Partners"),
        notes=tuple(notes),
        now_title=gettext("Shown now") if drawn else "",
        now=_lines(now, settings=settings, gettext=gettext),
        start_title=_start_title(start, gettext=gettext),
        start=_lines(at_start, settings=settings, gettext=gettext)
        or ((gettext("Nobody, as agreements stand today."),) if start else ()),
        preview_title=gettext("What learners see") if drawn else "",
        badge=drawn,
    )


def author_without_answer(why: str, *, settings: Settings, gettext: Gettext) -> AuthorPage:
    """The author's page when nobody can say which partners there are."""
    return AuthorPage(
        title=settings.display_name or gettext("Partners"),
        notes=(why,),
        now_title="",
        now=(),
        start_title="",
        start=(),
        preview_title="",
        badge=None,
    )


def why_unknown(*, in_course: bool, is_installed: bool, gettext: Gettext) -> str:
    """Why there is no answer, as a sentence for an author."""
    if not in_course:
        return gettext("Partners belong to a course run. Here, outside a course, nothing is shown.")
    if not is_installed:
        return gettext(
            "The partnerships app is not installed on this site, so learners see nothing here. "
            "Ask the operator of the site to install it."
        )
    return gettext(
        "The partners cannot be read at the moment. Learners see nothing here meanwhile."
    )


def _start_title(start: datetime | None, *, gettext: Gettext) -> str:
    if start is None:
        return ""
    return gettext("Shown when the course starts, {day} (UTC)").format(day=f"{start:%Y-%m-%d}")


def _lines(marks: Sequence[MarkLike], *, settings: Settings, gettext: Gettext) -> tuple[str, ...]:
    return tuple(_line(one, gettext=gettext) for one in shown(marks, settings=settings))


def _line(partner: ShownPartner, *, gettext: Gettext) -> str:
    roles = ", ".join(partner.roles)
    if partner.until is None:
        return gettext("{partner} ({roles}), open-ended").format(partner=partner.name, roles=roles)
    return gettext("{partner} ({roles}), until the end of {day} UTC").format(
        partner=partner.name, roles=roles, day=partner.until.isoformat()
    )


def studio_form(
    settings: Settings, partners: Sequence[tuple[str, str]], *, note: str, gettext: Gettext
) -> StudioForm:
    """The form. ``partners`` are code and name; ``note`` says why there are none to choose from."""
    _ = gettext
    labels = {
        STRIP: (_("Strip"), _("Names in one line, for the head or foot of a unit.")),
        CARD: (_("Cards"), _("A card for each partner.")),
        SINGLE: (_("Single"), _("One partner, large: the first that is in force.")),
    }
    which = CHOSEN if settings.partners else ALL
    return StudioForm(
        display_name=settings.display_name,
        heading=settings.heading,
        layouts=tuple(
            Choice(
                value=one,
                label=labels[one][0],
                help=labels[one][1],
                is_chosen=one == settings.layout,
            )
            for one in LAYOUTS
        ),
        which=(
            Choice(
                value=ALL,
                label=_("All in force"),
                help=_("Every partner whose agreement for this course is in force at that moment."),
                is_chosen=which == ALL,
            ),
            Choice(
                value=CHOSEN,
                label=_("Only these, while in force"),
                help=_("Only the partners ticked below, each while its agreement is in force."),
                is_chosen=which == CHOSEN,
            ),
        ),
        partners=_partner_choices(settings, partners, gettext=gettext),
        words={
            "display_name": _("Name in the outline"),
            "heading": _("Heading"),
            "heading_help": _(
                "Stands above the partners. Leave it empty for “In partnership with”."
            ),
            "layout": _("Layout"),
            "which": _("Partners"),
            "partners": _("Partners to choose from"),
            "note": note or ("" if partners else _("No agreement names this course yet.")),
            "save": _("Save"),
            "cancel": _("Cancel"),
            "failed": _("The settings could not be saved. Check the connection and try again."),
        },
    )


def _partner_choices(
    settings: Settings, partners: Sequence[tuple[str, str]], *, gettext: Gettext
) -> tuple[Choice, ...]:
    named = dict(partners)
    gone = gettext("no agreement for this course")
    return tuple(
        Choice(
            value=code,
            label=named.get(code, code),
            help="" if code in named else gone,
            is_chosen=code in settings.partners,
        )
        # What was chosen stays on the form, also when its agreement is gone.
        for code in dict.fromkeys([*named, *settings.partners])
    )


def checked(data: Any, *, known: Collection[str], saved: Settings, gettext: Gettext) -> Settings:
    """The settings in a form.

    Raises:
        SettingsRefused: with the sentence for the author.
    """
    _ = gettext
    if not isinstance(data, Mapping):
        raise SettingsRefused(_("The settings did not arrive as a form."))
    layout, which = data.get("layout"), data.get("which")
    if layout not in LAYOUTS:
        raise SettingsRefused(_("Choose a layout: strip, cards or single."))
    if which not in (ALL, CHOSEN):
        raise SettingsRefused(_("Choose which partners are shown: all in force, or only some."))
    name = _checked_text(data.get("display_name"), _("Name in the outline"), gettext)
    if not name:
        raise SettingsRefused(_("Give the badge a name."))
    return Settings(
        display_name=name,
        heading=_checked_text(data.get("heading"), _("Heading"), gettext),
        layout=layout,
        partners=()
        if which == ALL
        else _checked_partners(data.get("partners"), {*known, *saved.partners}, gettext),
    )


def _checked_text(value: Any, name: str, gettext: Gettext) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not is_readable(value):
        raise SettingsRefused(gettext("{field} is one line of text.").format(field=name))
    if len(value) > LONGEST:
        raise SettingsRefused(
            gettext("{field} is at most {count} characters long.").format(field=name, count=LONGEST)
        )
    return value.strip()


def _checked_partners(value: Any, allowed: Collection[str], gettext: Gettext) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise SettingsRefused(gettext("The partners did not arrive as a list."))
    if not value:
        raise SettingsRefused(gettext("Tick at least one partner, or choose “All in force”."))
    for code in value:
        if code not in allowed:
            raise SettingsRefused(
                gettext("“{partner}” is not a partner of this course.").format(partner=code)
            )
    return tuple(dict.fromkeys(value))
