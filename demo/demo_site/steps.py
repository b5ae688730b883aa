"""The guided tour of the start page: what to try, as whom, on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try: be ``person`` on ``day`` (``None``: the first) and look at ``path``."""

    title: Any
    text: Any
    button: Any
    person: str
    path: str
    day: date | None = None
    shows_seat_code: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """A day on which something happens."""

    day: date
    title: Any
    text: Any


COURSE = "/courses/spectrum-management/"
BOOKS = "/fairgate/revenue/books/"

STEPS = (
    Step(
        title=_("A learner from a least developed country pays nothing"),
        text=_(
            "Amina works at the regulator in Uganda. The fee is shown, then waived, and the page "
            "says by which list and rule. She takes the seat; the fund pays the training centre."
        ),
        button=_("Be Amina"),
        person="amina",
        path=COURSE,
    ),
    Step(
        title=_("Another pays, and sees why"),
        text=_(
            "Lena lives in Switzerland. The page tells her that no waiver applies. She pays at "
            "the sandbox provider, returns to a receipt, and the units open."
        ),
        button=_("Be Lena"),
        person="lena",
        path=COURSE,
    ),
    Step(
        title=_("Somebody else has paid"),
        text=_(
            "Ruth’s institution bought seats and gave her a code. She types it once; the units "
            "open for her, and for nobody else who reads it."
        ),
        button=_("Be Ruth"),
        person="ruth",
        path="/fairgate/fees/spectrum-online/seat-code/",
        shows_seat_code=True,
    ),
    Step(
        title=_("A ministry buys seats, and pays by bank transfer"),
        text=_(
            "Wambui’s ministry has bought ten seats and gives them to its people. Another invoice "
            "of it is open: the bank has a file that pays it, and Inès imports that."
        ),
        button=_("Be Wambui"),
        person="wambui",
        path="/fairgate/fees/institutions/",
    ),
    Step(
        title=_("A country leaves the list at midnight"),
        text=_(
            "On 24 November 2026 Lao PDR leaves the list of least developed countries. Look at "
            "Bounmy’s fee the day before and on the day: the period of grace is written out."
        ),
        button=_("Be Bounmy on 24 November"),
        person="bounmy",
        path=COURSE,
        day=date(2026, 11, 24),
    ),
    Step(
        title=_("The partner sees its share, to the cent"),
        text=_(
            "October had four sales and one refund. Inès closes the month on 2 December; the "
            "statement is numbered and frozen, and the fund receives its part."
        ),
        button=_("Be Inès on 2 December"),
        person="ines",
        path=BOOKS,
        day=date(2026, 12, 2),
    ),
    Step(
        title=_("The badge follows the agreement"),
        text=_(
            "The partner’s mark is shown while a signed agreement is in force. The day after it "
            "ends the mark is gone, and nobody had to remember."
        ),
        button=_("Look on 1 October 2027"),
        person="lena",
        path=COURSE,
        day=date(2027, 10, 1),
    ),
    Step(
        title=_("Money for the fund takes two people"),
        text=_(
            "Inès proposes a gift to the waiver fund: an amount, a kind and a reason. Nothing "
            "moves yet. Then be Omar, choose her proposal in the list of manual credits, and "
            "confirm it."
        ),
        button=_("Be Inès, with a gift"),
        person="ines",
        path="/admin/waiver_policy/manualcredit/add/",
    ),
)

PRESETS = (
    Preset(date(2026, 11, 23), _("The story begins"), _("Lao PDR’s last day on the LDC list.")),
    Preset(
        date(2026, 11, 24),
        _("Three countries’ graduation date"),
        _("Lao PDR leaves the list; for Bangladesh and Nepal a later date has been asked for."),
    ),
    Preset(
        date(2026, 12, 2),
        _("October can be closed"),
        _("Thirty days after the last sale of October nothing is held back any more."),
    ),
    Preset(
        date(2027, 10, 1),
        _("The agreement has ended"),
        _("Its last day was 30 September 2027."),
    ),
)
