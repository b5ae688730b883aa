"""The words of reports for people, in their language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from fairgate.payers import PayerClass
from partnerships import api as partnerships

from . import wording
from .data import CountryGroup, Dimension, Drill, EventKind, Measure, Part, Report, StepKind

_DIMENSIONS = {
    Dimension.MONTH: gettext_lazy("Receipts by month"),
    Dimension.COURSE: gettext_lazy("Receipts by course"),
    Dimension.COUNTRY_GROUP: gettext_lazy("Receipts by country group"),
    Dimension.PARTY: gettext_lazy("Shares by party"),
    Dimension.PAYER_CLASS: gettext_lazy("Receipts by class of payer"),
}
_KEYS = {
    Dimension.MONTH: gettext_lazy("Month"),
    Dimension.COURSE: gettext_lazy("Course"),
    Dimension.COUNTRY_GROUP: gettext_lazy("Country group"),
    Dimension.PARTY: gettext_lazy("Party"),
    Dimension.PAYER_CLASS: gettext_lazy("Class of payer"),
}
_GROUPS = {
    CountryGroup.LDC: gettext_lazy("Least developed countries (LDC)"),
    CountryGroup.SIDS: gettext_lazy("Small island developing States (SIDS)"),
    CountryGroup.BOTH: gettext_lazy("Both LDC and SIDS"),
    CountryGroup.OTHER: gettext_lazy("Other countries"),
    CountryGroup.UNKNOWN: gettext_lazy("Country not known"),
    CountryGroup.FEW: gettext_lazy("Not told apart"),
}
_PAYERS = {
    PayerClass.INDIVIDUAL: gettext_lazy("an individual"),
    PayerClass.MEMBER_STATE: gettext_lazy("a Member State"),
    PayerClass.SECTOR_MEMBER: gettext_lazy("a Sector Member"),
    PayerClass.ASSOCIATE: gettext_lazy("an Associate"),
    PayerClass.ACADEMIA: gettext_lazy("Academia"),
    PayerClass.PRIVATE: gettext_lazy("a private organisation"),
}
_MEASURES = {
    Measure.GROSS: pgettext_lazy("a sum of payments", "Paid by payers"),
    Measure.BACK: gettext_lazy("Went back"),
    Measure.TAX: gettext_lazy("Tax"),
    Measure.FEE: gettext_lazy("Processor’s fees"),
    Measure.SHARES: gettext_lazy("Shares"),
    Measure.COSTS: gettext_lazy("Fees borne"),
    Measure.ADJUSTED: gettext_lazy("Adjusted by hand"),
    Measure.DISPUTE_FEES: gettext_lazy("Fees of disputes"),
    Measure.RECOUPED: gettext_lazy("Recouped before the shares"),
    Measure.SEATS: gettext_lazy("Waived seats"),
    Measure.EARNED: gettext_lazy("Shares and adjustments"),
}
_STEPS = {
    StepKind.GROSS: gettext_lazy("Paid by payers (gross)"),
    StepKind.BACK: gettext_lazy("Went back: refunds and disputes"),
    StepKind.TAX: gettext_lazy("Tax"),
    StepKind.FEE: gettext_lazy("Processor’s fees"),
    StepKind.DISPUTE_FEE: gettext_lazy("Fees of disputes"),
    StepKind.NET: gettext_lazy("Net receipts, to be shared"),
    StepKind.UNALLOCATED: gettext_lazy("Not allocated"),
}
_MOVEMENTS = {
    "revenue": gettext_lazy("Received from revenue"),
    "donation": gettext_lazy("Received as donations"),
    "manual": gettext_lazy("Credited by two people"),
    "correction": gettext_lazy("Corrected by two people"),
    "clawback": gettext_lazy("Called back after refunds and disputes"),
    "reserved": gettext_lazy("Held for grants"),
    "released": gettext_lazy("No longer held: the seat was not taken"),
    "expired": gettext_lazy("No longer held: the grant expired"),
    "committed": gettext_lazy("Spent on seats that were taken"),
    "returned": gettext_lazy("Seats given back"),
}


def dimension(value: Dimension) -> Promise:
    """What a report has its rows by, as its name."""
    return _DIMENSIONS[value]


def heading(value: Dimension) -> Promise:
    """What stands above the first column."""
    return _KEYS[value]


def measure(value: Measure) -> Promise:
    """What a column holds."""
    return _MEASURES[value]


def amount_heading(report: Report) -> str:
    """What stands above the last column, which the others add up to."""
    return _("Together") if report.dimension is Dimension.PARTY else _("To be shared")


def movement(kind: str) -> Promise | str:
    """A movement of the fund; a kind that is new here is called as it is."""
    return _MOVEMENTS.get(kind, kind)


_POSTINGS = {
    "hold_cleared": gettext_lazy("No longer on hold"),
    "set_off": gettext_lazy("Set off by a close"),
    "payout": gettext_lazy("Payout"),
    "payout_bank": gettext_lazy("Payout"),
    "payout_returned": gettext_lazy("Payout that came back"),
    "payout_returned_bank": gettext_lazy("Payout that came back"),
}


def posting(kind: str) -> Promise | str:
    """What was posted: an event, a part of one, a movement of the fund, or a step of the books."""
    named: dict[str, Promise] = {
        **{one.value: wording.kind(one) for one in EventKind},
        **{one.value: wording.part(one) for one in Part},
        **_MOVEMENTS,
        **_POSTINGS,
    }
    return named.get(kind, kind)


def party(code: str) -> str:
    """The name of a party; "" is what no party has."""
    if not code:
        return _("Not allocated")
    try:
        return partnerships.party(code).name
    except LookupError:
        return code  # a share may go to somebody who is no partner


def step(kind: StepKind, code: str) -> str:
    """A step of a waterfall: what it is, or whose."""
    return party(code) if kind is StepKind.PARTY else str(_STEPS[kind])


def key(value: Dimension, text: str) -> str:
    """What a row is about."""
    if value is Dimension.PARTY:
        return party(text)
    if value is Dimension.MONTH:
        return _with_capital(wording.month(text))
    if value is Dimension.COUNTRY_GROUP:
        return str(_GROUPS[CountryGroup(text)])
    if value is Dimension.PAYER_CLASS:
        return _payer(text)
    return text


def _payer(text: str) -> str:
    if text not in set(PayerClass):
        return text or _("Not known")
    return _with_capital(str(_PAYERS[PayerClass(text)]))


def _with_capital(said: str) -> str:
    # At the beginning of a row; ``capitalize`` would lower the rest.
    return said[:1].upper() + said[1:]


def span(first: str, last: str) -> str:
    """Some months: one by its name, several from the first to the last."""
    names = {"first": wording.month(first), "last": wording.month(last)}
    return names["first"] if first == last else _("%(first)s to %(last)s") % names


def drilled(drill: Drill) -> str:
    """What a number of a report is, above the events that make it."""
    row = _("The whole report") if drill.key is None else key(drill.dimension, drill.key)
    if drill.measure is None:
        return row
    return f"{row} · {measure(drill.measure)}"
