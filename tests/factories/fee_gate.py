"""Courses, learners and a fee_payments to ask, each as small as it can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from fairgate.money import Money
from fee_gate.rules import Node
from fee_payments import wording
from fee_payments.data import (
    Breakdown,
    EntitlementSummary,
    Learner,
    OfferingSummary,
    PayerClass,
    PriceSummary,
    Quote,
)
from fee_payments.exceptions import NotOnSale, PaymentsError, UnknownOffering

COURSE = "course-v1:ATC+SPECTRUM101+2026_T4"
FEE = "spectrum-online"
EXAM = "spectrum-exam"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAYER, LEARNER, AUTHOR = 7, 8, 9


def key(block_type: str, name: str) -> str:
    """The usage key of a block of the course."""
    return f"block-v1:ATC+SPECTRUM101+2026_T4+type@{block_type}+block@{name}"


def html(name: str) -> Node:
    return Node(usage_key=key("html", name), block_type="html")


def gate(name: str = "gate", *, fee: str = FEE, scope: str = "unit") -> Node:
    return Node(usage_key=key("fee_gate", name), block_type="fee_gate", fee=fee, scope=scope)


def unit(name: str, *children: Node) -> Node:
    return Node(usage_key=key("vertical", name), block_type="vertical", children=children)


def subsection(name: str, *children: Node) -> Node:
    return Node(usage_key=key("sequential", name), block_type="sequential", children=children)


def section(name: str, *children: Node) -> Node:
    return Node(usage_key=key("chapter", name), block_type="chapter", children=children)


def course(*children: Node) -> Node:
    return Node(usage_key=key("course", "course"), block_type="course", children=children)


def marker_course(*, scope: str = "subsection", fee: str = FEE) -> Node:
    """A free introduction, a gate, and what it closes: the course of every platform test."""
    return course(
        section(
            "C1",
            subsection(
                "S1",
                unit("V1", html("intro"), gate(fee=fee, scope=scope), html("secret")),
                unit("V2", html("secret-2")),
            ),
            subsection("S2", unit("V3", html("later"))),
        ),
        section("C2", subsection("S3", unit("V4", html("last")))),
    )


def offering(
    code: str = FEE,
    *,
    title: str = "Spectrum management",
    on_sale_until: date | None = None,
    waivable: bool = True,
) -> OfferingSummary:
    price = PriceSummary(
        id=1,
        payer_class=PayerClass.INDIVIDUAL,
        amount=Money("120.00", "USD"),
        valid_from=date(2026, 1, 1),
        valid_until=None,
    )
    return OfferingSummary(
        code=code,
        title=title,
        course_key=COURSE,
        kind="course_run",
        delivery="online",
        place="",
        starts_on=None,
        on_sale_from=None,
        on_sale_until=on_sale_until,
        seats_left=None,
        waivable=waivable,
        full_seat_cost=None,
        prices=(price,),
    )


@dataclass
class Payments:
    """Answers what ``fee_payments.api`` would, from what a test gives it, and counts the asking."""

    offerings: dict[str, OfferingSummary] = field(
        default_factory=lambda: {FEE: offering(), EXAM: offering(EXAM, title="Final examination")}
    )
    entitled: dict[int, frozenset[str]] = field(default_factory=dict)
    rights: tuple[EntitlementSummary, ...] = ()
    outcome: str = "refused"
    waived: Money = field(default_factory=lambda: Money("0.00", "USD"))
    failure: Exception | None = None
    entitlement_failure: Exception | None = None
    asked: int = 0
    ended: str = ""
    ended_failure: Exception | None = None

    def entitled_offerings(self, user_id: int, *, at: datetime) -> frozenset[str]:
        self.asked += 1
        if failure := self.failure or self.entitlement_failure:
            raise failure
        return self.entitled.get(user_id, frozenset())

    def list_offerings(self, course_key: str | None = None) -> tuple[OfferingSummary, ...]:
        if self.failure:
            raise self.failure
        offerings = self.offerings.values()
        return tuple(one for one in offerings if course_key in (None, one.course_key))

    def author_page_url(self, course_key: str) -> str:
        return f"/fairgate/fees/author/{course_key}/"

    def list_entitlements(self, user_id: int, course_key: str) -> tuple[EntitlementSummary, ...]:
        if self.failure:
            raise self.failure
        return self.rights

    def offering(self, code: str) -> OfferingSummary:
        if code not in self.offerings:
            raise UnknownOffering(f"There is no fee “{code}”.")
        return self.offerings[code]

    def account_page_url(self) -> str:
        return "/account/settings"

    def fee_page_url(self, code: str) -> str:
        return f"/fairgate/fees/{code}/"

    def seat_code_page_url(self, code: str) -> str:
        return f"/fairgate/fees/{code}/seat-code/"

    def refusal_note(self, refused: PaymentsError) -> str:
        return wording.in_words(refused)

    def ended_note(self, user_id: int, code: str, *, at: datetime) -> str:
        if self.ended_failure:
            raise self.ended_failure
        return self.ended

    def learner_for(self, user_id: int, *, request: Any = None) -> Learner:
        return Learner(user_id=user_id, country="CH")

    def quote(self, learner: Learner, code: str, *, at: datetime) -> Quote:
        found = self.offering(code)
        if not found.is_on_sale(at.date()):
            raise NotOnSale(found.title, at.date())
        price = found.prices[0].amount
        due = price - self.waived
        zero = Money.zero(price.currency)
        return Quote(
            offering=found,
            price_id=1,
            breakdown=Breakdown(list_price=price, waived=self.waived, net=due, tax=zero, total=due),
            waiver=SimpleNamespace(outcome=self.outcome),
            tax_rule=None,
            explanation=("Switzerland is on none of the lists.",),
            advice=("If you think this is wrong, apply.",),
            quoted_at=at,
            expires_at=at,
            entitled=False,
            country="CH",
        )


@dataclass
class Platform:
    """The platform's stand-in for these tests: published outlines, and who is staff."""

    outlines: dict[str, Any] = field(default_factory=dict)
    staff: frozenset[int] = frozenset({AUTHOR})
    beta_testers: frozenset[int] = frozenset()
    switched_off: frozenset[str] = frozenset()
    languages: dict[str, str] = field(default_factory=dict)

    def course_outline(self, course_key: str) -> Node:
        return self.outlines[course_key]

    def has_course(self, course_key: str) -> bool:
        return course_key in self.outlines

    def course_language(self, course_key: str) -> str:
        return self.languages.get(course_key, "")

    def is_course_staff(self, user_id: int, course_key: str) -> bool:
        return user_id in self.staff

    def course_may_have_gate(self, course_key: str) -> bool:
        return course_key in self.outlines and _has_gate(self.outlines[course_key])

    def is_beta_tester(self, user_id: int, course_key: str) -> bool:
        return user_id in self.beta_testers

    def is_enforced(self, course_key: str) -> bool:
        return course_key not in self.switched_off

    def may_edit(self, user_id: int, usage_key: str) -> bool:
        return user_id in self.staff


def _has_gate(block: Node) -> bool:
    return block.block_type == "fee_gate" or any(_has_gate(one) for one in block.children)
