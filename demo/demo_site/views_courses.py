"""What a learner sees: the catalogue, a course, its units, and the handlers of its blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET
from web_fragments.fragment import Fragment
from xblock.exceptions import NoSuchViewError

from demo_site import courseware, handlers
from demo_site.models import SeatCodeSlip
from demo_site.runtime import DemoRuntime, resources_html
from demo_site.steps import STEPS
from fairgate import clock
from fairgate.languages import language
from fairgate.percent import Percent
from fee_gate import api as gate
from fee_payments import api as payments
from fee_payments.data import Learner, OfferingSummary, PriceSummary, Quote
from fee_payments.exceptions import PaymentsError, UnknownOffering
from partnerships import api as partnerships
from waiver_policy import api as waivers

# What the courses write in English, as the site says it.
LEVELS = {"Introductory": _("Introductory"), "Intermediate": _("Intermediate")}


@dataclass(frozen=True, slots=True)
class Fee:
    """One offering on a course page: its price list, and what this person would pay."""

    offering: OfferingSummary
    prices: tuple[PriceSummary, ...]
    quote: Quote | None
    sentence: str


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """The start page: some things to try, and the courses."""
    at = clock.now()
    cards = []
    for run in courseware.runs():
        runtime = courseware.runtime_for(run, request.user)
        cards.append(_card(request, run, runtime.get_block(run.root), at))
    context = {
        "cards": cards,
        "steps": STEPS,
        "slip": SeatCodeSlip.objects.first(),
        "fund": waivers.fund_balance("USD"),
        "promotions": partnerships.promotions_in_catalogue(at=at),
        "shares": _shares(str(courseware.runs()[0].key), at),
    }
    return render(request, "demo_site/catalogue.html", context)


def _shares(course_key: str, at: datetime) -> list[tuple[str, Percent]]:
    """Who receives how much of a fee under the agreement in force, in its order."""
    terms = partnerships.terms_for(course_key, at=at)
    if terms is None:
        return []
    weights = terms.weights()
    whole = sum(weight for _, weight in weights)
    return [
        (partnerships.party(code).name, Percent.from_basis_points(weight * 10_000 // whole))
        for code, weight in weights
    ]


@require_GET
@ensure_csrf_cookie
def course(request: HttpRequest, slug: str) -> HttpResponse:
    """One course: what it is, who stands behind it, what it costs this person, its units."""
    run = _run(slug)
    at = clock.now()
    runtime = courseware.runtime_for(run, request.user)
    badge = next(iter(courseware.list_blocks(runtime, run, "partner_badge")), None)
    drawn = _drawn(runtime, badge)
    context = _card(request, run, runtime.get_block(run.root), at) | {
        "units": courseware.list_units(runtime, run),
        "has_badge": bool(partnerships.branding_for(str(run.key), at=at)),
        "promotions": partnerships.promotions_on_course(str(run.key), at=at),
    }
    return _page(request, "demo_site/course.html", context, drawn)


@require_GET
@ensure_csrf_cookie
def unit(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One unit. What the gate covers is not drawn; the gate's own block says what to do."""
    run = _run(slug)
    runtime = courseware.runtime_for(run, request.user)
    units = courseware.list_units(runtime, run)
    place = next((i for i, one in enumerate(units) if one.key.block_id == name), None)
    if place is None:
        raise Http404
    here = units[place]
    block = runtime.get_block(here.key) if here.is_open else _gate_of(runtime, run, str(here.key))
    context = {
        "course": runtime.get_block(run.root),
        "slug": slug,
        "language": language(run.language),
        "units": units,
        "here": here,
        "before": units[place - 1] if place else None,
        "after": units[place + 1] if place + 1 < len(units) else None,
    }
    return _page(request, "demo_site/unit.html", context, _drawn(runtime, block))


def handler(request: HttpRequest, usage: str, name: str, suffix: str = "") -> HttpResponse:
    """A handler of a block, for who may see the block: a covered one answers to nobody."""
    found = courseware.find_block(usage)
    if found is None:
        raise Http404
    run, key = found
    runtime = courseware.runtime_for(run, request.user)
    if not runtime.may_see(key):
        return HttpResponse("This part of the course needs a fee.", status=403)
    return handlers.call(request, runtime, key, name, suffix)


@require_GET
def resource(request: HttpRequest, block_type: str, uri: str) -> HttpResponse:
    """A public file of a block's package."""
    return handlers.resource(block_type, uri)


@require_GET
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """The first unit of a course."""
    run = _run(slug)
    units = courseware.list_units(courseware.runtime_for(run, request.user), run)
    return redirect(reverse("unit", args=[slug, units[0].key.block_id]))


def _run(slug: str) -> courseware.CourseRun:
    run = courseware.run_by_slug(slug)
    if run is None:
        raise Http404
    return run


def _card(
    request: HttpRequest, run: courseware.CourseRun, block: Any, at: datetime
) -> dict[str, Any]:
    return {
        "slug": run.slug,
        "course": block,
        "course_key": str(run.key),
        "language": language(run.language),
        "level": LEVELS.get(block.level, block.level),
        "starts": date.fromisoformat(block.starts) if block.starts else None,
        "fees": [fee for code in block.fees.split() if (fee := _fee(request, code, at))],
    }


def _fee(request: HttpRequest, code: str, at: datetime) -> Fee | None:
    try:
        offering = payments.offering(code)
    except UnknownOffering:
        return None
    day = clock.utc_day(at)
    prices = tuple(
        price
        for price in offering.prices
        if price.payer_class == "individual"
        and price.valid_from <= day
        and (price.valid_until is None or day < price.valid_until)
    )
    quote, sentence = None, ""
    try:
        if request.user.is_authenticated:
            quote = payments.quote(_learner(request), code, at=at)
    except PaymentsError as reason:
        sentence = str(reason)
    return Fee(offering=offering, prices=prices, quote=quote, sentence=sentence)


def _learner(request: HttpRequest) -> Learner:
    return payments.learner_for(request.user.pk or 0, request=request)


def _gate_of(runtime: DemoRuntime, run: courseware.CourseRun, usage: str) -> Any:
    """The block of the gate that shuts a unit: its paywall stands in the unit's place."""
    shut_by = gate.closing_gate(str(run.key), usage, user_id=runtime.user_id, at=clock.now())
    found = courseware.find_block(shut_by) if shut_by else None
    return runtime.get_block(found[1]) if found else None


def _drawn(runtime: DemoRuntime, block: Any) -> Fragment:
    if block is None:
        return Fragment()
    try:
        return runtime.render(block, "student_view")
    except NoSuchViewError:
        return Fragment()


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], drawn: Fragment
) -> HttpResponse:
    """A page with drawn blocks in it, whose inline style and script the page's nonce allows."""
    nonce = request.csp_nonce  # type: ignore[attr-defined]
    context |= {
        "blocks": mark_safe(drawn.body_html()),  # noqa: S308  what the blocks drew
        "blocks_head": mark_safe(resources_html(drawn, "head", nonce=nonce)),  # noqa: S308
        "blocks_foot": mark_safe(resources_html(drawn, "foot", nonce=nonce)),  # noqa: S308
    }
    response = render(request, template, context)
    response.may_use_nonce = True  # type: ignore[attr-defined]
    return response
