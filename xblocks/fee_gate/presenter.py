"""What the gate says, in words: values in, texts out. Knows neither Django nor XBlock.

``gettext`` is the translator of whoever asks (the block's i18n service, or Django's). The
templates write the texts and nothing else; they escape every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from fairgate.languages import Language, isolated
from fairgate.money import Money
from fee_gate.data import Advice, Extent, FeeChoice, GateReport, Paywall, PaywallState

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
    """The paywall's texts. ``lines`` are the price, line by line: what, how much.

    ``names_course``: the heading is a name from the course, not ours. ``language`` is the course's.
    ``reason`` is the code of a refusal. ``further`` says that the part needs other fees, too.
    ``ended`` is what became of a right that the learner had; ``news`` what became of an
    application, ``said`` what the reviewer wrote.
    """

    heading: str
    lead: str
    names_course: bool = False
    language: Language | None = None
    reason: str = ""
    further: str = ""
    teaser: str = ""
    ended: str = ""
    news: str = ""
    said: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    why: str = ""
    explanation: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorPage:
    """The gate's texts in Studio: what it does now, what is wrong with it, what learners meet.

    ``preview`` is the paywall, and ``ways`` what its links are called: here they lead nowhere.
    """

    heading: str
    fee: str
    prices: str
    scope: str
    closed: tuple[str, ...]
    teaser: str
    advice: tuple[str, ...]
    preview: PaywallPage | None
    ways: tuple[str, ...] = ()
    language: Language | None = None


def paywall(
    paywall: Paywall,
    *,
    teaser: str,
    gettext: Gettext,
    ngettext: NGettext,
    language: Language | None = None,
) -> PaywallPage:
    """What a learner sees where the free part ends.

    There is no page for ``SWITCHED_OFF``: nothing is drawn then. ``language`` is the one of the
    course: of its names and of the teaser.
    """
    page = _PAGES[paywall.state](paywall, teaser, gettext)
    return replace(page, further=_further(paywall.further, ngettext), language=language)


def _further(names: tuple[str, ...], ngettext: NGettext) -> str:
    """That one fee is not enough; "" where it is."""
    if not names:
        return ""
    sentence = ngettext(
        "This part needs another fee as well: {fees}.",
        "This part needs other fees as well: {fees}.",
        len(names),
    )
    return sentence.format(fees=" · ".join(isolated(name) for name in names))


def settled_note(gettext: Gettext) -> str:
    """One quiet line for who may go on."""
    return gettext("You have access to what follows.")


def exempt_note(gettext: Gettext) -> str:
    """One quiet line for who may go on because no fee is asked of them: course staff, mostly."""
    return gettext("You have access to what follows. Learners meet a fee here.")


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


def prices(fee: FeeChoice) -> str:
    """The prices of a fee alone, one per currency; a line breaks between them only."""
    return " · ".join(str(price).replace(" ", "\N{NO-BREAK SPACE}") for price in fee.list_prices)


def choice_name(fee: FeeChoice, gettext: Gettext) -> str:
    """A fee in the form: as ``fee_name``, and whether anybody can settle it today."""
    if fee.is_on_sale:
        return fee_name(fee)
    return gettext("{fee}, not on sale today").format(fee=fee_name(fee))


def no_fees(*, is_in_library: bool, is_known: bool, gettext: Gettext) -> str:
    """Why a form has no fee to choose."""
    if is_in_library:
        return gettext("A library has no fees. Choose the fee in each course that uses this gate.")
    if not is_known:
        return gettext("The fees of this course cannot be read now. Try later.")
    return gettext("This course has no fees yet. Ask who keeps the price list to add one.")


def author(
    report: GateReport,
    *,
    display_name: str,
    fee: str,
    scope: str,
    teaser: str,
    gettext: Gettext,
    ngettext: NGettext,
    language: Language | None = None,
) -> AuthorPage:
    """What an author sees in Studio."""
    preview = None
    if not report.is_in_library:
        preview = paywall(
            report.paywall,
            teaser=teaser,
            gettext=gettext,
            ngettext=ngettext,
            language=language,
        )
    return AuthorPage(
        heading=display_name,
        fee=report.fee.title if report.fee else _no_fee(fee, gettext),
        prices=prices(report.fee) if report.fee else "",
        scope=scope_names(gettext).get(scope, scope),
        closed=_closed(report, gettext, ngettext),
        teaser="" if preview else teaser,
        advice=advice_sentences(report.advice, gettext=gettext),
        preview=preview,
        ways=tuple(link.label for link in preview.links) if preview else (),
        language=language,
    )


def _no_fee(code: str, gettext: Gettext) -> str:
    """What stands for a fee's name where the course has no fee of this code."""
    return gettext("Unknown fee “{code}”").format(code=code) if code else gettext("No fee")


def _closed(report: GateReport, gettext: Gettext, ngettext: NGettext) -> tuple[str, ...]:
    """What is closed now, and what will be: one sentence each."""
    if report.is_in_library:
        return ()
    if report.now is None:
        return (gettext("What this gate closes now cannot be read. Try later."),)
    sentences = [_closed_now(report.now, gettext, ngettext)]
    if report.is_other_fee_now:
        sentences.append(gettext("The published course still asks for another fee there."))
    if report.later is not None:
        sentences.append(_closed_later(report.later, gettext, ngettext))
        # Studio draws nothing anew when a unit is published.
        sentences.append(gettext("After publishing, load this page again to see what is closed."))
    return tuple(sentences)


def _closed_now(now: Extent, gettext: Gettext, ngettext: NGettext) -> str:
    if not now.blocks:
        return gettext("In the published course this gate closes nothing.")
    sentence = gettext("In the published course this gate closes {what}.")
    return sentence.format(what=extent(now, gettext=gettext, ngettext=ngettext))


def _closed_later(later: Extent, gettext: Gettext, ngettext: NGettext) -> str:
    if not later.blocks:
        return gettext("Once the draft is published, it closes nothing.")
    sentence = gettext("Once the draft is published, it closes {what}.")
    return sentence.format(what=extent(later, gettext=gettext, ngettext=ngettext))


def extent(closed: Extent, *, gettext: Gettext, ngettext: NGettext) -> str:
    """What is closed, as the object of a sentence: "1 unit and 2 components"."""
    units = ngettext("{number} unit", "{number} units", closed.units)
    components = ngettext("{number} component", "{number} components", closed.components)
    units, components = (
        units.format(number=closed.units),
        components.format(number=closed.components),
    )
    if not closed.units:
        return components
    if not closed.components:
        return units
    return gettext("{units} and {components}").format(units=units, components=components)


def advice_sentences(advice: tuple[Advice, ...], *, gettext: Gettext) -> tuple[str, ...]:
    """What is wrong with a gate, and what its author can do about it."""
    sentences = {
        Advice.NO_FEE: gettext(
            "No fee is chosen. Once published, what follows is closed to everybody. Choose a fee."
        ),
        Advice.UNKNOWN_FEE: gettext(
            "This course has no such fee, so what follows is closed to everybody. "
            "Choose a fee of this course, or ask who keeps the price list to add it."
        ),
        Advice.NOT_ON_SALE: gettext(
            "The fee is not on sale today, so only a seat code opens what follows. "
            "Ask who keeps the price list."
        ),
        Advice.UNKNOWN_SCOPE: gettext(
            "The reach of this gate is not known here, so it closes the rest of the course. "
            "Choose what it closes."
        ),
        Advice.NOTHING_FOLLOWS: gettext(
            "Nothing follows this gate, so it closes nothing. Move it up, or widen its reach."
        ),
        Advice.INSIDE_ANOTHER: gettext(
            "This gate stands behind another one. What follows needs the fees of both."
        ),
        Advice.FEES_UNREADABLE: gettext("The fees of this course cannot be read now. Try later."),
        Advice.IN_LIBRARY: gettext(
            "In a library a gate closes nothing. In a course that uses it, it closes what follows "
            "it there. Choose its fee in that course."
        ),
        Advice.IN_SELECTION: gettext(
            "This gate stands among blocks of which each learner sees a part. It closes what "
            "follows for everybody, also for those who do not see the gate. Put it before them."
        ),
        Advice.SEEN_BY_SOME: gettext(
            "Only some see this gate, because of who may see it or what it stands in. It closes "
            "what follows for everybody, and the others are not told why. Show it to all."
        ),
    }
    return tuple(sentences[one] for one in advice)


def author_words(gettext: Gettext) -> dict[str, str]:
    """The labels of Studio's preview."""
    return {
        "fee": gettext("Fee"),
        "closes": gettext("What it closes"),
        "preview": gettext("Preview: what a learner meets who has no waiver"),
    }


def form_words(gettext: Gettext) -> dict[str, str]:
    """The labels of the settings form."""
    return {
        "display_name": gettext("Name"),
        "fee": gettext("Fee"),
        "manage_fees": gettext("Manage the fees of this course"),
        "fee_help": gettext("The fees of this course. Who keeps the price list can add one."),
        "scope": gettext("What it closes"),
        "teaser": gettext("Teaser"),
        "teaser_help": gettext("A few words about what follows, for those who have not paid yet."),
        "save": gettext("Save"),
        "cancel": gettext("Cancel"),
        "name_missing": gettext("Give the gate a name."),
        "fee_missing": gettext("Choose a fee of this course."),
        "failed": gettext("Your changes were not saved. Please try again."),
    }


def amounts(prices: tuple[Money, ...], gettext: Gettext) -> str:
    """Prices in several currencies as one text."""
    return gettext(" or ").join(str(price) for price in prices)


def _to_pay(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    return _personal(
        paywall,
        teaser,
        gettext,
        lead=gettext("A fee opens what follows."),
        first=((gettext("Pay {total}").format(total=paywall.total), paywall.url),),
    )


def _waived(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    return _personal(
        paywall,
        teaser,
        gettext,
        lead=gettext("The fee for what follows is waived for you. You pay nothing."),
        first=((gettext("Take your waived seat"), paywall.url),),
    )


def _country_missing(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    return _personal(
        paywall,
        teaser,
        gettext,
        lead=gettext(
            "A fee opens what follows. Tell us your country to see whether it is waived for you."
        ),
        first=(
            (gettext("Tell us your country"), paywall.country_url),
            (gettext("Pay {total}").format(total=paywall.total), paywall.url),
        ),
    )


def _personal(
    paywall: Paywall,
    teaser: str,
    gettext: Gettext,
    *,
    lead: str,
    first: tuple[tuple[str, str], ...],
) -> PaywallPage:
    """The page of somebody with a price of their own; ``first`` are the ways most people take."""
    application = paywall.application
    applied = _way_of_application(paywall, gettext)
    is_asked = application is not None and application.waits_for_answer
    return PaywallPage(
        heading=paywall.title,
        names_course=True,
        lead=lead,
        teaser=teaser,
        ended=paywall.ended,
        news=application.sentence if application else "",
        said=application.said if application else "",
        lines=_price_lines(paywall, gettext),
        why=gettext("Why this price"),
        explanation=paywall.explanation,
        links=_links(
            *((applied, *first) if is_asked else (*first, applied)),
            (gettext("I have a seat code"), paywall.seat_code_url),
        ),
    )


def _anonymous(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    price = amounts(paywall.list_prices, gettext)
    return PaywallPage(
        heading=paywall.title,
        names_course=True,
        lead=gettext("A fee opens what follows. Sign in to see your own price."),
        teaser=teaser,
        lines=((gettext("List price"), price),) if price else (),
        links=_links(
            (gettext("See the fee"), paywall.url),
            (gettext("I have a seat code"), paywall.seat_code_url),
        ),
    )


def _unavailable(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    return PaywallPage(
        heading=paywall.title or gettext("This part is closed"),
        names_course=bool(paywall.title),
        lead=gettext(
            "A fee opens what follows, and it is not on sale now. Please ask the course team."
        ),
        teaser=teaser,
        ended=paywall.ended,
        links=_links((gettext("I have a seat code"), paywall.seat_code_url)),
    )


def _blocked(paywall: Paywall, teaser: str, gettext: Gettext) -> PaywallPage:
    return PaywallPage(
        heading=paywall.title,
        names_course=True,
        lead=paywall.refusal,
        reason=paywall.reason,
        teaser=teaser,
        ended=paywall.ended,
        links=_links((gettext("Tell us your country"), paywall.country_url)),
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


def _exempt(_paywall: Paywall, _teaser: str, gettext: Gettext) -> PaywallPage:
    return PaywallPage(heading="", lead=exempt_note(gettext))


_PAGES: Mapping[PaywallState, Callable[[Paywall, str, Gettext], PaywallPage]] = {
    PaywallState.SETTLED: _settled,
    PaywallState.EXEMPT: _exempt,
    PaywallState.TO_PAY: _to_pay,
    PaywallState.WAIVED: _waived,
    PaywallState.COUNTRY_MISSING: _country_missing,
    PaywallState.ANONYMOUS: _anonymous,
    PaywallState.UNAVAILABLE: _unavailable,
    PaywallState.BLOCKED: _blocked,
    PaywallState.UNDECIDED: _undecided,
}


def _price_lines(paywall: Paywall, gettext: Gettext) -> tuple[tuple[str, str], ...]:
    lines = []
    if paywall.waived or paywall.tax:
        lines.append((gettext("List price"), str(paywall.list_price)))
    if paywall.waived:
        lines.append((gettext("Waived for you"), f"\N{MINUS SIGN}{paywall.waived}"))
    if paywall.tax:
        name = gettext("Tax included") if paywall.is_tax_included else gettext("Tax")
        lines.append((name, str(paywall.tax)))
    return (*lines, (gettext("Your price"), str(paywall.total)))


def _way_of_application(paywall: Paywall, gettext: Gettext) -> tuple[str, str]:
    """Where an application leads on; where one may be made, if there is none."""
    if paywall.application is not None and paywall.application.url:
        return paywall.application.way, paywall.application.url
    return gettext("Apply for a waiver"), paywall.apply_url


def _links(*ways: tuple[str, str]) -> tuple[Link, ...]:
    """The ways that lead somewhere; an address is "" where its page is not served."""
    return tuple(Link(label=label, url=url) for label, url in ways if url)
