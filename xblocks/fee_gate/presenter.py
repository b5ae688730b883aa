"""What the gate says, in words: values in, texts out. Knows neither Django nor XBlock.

``gettext`` is the translator of whoever asks (the block's i18n service, or Django's). The
templates write the texts and nothing else; they escape every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from fairgate.money import Money
from fee_gate.data import Advice, FeeChoice, GateReport, Paywall, PaywallState

Gettext = Callable[[str], str]


class NGettext(Protocol):
    """The translator of sentences with a number."""

    def __call__(self, singular: str, plural: str, number: int, /) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way on; the first of a page is the one most people take."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaywallPage:
    """The paywall's texts. ``lines`` are the price, line by line: what, how much."""

    heading: str
    lead: str
    teaser: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    explanation: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorPage:
    """The gate's texts in Studio: what it does now, and what is wrong with it."""

    heading: str
    fee: str
    prices: str
    scope: str
    blocks: str
    teaser: str
    advice: tuple[str, ...]


def paywall(paywall: Paywall, *, teaser: str, gettext: Gettext) -> PaywallPage:
    """What a learner sees where the free part ends; nothing where gates are switched off."""
    return _PAGES[paywall.state](paywall, teaser, gettext)


def settled_note(gettext: Gettext) -> str:
    """One quiet line for who may go on."""
    return gettext("You have access to what follows.")


def denied_message(gettext: Gettext) -> str:
    """One sentence for the places of the platform that show no paywall (outlines, apps)."""
    return gettext("A fee opens this unit.")


def scope_names(gettext: Gettext) -> Mapping[str, str]:
    """The scopes by name, narrow to wide."""
    return {
        "unit": gettext("The rest of this unit"),
        "subsection": gettext("The rest of this subsection"),
        "section": gettext("The rest of this section"),
        "course": gettext("The rest of the course"),
    }


def fee_name(fee: FeeChoice) -> str:
    """A fee in a list for authors: its title and its prices."""
    prices = ", ".join(str(price) for price in fee.list_prices)
    return f"{fee.title} ({prices})" if prices else fee.title


def author(
    report: GateReport,
    *,
    display_name: str,
    scope: str,
    teaser: str,
    gettext: Gettext,
    ngettext: NGettext,
) -> AuthorPage:
    """What an author sees in Studio."""
    counted = ngettext(
        "{number} block is closed by this gate in the published course.",
        "{number} blocks are closed by this gate in the published course.",
        report.blocks,
    )
    prices = report.fee.list_prices if report.fee else ()
    return AuthorPage(
        heading=display_name,
        fee=report.fee.title if report.fee else gettext("No fee"),
        prices=" · ".join(str(price) for price in prices),
        scope=scope_names(gettext).get(scope, scope),
        blocks=counted.format(number=report.blocks),
        teaser=teaser,
        advice=advice_sentences(report.advice, gettext=gettext),
    )


def advice_sentences(advice: tuple[Advice, ...], *, gettext: Gettext) -> tuple[str, ...]:
    """What is wrong with a gate, and what its author can do about it."""
    sentences = {
        Advice.NO_FEE: gettext(
            "No fee is chosen. Once published, what follows is closed to everybody. Choose a fee."
        ),
        Advice.UNKNOWN_FEE: gettext(
            "This course has no such fee. What follows is closed to everybody who has not "
            "settled it before. Choose a fee of this course."
        ),
        Advice.NOT_ON_SALE: gettext(
            "The fee is not on sale today, so nobody can settle it. Ask who keeps the price list."
        ),
        Advice.UNKNOWN_SCOPE: gettext(
            "The reach of this gate is not known here, so it closes the rest of the course. "
            "Choose what it closes."
        ),
        Advice.NOTHING_FOLLOWS: gettext(
            "Nothing follows this gate, so it closes nothing. Move it up, or widen its reach."
        ),
        Advice.INSIDE_ANOTHER: gettext(
            "This gate stands behind another one. Learners need both fees for what follows."
        ),
        Advice.FEES_UNREADABLE: gettext("The fees of this course cannot be read now. Try later."),
    }
    return tuple(sentences[one] for one in advice)


def author_words(gettext: Gettext) -> dict[str, str]:
    """The labels of Studio's preview."""
    return {"fee": gettext("Fee"), "closes": gettext("What it closes")}


def form_words(gettext: Gettext) -> dict[str, str]:
    """The labels of the settings form."""
    return {
        "display_name": gettext("Name"),
        "fee": gettext("Fee"),
        "fee_help": gettext("The fees of this course. Who keeps the price list can add one."),
        "scope": gettext("What it closes"),
        "teaser": gettext("Teaser"),
        "teaser_help": gettext("A few words about what follows, for those who have not paid yet."),
        "save": gettext("Save"),
        "cancel": gettext("Cancel"),
        "failed": gettext("Your changes were not saved. Please try again."),
    }


def amounts(prices: tuple[Money, ...], gettext: Gettext) -> str:
    """Prices in several currencies as one text."""
    return gettext(" or ").join(str(price) for price in prices)


def _to_pay(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    return PaywallPage(
        heading=paywall.title,
        lead=gettext("A fee opens what follows."),
        teaser=teaser,
        lines=_price_lines(paywall, gettext),
        explanation=paywall.explanation,
        links=_links(gettext("Pay {total}").format(total=paywall.total), paywall, gettext),
    )


def _waived(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    return PaywallPage(
        heading=paywall.title,
        lead=gettext("The fee for what follows is waived for you. You pay nothing."),
        teaser=teaser,
        lines=_price_lines(paywall, gettext),
        explanation=paywall.explanation,
        links=_links(gettext("Take your waived place"), paywall, gettext),
    )


def _country_missing(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    links = _links(gettext("Tell us your country"), paywall, gettext)
    pay = gettext("Pay {total}").format(total=paywall.total)
    return PaywallPage(
        heading=paywall.title,
        lead=gettext(
            "A fee opens what follows. Tell us your country to see whether it is waived for you."
        ),
        teaser=teaser,
        lines=_price_lines(paywall, gettext),
        explanation=paywall.explanation,
        links=links + tuple(Link(label=pay, url=link.url) for link in links[:1]),
    )


def _anonymous(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    price = amounts(paywall.list_prices, gettext)
    return PaywallPage(
        heading=paywall.title,
        lead=gettext("A fee opens what follows. Sign in to see your own price."),
        teaser=teaser,
        lines=((gettext("List price"), price),) if price else (),
        links=_links(gettext("See the fee"), paywall, gettext),
    )


def _unavailable(_paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    return PaywallPage(
        heading=gettext("This part is closed"),
        lead=gettext(
            "A fee opens what follows, and it is not on sale now. Please ask the course team."
        ),
        teaser=teaser,
    )


def _undecided(_paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    return PaywallPage(
        heading=gettext("This part stays closed for now"),
        lead=gettext(
            "We cannot see at the moment whether you have access. Nothing is lost: please load "
            "this page again in a few minutes."
        ),
        teaser=teaser,
    )


def _settled(_paywall: Paywall, _teaser: str, gettext: Gettext) -> PaywallPage:
    return PaywallPage(heading="", lead=settled_note(gettext))


_PAGES: Mapping[PaywallState, Callable[[Paywall, str, Gettext], PaywallPage]] = {
    PaywallState.SETTLED: _settled,
    PaywallState.TO_PAY: _to_pay,
    PaywallState.WAIVED: _waived,
    PaywallState.COUNTRY_MISSING: _country_missing,
    PaywallState.ANONYMOUS: _anonymous,
    PaywallState.UNAVAILABLE: _unavailable,
    PaywallState.UNDECIDED: _undecided,
}


def _price_lines(paywall: Paywall, gettext: Gettext) -> tuple[tuple[str, str], ...]:
    lines = []
    if paywall.waived or paywall.tax:
        lines.append((gettext("List price"), str(paywall.list_price)))
    if paywall.waived:
        lines.append((gettext("Waived for you"), f"\N{MINUS SIGN}{paywall.waived}"))
    if paywall.tax:
        lines.append((gettext("Tax"), str(paywall.tax)))
    return (*lines, (gettext("Your price"), str(paywall.total)))


def _links(first: str, paywall: Paywall, gettext: Gettext) -> tuple[Link, ...]:
    if not paywall.url:
        return ()
    links = [Link(label=first, url=paywall.url)]
    if paywall.can_apply:
        links.append(Link(label=gettext("Apply for a waiver"), url=f"{paywall.url}#fee-why"))
    return tuple(links)
