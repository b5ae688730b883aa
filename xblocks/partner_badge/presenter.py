"""Turns marks and settings into pages. Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from fairgate.languages import Language

Gettext = Callable[[str], str]

STRIP, CARD, SINGLE = "strip", "card", "single"
LAYOUTS = (STRIP, CARD, SINGLE)

#: A partner's code and what it says about the use of its mark.
RulesOf = tuple[str, str]


class PictureLike(Protocol):
    """What is read of a ``partnerships.data.MarkPicture``."""

    @property
    def light(self) -> str: ...
    @property
    def dark(self) -> str: ...
    @property
    def alternative(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def usage_rules(self) -> str: ...
    @property
    def alternative_language(self) -> str: ...
    @property
    def usage_rules_language(self) -> str: ...


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
    @property
    def picture(self) -> PictureLike | None: ...
    @property
    def language(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A text; its language and direction too where the page around it is in another one."""

    text: str
    lang: str = ""
    dir: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a mark and what is seen on it."""

    light: str
    dark: str
    alternative: Spoken
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a partner says about the use of its mark, and the title that this has on a page.

    ``at`` is the id of the same rules where the page shows them already.
    """

    title: str
    text: Spoken
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the author set. ``partners`` are codes; empty means all in force."""

    display_name: str
    heading: str
    layout: str
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPartner:
    """One partner with all roles on the course, and the sentence and rules that go with the mark.

    ``until`` is the last UTC day of the first of its agreements to end; ``None`` is open-ended.
    """

    code: str
    name: str
    roles: tuple[str, ...]
    url: str
    statement: Spoken
    until: date | None
    picture: Picture | None = None
    rules: Rules | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InBrief:
    """What stands once for all partners of a badge that would be too long: a sentence and a link.

    ``url`` is a page on which the rules for the use of every mark are.
    """

    statement: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What a learner sees."""

    heading: str
    layout: str
    partners: tuple[ShownPartner, ...]
    new_tab: str
    #: The level of its heading in the page's outline.
    level: int = 2
    #: Whether sentence and rules stand once for all, and what then does.
    is_brief: bool = False
    in_brief: InBrief | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A partner of the course who does not show, by one version, and the sentences that say why."""

    code: str
    name: str
    agreement: str
    version: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who shows, or does not and why."""

    text: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A list under its title."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What shows on a course at a moment, and who has a role on it but does not show."""

    marks: Sequence[MarkLike]
    absent: Sequence[Absent]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorPage:
    """What an author sees: sentences, who shows now and at the start, and the badge itself."""

    title: str
    notes: tuple[str, ...]
    lists: tuple[Lines, ...] = ()
    preview_title: str = ""
    badge: Badge | None = None


def shown(
    marks: Iterable[MarkLike], *, settings: Settings, gettext: Gettext, language: str = ""
) -> tuple[ShownPartner, ...]:
    """The partners of a badge: those chosen, each once with all roles; one only if "single".

    ``language`` is that of the page, by the platform's code; "" is none that anybody knows.
    """
    by_partner: dict[str, list[MarkLike]] = {}
    for mark in marks:
        if not settings.partners or mark.partner in settings.partners:
            by_partner.setdefault(mark.partner, []).append(mark)
    if settings.partners:  # the author's order
        by_partner = {code: by_partner[code] for code in settings.partners if code in by_partner}
    found = tuple(
        _shown_partner(its, gettext=gettext, language=language) for its in by_partner.values()
    )
    return found[:1] if settings.layout == SINGLE else found


def _shown_partner(marks: Sequence[MarkLike], *, gettext: Gettext, language: str) -> ShownPartner:
    first, ends = marks[0], [mark.valid_until for mark in marks if mark.valid_until]
    return ShownPartner(
        code=first.partner,
        name=first.name,
        roles=tuple(dict.fromkeys(mark.role_label for mark in marks)),
        url=first.url,
        statement=_spoken(first.statement, first.language, page=language),
        until=min(ends) if ends else None,
        picture=_picture(first.picture, page=language) if first.picture else None,
        rules=_rules(first, gettext=gettext, page=language),
    )


def _picture(picture: PictureLike, *, page: str) -> Picture:
    return Picture(
        light=picture.light,
        dark=picture.dark,
        alternative=_spoken(picture.alternative, picture.alternative_language, page=page),
        width=picture.width,
        height=picture.height,
    )


def _rules(mark: MarkLike, *, gettext: Gettext, page: str) -> Rules | None:
    if mark.picture is None or not mark.picture.usage_rules:
        return None
    title = gettext("How the mark of {partner} may be used").format(partner=mark.name)
    spoken_in = mark.picture.usage_rules_language
    return Rules(title=title, text=_spoken(mark.picture.usage_rules, spoken_in, page=page))


def _spoken(text: str, tag: str, *, page: str) -> Spoken:
    if not tag or _without_country(tag) == _without_country(page):
        return Spoken(text=text)
    return Spoken(text=text, lang=tag, dir=Language(tag=tag).direction)


def _without_country(code: str) -> str:
    """The language of a code, without its country or script."""
    return code.replace("_", "-").partition("-")[0].lower()


def badge(
    marks: Iterable[MarkLike],
    *,
    settings: Settings,
    gettext: Gettext,
    language: str = "",
    level: int = 2,
    in_brief: InBrief | None = None,
) -> Badge | None:
    """What learners see, or ``None``: then there is no box, no heading, nothing."""
    partners = shown(marks, settings=settings, gettext=gettext, language=language)
    if not partners:
        return None
    heading = settings.heading.strip() or gettext("In partnership with")
    layout = settings.layout if settings.layout in LAYOUTS else STRIP
    # A unit is often drawn in an iframe, where another site has no place.
    new_tab = gettext("(opens in a new tab)")
    return Badge(
        heading=heading,
        layout=layout,
        partners=partners,
        new_tab=new_tab,
        level=level,
        in_brief=in_brief,
    )


def strip(
    marks: Iterable[MarkLike],
    *,
    gettext: Gettext,
    language: str = "",
    heading: str = "",
    level: int = 2,
    in_brief: InBrief | None = None,
) -> Badge | None:
    """All partners in a strip, for a page that no author has arranged."""
    settings = Settings(display_name="", heading=heading, layout=STRIP, partners=())
    return badge(
        marks,
        settings=settings,
        gettext=gettext,
        language=language,
        level=level,
        in_brief=in_brief,
    )


def in_brief(statement: str, *, url: str, gettext: Gettext) -> InBrief:
    """The sentence for all partners at once, and the page with the rules for all their marks."""
    return InBrief(statement=statement, title=gettext("How these marks may be used"), url=url)


def said_once(page: Badge, *, said: Mapping[RulesOf, str]) -> Badge:
    """A badge whose rules lead to where the page shows the same ones already.

    ``said`` tells the id of those, by what ``rules_of`` says of a partner.
    """
    partners = tuple(
        replace(one, rules=replace(one.rules, at=said[rules_of(one)]))
        if one.rules and rules_of(one) in said
        else one
        for one in page.partners
    )
    return replace(page, partners=partners)


def rules_of(partner: ShownPartner) -> RulesOf:
    """Whose rules they are, and what they say."""
    return partner.code, partner.rules.text.text if partner.rules else ""


def author(
    now: Moment,
    at_start: Moment | None,
    *,
    start: datetime | None,
    has_started: bool,
    settings: Settings,
    gettext: Gettext,
    language: str = "",
    in_brief: InBrief | None = None,
) -> AuthorPage:
    """What shows now and until when, what at the course's start, and why a partner does not.

    ``at_start`` is ``None`` where nobody knows when the course starts.
    """
    drawn = badge(
        now.marks, settings=settings, gettext=gettext, language=language, in_brief=in_brief
    )
    title = gettext("Shown now")
    lists = [_lines(title, now, settings=settings, gettext=gettext)] if drawn else []
    lists += _not_shown(now, settings=settings, gettext=gettext)
    if start is not None and at_start is not None:
        title = _start_title(start, has_started=has_started, gettext=gettext)
        found = _lines(title, at_start, settings=settings, gettext=gettext)
        nobody = Line(text=gettext("Nobody, as agreements stand today."))
        lists.append(found if found.lines else Lines(title=title, lines=(nobody,)))
    return AuthorPage(
        title=settings.display_name or gettext("Partners"),
        notes=_notes(now, is_shown=drawn is not None, settings=settings, gettext=gettext),
        lists=tuple(lists),
        preview_title=gettext("What learners see") if drawn else "",
        badge=drawn,
    )


def _notes(now: Moment, *, is_shown: bool, settings: Settings, gettext: Gettext) -> tuple[str, ...]:
    known = {mark.partner for mark in now.marks} | {one.code for one in now.absent}
    notes = [
        gettext("“{partner}” is chosen but has no agreement for this course.").format(partner=code)
        for code in settings.partners
        if code not in known
    ]
    if not is_shown:
        notes.append(
            gettext("Learners see nothing here now: no agreement is in force for this course.")
            if not settings.partners
            else gettext(
                "Learners see nothing here now: no chosen partner’s agreement is in force."
            )
        )
    return tuple(notes)


def _not_shown(now: Moment, *, settings: Settings, gettext: Gettext) -> list[Lines]:
    """The partners that would show here if nothing were in the way, with what is."""
    wanted = [one for one in now.absent if not settings.partners or one.code in settings.partners]
    if not wanted:
        return []
    text = gettext("{partner} (agreement {agreement}, version {version})")
    lines = tuple(
        Line(
            text=text.format(partner=one.name, agreement=one.agreement, version=one.version),
            why=one.why,
        )
        for one in wanted
    )
    return [Lines(title=gettext("Not shown now, and why"), lines=lines)]


def author_without_answer(why: str, *, settings: Settings, gettext: Gettext) -> AuthorPage:
    """The author's page when nobody can say which partners there are."""
    return AuthorPage(title=settings.display_name or gettext("Partners"), notes=(why,))


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


def _start_title(start: datetime, *, has_started: bool, gettext: Gettext) -> str:
    text = (
        gettext("Shown when the course started, {day} (UTC)")
        if has_started
        else gettext("Shown when the course starts, {day} (UTC)")
    )
    return text.format(day=f"{start:%Y-%m-%d}")


def _lines(title: str, moment: Moment, *, settings: Settings, gettext: Gettext) -> Lines:
    found = shown(moment.marks, settings=settings, gettext=gettext)
    lines = tuple(Line(text=_line(one, gettext=gettext)) for one in found)
    return Lines(title=title, lines=lines)


def _line(partner: ShownPartner, *, gettext: Gettext) -> str:
    roles = ", ".join(partner.roles)
    if partner.until is None:
        return gettext("{partner} ({roles}), open-ended").format(partner=partner.name, roles=roles)
    return gettext("{partner} ({roles}), until the end of {day} UTC").format(
        partner=partner.name, roles=roles, day=partner.until.isoformat()
    )
