"""The life of an application: who may do what in which state, and where it leads.

One table; everything that changes a state asks it. An approved application goes to the waiting
list (``WAITLIST``) when its seat is asked for and there is no money or room, and comes back
(``RESUME``) with an offer, or when the place is given up. ``appealed`` tells that the application
has been refused once and is looked at by another person: then silence and a withdrawal lead back to
the refusal, which stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy.data import ApplicationState, Award, Reduction, RefusalCode
from waiver_policy.exceptions import ApplicationClosed, InvalidReview, OutOfTurn, ReviewFault

S = ApplicationState

OPEN_STATES = (S.SUBMITTED, S.APPEALED, S.PROPOSED, S.MORE_INFORMATION)
"""What stands in the reviewers' queue; the last one waits for the learner."""


class Actor(StrEnum):
    """Who takes a step."""

    LEARNER = "learner"
    REVIEWER = "reviewer"
    CLOCK = "clock"


class Action(StrEnum):
    """A step in the life of an application; stored, never renamed."""

    SUBMIT = "submit"
    ASK = "ask"
    ANSWER = "answer"
    PROPOSE = "propose"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    REFUSE = "refuse"
    WAITLIST = "waitlist"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    APPEAL = "appeal"
    EXPIRE = "expire"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True)
class Move:
    """Who takes a step, from where, and where it leads; ``after_appeal`` once it was appealed."""

    actor: Actor
    sources: frozenset[ApplicationState]
    target: ApplicationState
    after_appeal: ApplicationState | None = None


def _move(
    actor: Actor, *sources: ApplicationState, to: ApplicationState,
    after_appeal: ApplicationState | None = None,
) -> Move:  # fmt: skip
    return Move(actor, frozenset(sources), to, after_appeal)


MOVES: Mapping[Action, Move] = {
    Action.ASK: _move(Actor.REVIEWER, S.SUBMITTED, S.APPEALED, to=S.MORE_INFORMATION),
    Action.ANSWER: _move(
        Actor.LEARNER, S.MORE_INFORMATION, to=S.SUBMITTED, after_appeal=S.APPEALED
    ),
    Action.PROPOSE: _move(
        Actor.REVIEWER, S.SUBMITTED, S.MORE_INFORMATION, S.APPEALED, to=S.PROPOSED
    ),
    Action.CONFIRM: _move(Actor.REVIEWER, S.PROPOSED, to=S.APPROVED),
    Action.SEND_BACK: _move(
        Actor.REVIEWER, S.PROPOSED, to=S.SUBMITTED, after_appeal=S.APPEALED
    ),
    Action.APPROVE: _move(
        Actor.REVIEWER, S.SUBMITTED, S.MORE_INFORMATION, S.APPEALED, to=S.APPROVED
    ),
    Action.REFUSE: _move(
        Actor.REVIEWER, S.SUBMITTED, S.MORE_INFORMATION, S.PROPOSED, S.APPEALED, to=S.REFUSED
    ),
    Action.WAITLIST: _move(Actor.CLOCK, S.APPROVED, to=S.WAITLISTED),
    Action.RESUME: _move(Actor.CLOCK, S.WAITLISTED, to=S.APPROVED),
    Action.WITHDRAW: _move(
        Actor.LEARNER, *OPEN_STATES, to=S.WITHDRAWN, after_appeal=S.REFUSED
    ),
    Action.APPEAL: _move(Actor.LEARNER, S.REFUSED, to=S.APPEALED),
    Action.EXPIRE: _move(Actor.CLOCK, S.MORE_INFORMATION, to=S.EXPIRED, after_appeal=S.REFUSED),
    Action.LAPSE: _move(Actor.CLOCK, S.APPROVED, to=S.EXPIRED),
}  # fmt: skip

DECISIONS = frozenset(
    {Action.PROPOSE, Action.CONFIRM, Action.SEND_BACK, Action.APPROVE, Action.REFUSE}
)
"""Steps that judge: who took one before an appeal does not decide about the appeal."""

_OUT_OF_TURN = {
    Action.ASK: "The learner was asked already and has not answered yet.",
    Action.ANSWER: "Nothing is asked about this application now.",
    Action.APPEAL: "Only a refusal can be appealed, and only once.",
    Action.SEND_BACK: "Nobody has proposed to approve this application.",
}


def may(action: Action, state: str, *, appealed: bool) -> bool:
    """Whether the step leads on from this state."""
    if action is Action.APPEAL and appealed:
        return False
    return state in MOVES[action].sources


def next_state(action: Action, state: str, *, appealed: bool) -> ApplicationState:
    """Where a step leads.

    Raises:
        ApplicationClosed: the application has come to its end.
        OutOfTurn: it is open, and this is not the step that comes now.
    """
    move = MOVES[action]
    if may(action, state, appealed=appealed):
        return move.after_appeal if appealed and move.after_appeal else move.target
    if state not in OPEN_STATES and action is not Action.APPEAL:
        raise ApplicationClosed(f"This application is {state} already.")
    said = _OUT_OF_TURN.get(action, f"An application that is {state} does not come to that.")
    raise OutOfTurn(said)


def check_reason(words: str, *, code: str | None = None) -> None:
    """A refusal has a code of the fixed list; ``other``, and everything else, has words too.

    Raises:
        InvalidReview: one of them is missing.
    """
    if code is not None and code not in set(RefusalCode):
        raise InvalidReview(ReviewFault.UNKNOWN_CODE)
    if (code is None or code == RefusalCode.OTHER) and not words.strip():
        raise InvalidReview(ReviewFault.NO_REASON)


def needs_second(award: Award, worth: Sequence[Money], limits: Mapping[str, Money]) -> bool:
    """Whether the waived amount takes two people.

    ``worth`` are the prices and the cost of a seat of the offering, as far as they are known;
    ``limits`` one amount per currency, above which two people decide. Where there is a limit and
    the amount is not known in any of its currencies, two people decide.
    """
    return waives_much(Reduction((award,)), worth, limits)


def waives_much(reduction: Reduction, worth: Sequence[Money], limits: Mapping[str, Money]) -> bool:
    """The same for what is taken off a price by any number of steps."""
    if not limits:
        return False
    waived = [
        reduction.of_cost(cost, price)
        for cost in worth
        for price in worth
        if cost.currency in limits and reduction.applies_to(price)
    ]
    return not waived or any(limits[one.currency] < one for one in waived)


def check_award(
    award: Award | None, worth: Sequence[Money], *, price: Money | None = None
) -> Award:
    """What a reviewer grants takes something off the price of the offering.

    ``worth`` as for ``needs_second``; ``price`` is what this person would be asked, if known.

    Raises:
        InvalidReview: nothing is granted, or a price that is no lower than what is asked, or in a
            currency in which the offering is not sold.
    """
    if award is None or award == Percent(0):
        raise InvalidReview(ReviewFault.NO_PERCENT)
    if isinstance(award, Money):
        known = [one for one in worth if one.currency == award.currency]
        if price is not None and price.currency == award.currency:
            known = [price]
        helps = any(award < one for one in known)
        if award.minor < 0 or (worth and not helps):
            raise InvalidReview(ReviewFault.PRICE_OF_NO_USE)
    return award


def last_day(starts: date, days: int) -> date:
    """The last day of a time of so many days after a day."""
    return starts + timedelta(days=days)


def first_day_after(starts: date, days: int) -> date:
    """The first day after a time of so many days: on it, it is too late."""
    return starts + timedelta(days=days + 1)
