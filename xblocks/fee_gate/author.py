"""What an author of a gate sees and may set: report, form, and the check of what is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fairgate.readable import is_readable
from fee_gate import client, compat, keys, presenter, rules
from fee_gate.data import (
    Advice,
    Cover,
    Extent,
    FeeChoice,
    GateReport,
    GateTable,
    Paywall,
    PaywallState,
    Reach,
)
from fee_gate.presenter import Gettext

if TYPE_CHECKING:
    from fee_gate.block import FeeGateXBlock

FIELDS = ("display_name", "fee", "scope", "teaser")
_LONGEST = {"display_name": 255, "fee": 64, "scope": 16, "teaser": 1000}


class Refused(Exception):
    """What was sent cannot be stored: the text says why, ``field`` where ("" for no one field)."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def report(gate: FeeGateXBlock, *, at: datetime) -> GateReport:
    """What the gate closes now and after the next publish, and what is wrong with it."""
    seen = _Gate(gate, at=at)
    return GateReport(
        fee=seen.fee,
        now=_extent(seen.published) if seen.table.is_readable else None,
        later=_extent(seen.draft) if seen.draft and seen.changes else None,
        is_other_fee_now=seen.changes and seen.asked_now not in {None, seen.asked},
        paywall=seen.paywall,
        advice=seen.advice,
    )


def _extent(reach: Reach) -> Extent:
    return rules.extent([keys.block_type(usage_key) for usage_key in reach.blocks])


def advice(gate: FeeGateXBlock, *, at: datetime) -> tuple[Advice, ...]:
    """What is wrong with the gate, worst first."""
    return _Gate(gate, at=at).advice


def form(gate: FeeGateXBlock, *, at: datetime, gettext: Gettext) -> dict[str, Any]:
    """The settings form's values, choices and texts.

    Without ``fees`` there is nothing to choose: ``no_fees`` says why, and the fee stays as it is.
    """
    seen = _Gate(gate, at=at)
    fees = [
        _option(fee.code, presenter.choice_name(fee, gettext), chosen=gate.fee)
        | {"prices": presenter.prices(fee)}
        for fee in seen.fees or ()
    ]
    if fees and not seen.fee:
        # An empty value, so that it cannot be sent: whoever saves has to choose.
        blank = gettext("Unknown fee “{code}”").format(code=gate.fee)
        name = blank if gate.fee else gettext("Choose a fee")
        fees.insert(0, _option("", name, chosen="") | {"prices": ""})
    return {
        "id": "fee-gate",
        "words": presenter.form_words(gettext),
        "display_name": gate.display_name,
        "teaser": gate.teaser,
        "fee": gate.fee,
        "fees": fees,
        "fees_url": "" if gate.is_in_library else client.author_page_url(gate.course_text),
        "no_fees": presenter.no_fees(
            is_in_library=gate.is_in_library, is_known=seen.fees is not None, gettext=gettext
        ),
        "scopes": [
            _option(value, name, chosen=gate.scope)
            for value, name in presenter.scope_names(gettext).items()
        ],
    }


def checked(gate: FeeGateXBlock, data: Any, *, at: datetime, gettext: Gettext) -> Mapping[str, str]:
    """The settings that were sent, if they can be stored.

    Raises:
        Refused: a setting is missing, unknown, too long, or not one of its choices.
    """
    settings = _texts(data, gettext)
    if not settings["display_name"]:
        raise Refused(gettext("Give the gate a name."), field="display_name")
    if settings["scope"] not in rules.SCOPES:
        raise Refused(gettext("Choose what the gate closes."), field="scope")
    fees = _Gate(gate, at=at).fees
    if fees is None:
        raise Refused(gettext("The fees of this course cannot be read now. Try later."))
    # Where there is nothing to choose, in a library too, the rest can be set and the fee stays.
    allowed = {fee.code for fee in fees} or {gate.fee}
    if settings["fee"] not in allowed:
        raise Refused(gettext("Choose a fee of this course."), field="fee")
    return settings


@dataclass(frozen=True)
class _Gate:
    """What is known of a gate at one moment; every question is asked once, when it comes up."""

    gate: FeeGateXBlock
    at: datetime

    @cached_property
    def fees(self) -> tuple[FeeChoice, ...] | None:
        """The course's fees, none in a library, or ``None`` if they cannot be read."""
        if self.gate.is_in_library:
            return ()
        try:
            return client.fee_choices(self.gate.course_text, at=self.at)
        except client.Undecidable:
            return None

    @cached_property
    def fee(self) -> FeeChoice | None:
        return next((fee for fee in self.fees or () if fee.code == self.gate.fee), None)

    @cached_property
    def asked(self) -> str:
        """The fee as the next count of the course takes it: "" if it is not one of the course."""
        return self.fee.code if self.fee else ""

    @cached_property
    def ancestors(self) -> list[Any]:
        """The blocks the gate stands in, nearest first; none in a library, or without a tree."""
        if self.gate.is_in_library:
            return []
        found, step = [], self.gate.get_parent()
        while step is not None:
            found.append(step)
            step = step.get_parent()
        return found

    @cached_property
    def table(self) -> GateTable:
        from fee_gate import selectors  # its tables need Django's apps, loading a block does not

        return selectors.gate_table(self.gate.course_text)

    @cached_property
    def published(self) -> Reach:
        return rules.reach(self.table.covers, self.gate.usage_text)

    @cached_property
    def draft(self) -> Reach | None:
        """What the gate closes once the draft is published; ``None`` without a tree."""
        if not self.ancestors:
            return None
        covers = _draft_covers(self.ancestors[-1], self.gate.course_text)
        return rules.reach(covers, self.gate.usage_text)

    @cached_property
    def asked_now(self) -> str | None:
        """The fee that opens what is closed now; "" is nobody's, ``None`` if nothing is closed."""
        now = self.published.fee
        return "" if now and now not in {fee.code for fee in self.fees or ()} else now

    @cached_property
    def changes(self) -> bool:
        """Whether the next publish changes what the gate closes, or for whom."""
        if self.draft is None or self.fees is None or not self.table.is_readable:
            return False
        if self.draft.blocks != self.published.blocks:
            return True
        return bool(self.draft.blocks) and self.asked_now != self.asked

    @cached_property
    def paywall(self) -> Paywall:
        """What a learner meets who has no waiver; nothing leads on from it."""
        if self.fees is None:
            return Paywall(state=PaywallState.UNDECIDED)
        if self.fee is None:
            return Paywall(state=PaywallState.UNAVAILABLE)
        if not self.fee.is_on_sale or not self.fee.list_prices:
            return Paywall(state=PaywallState.UNAVAILABLE, title=self.fee.title, seat_code_url="#")
        price = self.fee.list_prices[0]
        return Paywall(
            state=PaywallState.TO_PAY,
            title=self.fee.title,
            list_prices=self.fee.list_prices,
            list_price=price,
            total=price,
            url="#",
            apply_url="#",
            seat_code_url="#",
        )

    @cached_property
    def advice(self) -> tuple[Advice, ...]:
        found = [Advice.IN_LIBRARY if self.gate.is_in_library else self._fee_advice()]
        if self.gate.scope not in rules.SCOPES:
            found.append(Advice.UNKNOWN_SCOPE)
        found += self._place_advice()
        return tuple(one for one in found if one)

    def _fee_advice(self) -> Advice | None:
        if not self.gate.fee:
            return Advice.NO_FEE
        if self.fees is None:
            return Advice.FEES_UNREADABLE
        if self.fee is None:
            return Advice.UNKNOWN_FEE
        return None if self.fee.is_on_sale else Advice.NOT_ON_SALE

    def _place_advice(self) -> Iterator[Advice]:
        here = self.draft or self.published
        if self.draft and not _extent(self.draft).blocks:
            yield Advice.NOTHING_FOLLOWS
        if here.before:
            yield Advice.INSIDE_ANOTHER
        if any(step.scope_ids.block_type in rules.SELECTIONS for step in self.ancestors):
            yield Advice.IN_SELECTION
        if any(map(compat.is_for_some_only, self._inside_reach())):
            yield Advice.SEEN_BY_SOME

    def _inside_reach(self) -> list[Any]:
        """The gate, and what it stands in that ends before its reach does."""
        types = [step.scope_ids.block_type for step in reversed(self.ancestors)]
        if not types:
            return []
        steps = len(types) - 1 - rules.boundary(types, self.gate.scope)
        return [self.gate, *self.ancestors[:steps]]


def _draft_covers(root: Any, course: str) -> Mapping[str, tuple[Cover, ...]]:
    """What the gates of the draft cover. Read once per request, for all gates of a page."""
    memory = compat.request_memory()
    known: Mapping[str, tuple[Cover, ...]] | None = memory.get(f"draft:{course}")
    if known is None:
        outline = compat.draft_outline(root) or draft_outline(root)
        known = memory[f"draft:{course}"] = rules.covered(outline)
    return known


def draft_outline(block: Any) -> rules.Node:
    """The tree under a block, as its author sees it, for runtimes that are not the platform's.

    Only gates and what can hold blocks are loaded: of everything else the key says enough, and a
    large course has ten times as many of them.
    """
    usage_id, block_type = block.scope_ids.usage_id, block.scope_ids.block_type
    is_gate = block_type == rules.GATE
    children: tuple[rules.Node, ...] = ()
    if getattr(block, "has_children", False):
        loaded = {
            child.scope_ids.usage_id: child
            for child in block.get_children(lambda key: _is_worth_loading(block.runtime, key))
        }
        children = tuple(
            draft_outline(loaded[key]) if key in loaded else _leaf(key) for key in block.children
        )
    return rules.Node(
        usage_key=keys.usage_text(usage_id),
        block_type=block_type,
        fee=str(block.fee or "") if is_gate else "",
        scope=str(block.scope or "") if is_gate else "unit",
        children=children,
    )


def _leaf(key: Any) -> rules.Node:
    return rules.Node(usage_key=keys.usage_text(key), block_type=key.block_type)


def _is_worth_loading(runtime: Any, key: Any) -> bool:
    return key.block_type == rules.GATE or bool(
        getattr(runtime.load_block_type(key.block_type), "has_children", False)
    )


def _texts(data: Any, gettext: Gettext) -> dict[str, str]:
    if not isinstance(data, dict) or sorted(data) != sorted(FIELDS):
        raise Refused(gettext("Send the name, the fee, what it closes and the teaser."))
    labels = presenter.form_words(gettext)
    for name, value in data.items():
        if not _is_text(value, has_lines=name == "teaser"):
            sentence = gettext("“{name}” is not a text.")
        elif len(value) > _LONGEST[name]:
            sentence = gettext("“{name}” is too long.")
        else:
            continue
        raise Refused(sentence.format(name=labels[name]), field=name)
    return {name: value.strip() for name, value in data.items()}


def _is_text(value: Any, *, has_lines: bool) -> bool:
    """Whether people can read it: no control signs, no half characters, lines only if allowed."""
    return isinstance(value, str) and is_readable(value, allowed="\t\r\n" if has_lines else "")


def _option(value: str, name: str, *, chosen: str) -> dict[str, Any]:
    return {"value": value, "name": name, "is_chosen": value == chosen}
