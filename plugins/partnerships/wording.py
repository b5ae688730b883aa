"""Words for people: standings, obstacles and percentages as sentences, translated when asked."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .data import (
    GROSS,
    NET_RECEIPTS,
    Identity,
    Kind,
    Obligation,
    Obstacle,
    Promises,
    PromiseState,
    ProposedChange,
    ProposedDiligence,
    RefusedBefore,
    Side,
    Standing,
)
from .models import KIND_LABELS, SIDE_LABELS

_STANDINGS = {
    Standing.DRAFT: _("Draft"),
    Standing.IN_REVIEW: _("In review"),
    Standing.SIGNED: _("Signed"),
    Standing.IN_FORCE: _("In force"),
    Standing.SUSPENDED: _("Suspended"),
    Standing.ENDED: _("Ended"),
}

#: The look of a note or tag (``fairgate.css``) for each standing.
TONES = {
    Standing.DRAFT: "",
    Standing.IN_REVIEW: "",
    Standing.SIGNED: "warn",
    Standing.IN_FORCE: "ok",
    Standing.SUSPENDED: "stop",
    Standing.ENDED: "",
}

_BASES = {
    NET_RECEIPTS: _("receipts less tax and the processor’s fee"),
    GROSS: _("receipts less tax"),
}

_OBSTACLES = {
    Obstacle.NOT_APPROVED: _("A second person has not approved the text."),
    Obstacle.HOST_HAS_NOT_SIGNED: _("The host has not signed."),
    Obstacle.PARTNER_HAS_NOT_SIGNED: _("The partner has not signed."),
    Obstacle.DUE_DILIGENCE_MISSING: _("No due diligence has been recorded for the partner."),
    Obstacle.DUE_DILIGENCE_REFUSED: _("The partner’s due diligence was refused."),
    Obstacle.DUE_DILIGENCE_EXPIRED: _("The partner’s due diligence has expired."),
    Obstacle.SUSPENDED: _("The agreement is suspended."),
    Obstacle.NOT_YET_VALID: _("Its first day has not come."),
    Obstacle.NO_LONGER_VALID: _("Its last day is past."),
}


def late(promises: Promises) -> list[str]:
    """What is late of what was promised, a sentence each."""
    duties = [
        _said(gettext("%(code)s was due on %(day)s: %(text)s"), one.obligation, due.due)
        for one in promises.obligations
        for due in one.due_dates
        if due.state is PromiseState.LATE
    ]
    gifts = [
        gettext("%(code)s was due on %(day)s: %(delivered)s of %(promised)s was delivered")
        % {
            "code": one.contribution.code,
            "day": one.contribution.due,
            "delivered": one.delivered,
            "promised": one.contribution.promised,
        }
        for one in promises.contributions
        if one.state is PromiseState.LATE
    ]
    outcomes = [
        gettext("%(code)s was to be reached by %(day)s: %(indicator)s")
        % {
            "code": one.outcome.code,
            "day": one.outcome.due,
            "indicator": one.outcome.indicator,
        }
        for one in promises.outcomes
        if one.state is PromiseState.LATE
    ]
    return [*duties, *gifts, *outcomes]


def _said(sentence: str, obligation: Obligation, due: date) -> str:
    return sentence % {"code": obligation.code, "day": due, "text": obligation.text}


def standing(of: Standing) -> str:
    """The name of a standing."""
    return str(_STANDINGS[of])


def obstacle(of: Obstacle) -> str:
    """Why a version is not in force, as a sentence."""
    return str(_OBSTACLES[of])


def proposed(diligence: ProposedDiligence) -> str:
    """That an accepted due diligence waits, as a sentence."""
    return gettext(
        "%(partner)s: that its due diligence is accepted until %(day)s waits for a second person."
    ) % {"partner": diligence.partner, "day": diligence.expires_on}


def proposed_change(change: ProposedChange) -> str:
    """That another identity of a partner waits, as a sentence."""
    return gettext("%(partner)s: that it changes waits for a second person. %(changes)s") % {
        "partner": change.partner,
        "changes": _changes(change),
    }


def _changes(change: ProposedChange) -> str:
    """What changes; what stays the same is not said."""
    pairs = (
        (gettext("legal name"), change.before.legal_name, change.after.legal_name),
        (gettext("name that is shown"), change.before.display_name, change.after.display_name),
        (gettext("kind"), _kind(change.before), _kind(change.after)),
        (gettext("website"), change.before.url or "–", change.after.url or "–"),
    )
    return "; ".join(f"{what}: {old} → {new}" for what, old, new in pairs if old != new)


def refused_before(refused: RefusedBefore) -> str:
    """That a file says what a person has refused, as a sentence."""
    what, day = refused.what, refused.refused_at.date()
    if isinstance(what, ProposedDiligence):
        return gettext(
            "%(partner)s: that its due diligence is accepted until %(until)s was refused on "
            "%(day)s and is not proposed again."
        ) % {"partner": what.partner, "until": what.expires_on, "day": day}
    return gettext(
        "%(partner)s: that it changes was refused on %(day)s and is not proposed again. %(changes)s"
    ) % {"partner": what.partner, "day": day, "changes": _changes(what)}


def _kind(of: Identity) -> str:
    return str(KIND_LABELS[Kind(of.kind)])


def side(of: str) -> str:
    """Who signed."""
    return str(SIDE_LABELS[Side(of)])


def basis(of: str) -> str:
    """What is shared of a receipt."""
    return str(_BASES[of])


def percent(weight: int, whole: int) -> str:
    """A part of the whole: “36 %” if it is exact to two decimals, else “≈ 33.33 %”."""
    exact = Fraction(weight * 100, whole)
    rounded = Fraction(round(exact * 100), 100)
    text = f"{float(rounded):.2f}".rstrip("0").rstrip(".")
    return f"{text} %" if rounded == exact else f"≈ {text} %"
