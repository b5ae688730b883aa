"""The settings of a badge as a form, and a form as settings. Plain Python."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairgate.readable import is_readable
from partner_badge.presenter import CARD, LAYOUTS, SINGLE, STRIP, Gettext, Settings

ALL, CHOSEN = "all", "chosen"
LONGEST = 120


class SettingsRefused(ValueError):
    """The author's settings cannot be stored: a sentence says why, of one ``field`` if named."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


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
            "name_missing": _("Give the badge a name."),
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
        raise SettingsRefused(_("Choose a layout: strip, cards or single."), field="layout")
    if which not in (ALL, CHOSEN):
        sentence = _("Choose which partners are shown: all in force, or only some.")
        raise SettingsRefused(sentence, field="which")
    name = _checked_text(data, "display_name", _("Name in the outline"), gettext)
    if not name:
        raise SettingsRefused(_("Give the badge a name."), field="display_name")
    return Settings(
        display_name=name,
        heading=_checked_text(data, "heading", _("Heading"), gettext),
        layout=layout,
        partners=()
        if which == ALL
        else _checked_partners(data.get("partners"), {*known, *saved.partners}, gettext),
    )


def _checked_text(data: Mapping[Any, Any], field: str, name: str, gettext: Gettext) -> str:
    value = data.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or not is_readable(value):
        sentence = gettext("{field} is one line of text.").format(field=name)
        raise SettingsRefused(sentence, field=field)
    if len(value) > LONGEST:
        sentence = gettext("{field} is at most {count} characters long.")
        raise SettingsRefused(sentence.format(field=name, count=LONGEST), field=field)
    return value.strip()


def _checked_partners(value: Any, allowed: Collection[str], gettext: Gettext) -> tuple[str, ...]:
    def refused(sentence: str) -> SettingsRefused:
        return SettingsRefused(sentence, field="partners")

    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise refused(gettext("The partners did not arrive as a list."))
    if not value:
        raise refused(gettext("Tick at least one partner, or choose “All in force”."))
    for code in value:
        if code not in allowed:
            sentence = gettext("“{partner}” is not a partner of this course.")
            raise refused(sentence.format(partner=code))
    return tuple(dict.fromkeys(value))
