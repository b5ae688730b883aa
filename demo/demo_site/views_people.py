"""The demo bar: who one is, which day it is; and the profile, where a country is chosen."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_countries import countries

from demo_site import calendar, night
from demo_site.context import person_of
from demo_site.models import FIRST_DAY, Person
from demo_site.steps import PRESETS, STEPS
from fairgate import clock
from waiver_policy import api as waivers

LAST_DAY = date(2035, 12, 31)
EARLIEST_DAY = date(2026, 10, 1)


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody one can be."""
    context = {
        "people": Person.objects.select_related("user", "slip"),
        "next": _next(request, request.GET.get("next", "")),
    }
    return render(request, "demo_site/people.html", context)


@require_POST
def be(request: HttpRequest) -> HttpResponse:
    """Become one of the sample people. There is no password: only sample people can be chosen."""
    _become(request, request.POST.get("person", ""))
    return redirect(_next(request, request.POST.get("next", "")))


@require_POST
def step(request: HttpRequest, number: int) -> HttpResponse:
    """Begin a step of the tour: become its person, go to its day and its page."""
    if not 1 <= number <= len(STEPS):
        raise Http404
    chosen = STEPS[number - 1]
    calendar.move_to(chosen.day or FIRST_DAY)
    night.run()
    _become(request, chosen.person)
    return redirect(chosen.path)


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """The part of a profile that a fee depends on: the country."""
    person = person_of(request)
    if person is None:
        return redirect("people")
    if request.method == "POST":
        code = request.POST.get("country", "")
        if code and code not in countries:
            messages.error(request, _("“%(code)s” is not a country of the list.") % {"code": code})
            return redirect("profile")
        before, person.country = person.country, code
        person.save(update_fields=["country"])
        waivers.country_changed(person.user_id, before=before, after=code, at=clock.now())
        messages.success(request, _("Your country is saved. Fees are shown for it from now on."))
        return redirect(_next(request, request.POST.get("next", "")))
    context = {
        "person": person,
        "countries": list(countries),
        "next": _next(request, request.GET.get("next") or request.headers.get("Referer", "")),
    }
    return render(request, "demo_site/profile.html", context)


@require_http_methods(["GET", "POST"])
def day(request: HttpRequest) -> HttpResponse:
    """The demo's calendar."""
    if request.method == "POST":
        try:
            chosen = date.fromisoformat(request.POST.get("day", ""))
        except ValueError:
            messages.error(request, _("Please give a date like 2026-11-24."))
            return redirect("day")
        if not EARLIEST_DAY <= chosen <= LAST_DAY:
            messages.error(
                request,
                _("The story takes place between %(first)s and %(last)s.")
                % {"first": EARLIEST_DAY, "last": LAST_DAY},
            )
            return redirect("day")
        calendar.move_to(chosen)
        for sentence in night.run():
            messages.success(request, sentence)
        return redirect(_next(request, request.POST.get("next", "")))
    context = {
        "presets": PRESETS,
        "next": _next(request, request.GET.get("next", "")),
        "first": EARLIEST_DAY,
        "last": LAST_DAY,
    }
    return render(request, "demo_site/day.html", context)


def _become(request: HttpRequest, username: str) -> None:
    person = Person.objects.filter(user__username=username).select_related("user").first()
    logout(request)
    if person is not None:
        login(request, person.user, backend="django.contrib.auth.backends.ModelBackend")


def _next(request: HttpRequest, url: str) -> str:
    """A page of this site to go back to; the start page for anything else."""
    here = {request.get_host()}
    if url and url_has_allowed_host_and_scheme(url, allowed_hosts=here):
        return url
    return "/"
