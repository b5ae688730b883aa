"""What the team of a course sees of its sales: a page, its section on a dashboard, and JSON."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fairgate import clock
from fairgate.money import Money

from . import api, permissions, wording
from .data import CourseReport, CourseRow


@require_safe
@never_cache
@login_required
def course_report(request: HttpRequest, course_key: str) -> HttpResponse:
    """The sales of a course by month, to read."""
    context = {"page_title": _("Sales and waived seats"), **_shown(_report(request, course_key))}
    return render(request, "revenue_share/course_report.html", context)


@require_safe
@never_cache
@login_required
def course_report_json(request: HttpRequest, course_key: str) -> JsonResponse:
    """The same for a program: ``null`` is a number that is too small to be shown."""
    found = _report(request, course_key)
    return JsonResponse(
        {
            "course_key": found.course_key,
            "least": found.least,
            "rows": [_as_json(row) for row in found.rows],
            "waiting": found.waiting,
        }
    )


def drawn(course_key: str) -> str:
    """The table alone, for a page of the platform; who calls it has asked who may see it."""
    found = api.course_report(course_key, at=clock.now())
    return render_to_string("revenue_share/_course_report.html", _shown(found))


def address_of(course_key: str) -> str:
    """The page of a course."""
    return reverse("revenue_share:course_report", args=[course_key])


def _report(request: HttpRequest, course_key: str) -> CourseReport:
    # Whoever may not see it cannot tell whether there is such a course.
    if not permissions.may_see_course(request.user, course_key):
        raise Http404
    return api.course_report(course_key, at=clock.now())


def _shown(found: CourseReport) -> dict[str, Any]:
    return {
        "report": found,
        "rows": [_shown_row(row, found.least) for row in found.rows],
        "has_hidden": any(None in (row.refunds, row.waived) for row in found.rows),
    }


def _shown_row(row: CourseRow, least: int) -> dict[str, Any]:
    months = wording.month(row.first)
    if row.last != row.first:
        months = _("%(first)s to %(last)s") % {"first": months, "last": wording.month(row.last)}
    few = _("fewer than %(least)s") % {"least": least}
    return {
        "months": months,
        "currency": row.currency,
        "sales": row.sales,
        "sold": wording.figures(row.sold),
        "net": wording.figures(row.net),
        "refunds": few if row.refunds is None else row.refunds,
        "given_back": "" if row.given_back is None else wording.figures(row.given_back),
        "waived": few if row.waived is None else row.waived,
    }


def _as_json(row: CourseRow) -> dict[str, Any]:
    return {
        "first": row.first,
        "last": row.last,
        "currency": row.currency,
        "sales": row.sales,
        "sold": _plain(row.sold),
        "net": _plain(row.net),
        "refunds": row.refunds,
        "given_back": _plain(row.given_back),
        "waived": row.waived,
    }


def _plain(amount: Money | None) -> str | None:
    return None if amount is None else f"{amount.amount:f}"
