"""What the middleware answers at handlers and renderers, for everybody."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from openedx_filters.learning.filters import CourseEnrollmentStarted

from factories.fee_gate import AUTHOR, COURSE, LEARNER, PAYER, key
from fee_gate import selectors
from fee_gate.data import GateTable
from fee_gate.middleware import HANDLERS, RENDERERS, FeeGateMiddleware

pytestmark = pytest.mark.django_db
GUARDED = sorted(HANDLERS | RENDERERS)


def person(user_id):
    return SimpleNamespace(id=user_id, is_authenticated=True)


def ask(route, usage_key, user, method="get"):
    """The status of a call, 200 when the view runs."""
    request = getattr(RequestFactory(), method)("/anything")
    request.user = user
    request.resolver_match = SimpleNamespace(url_name=route)
    name = "usage_key_string" if route == "render_xblock" else "usage_id"
    kwargs = {name: usage_key, "handler": "problem_get"}
    if route != "render_xblock":
        kwargs["course_id"] = COURSE
    answer = FeeGateMiddleware(lambda _: HttpResponse()).process_view(request, print, (), kwargs)
    return answer.status_code if answer else 200


@pytest.mark.parametrize("route", GUARDED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_gated_block_answers_403_to_who_has_not_settled_the_fee(published, route, method):
    secret = key("html", "secret")

    assert ask(route, secret, AnonymousUser(), method) == 403
    assert ask(route, secret, person(LEARNER), method) == 403
    assert ask(route, secret, person(PAYER), method) == 200
    assert ask(route, secret, person(AUTHOR), method) == 200


@pytest.mark.parametrize("route", GUARDED)
def test_a_free_block_is_not_looked_at(published, route, payments):
    assert ask(route, key("html", "intro"), AnonymousUser()) == 200
    assert payments.asked == 0


def test_other_routes_are_not_looked_at(published, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ask("jump_to", key("html", "secret"), AnonymousUser()) == 200


@pytest.mark.parametrize("route", sorted(RENDERERS))
def test_a_shut_unit_is_left_to_the_platform_which_draws_the_paywall(published, route):
    assert ask(route, key("vertical", "V2"), person(LEARNER)) == 200


@pytest.mark.parametrize("route", sorted(HANDLERS))
def test_a_shut_units_handlers_are_shut(published, route):
    assert ask(route, key("vertical", "V2"), AnonymousUser()) == 403


def test_a_token_that_names_nobody_is_nobody(published, monkeypatch):
    monkeypatch.setattr("fee_gate.compat.token_user", lambda request: None)

    assert ask("xblock_handler", key("html", "secret"), AnonymousUser()) == 403


def test_a_token_is_as_good_as_a_session(published, monkeypatch):
    monkeypatch.setattr("fee_gate.compat.token_user", lambda request: person(PAYER))

    assert ask("xblock_handler", key("html", "secret"), AnonymousUser()) == 200
    assert ask("xblock_handler_noauth", key("html", "secret"), AnonymousUser()) == 200


def test_lti_providers_may_post_grades_without_signing_in(published, settings):
    settings.FEE_GATE_NOAUTH_EXEMPT_HANDLERS = ("html:problem_get",)

    assert ask("xblock_handler_noauth", key("html", "secret"), AnonymousUser()) == 200
    assert ask("xblock_handler", key("html", "secret"), AnonymousUser()) == 403


def test_no_other_handler_of_a_block_that_takes_grades_is_reachable(published, settings):
    settings.FEE_GATE_NOAUTH_EXEMPT_HANDLERS = ("html:grade_handler",)

    assert ask("xblock_handler_noauth", key("html", "secret"), person(LEARNER)) == 403


DRAFTS = [
    key("html", "never-published").replace("+type@", "+branch@draft-branch+type@"),
    key("html", "secret").replace("+type@", f"+version@{'a' * 24}+type@"),
    key("vertical", "V9").replace("+type@", "+branch@draft-branch+type@"),
]


@pytest.mark.parametrize("route", GUARDED)
@pytest.mark.parametrize("draft", DRAFTS)
def test_drafts_and_old_versions_of_a_gated_course_are_for_its_staff(published, route, draft):
    assert ask(route, draft, AnonymousUser()) == 404
    assert ask(route, draft, person(PAYER)) == 404
    assert ask(route, draft, person(AUTHOR)) == 200


def test_drafts_of_a_course_without_gates_are_the_platforms_business(published):
    other = "block-v1:ATC+OTHER+1+branch@draft-branch+type@html+block@x"

    assert ask("render_xblock", other, AnonymousUser()) == 200


def test_k24_without_a_decision_the_answer_is_503(published, payments):
    payments.failure = OperationalError("gone away")

    assert ask("xblock_handler", key("html", "secret"), person(PAYER)) == 503


@pytest.mark.parametrize(("has_gate", "expected"), [(True, 503), (False, 200)])
def test_k24_with_an_unreadable_table_courses_without_a_gate_stay_open(
    published, monkeypatch, has_gate, expected
):
    broken = GateTable(course_key=COURSE, is_readable=False)
    monkeypatch.setattr(selectors, "_read", lambda course: broken)
    monkeypatch.setattr("fee_gate.compat.course_may_have_gate", lambda course_key: has_gate)

    assert ask("xblock_handler", key("html", "intro"), person(LEARNER)) == expected


def test_a_free_unit_with_a_gate_in_it_tells_nothing_to_who_is_not_known(published):
    unit = key("vertical", "V1")

    assert ask("xblock_handler", unit, AnonymousUser()) == 403
    assert ask("xblock_handler_noauth", unit, person(LEARNER)) == 403
    assert ask("xblock_handler_noauth", unit, person(PAYER)) == 200
    assert ask("xblock_handler", unit, person(LEARNER)) == 200  # the platform checks what is inside
    assert ask("render_xblock", unit, AnonymousUser()) == 200


def test_sections_and_subsections_are_left_to_the_platform(published):
    assert ask("xblock_handler", key("sequential", "S1"), AnonymousUser()) == 200


@pytest.mark.parametrize(
    "variant",
    [
        key("html", "secret").replace("ATC+SPECTRUM101", "atc+Spectrum101"),
        f"aside-usage-v2:{key('html', 'secret').replace(':', '$:', 1)}::note",
        key("html", "secret").replace("+type@", "+branch@published-branch+type@"),
    ],
)
def test_another_way_to_write_the_key_is_no_way_around(published, variant):
    assert ask("render_xblock", variant, person(LEARNER)) == 403
    assert ask("xblock_handler_noauth", variant, person(LEARNER)) == 403


def test_a_url_without_a_block_is_left_to_the_platform(published):
    assert ask("xblock_handler", "not-a-key", AnonymousUser()) == 200


# An enrolment that is held


class EnrollmentNotAllowed(Exception):
    """As the platform raises it."""


def answer_to(hold, **headers):
    """What a view's caller gets when the view breaks at a refused enrolment."""
    error = EnrollmentNotAllowed(str(hold))
    error.__cause__ = hold
    request = RequestFactory(headers=headers).post("/course_modes/choose/")
    return FeeGateMiddleware(lambda _: HttpResponse()).process_exception(request, error)


def held(**facts):
    return CourseEnrollmentStarted.PreventEnrollment(
        "Settle it first.", is_fee_gate_hold=True, **facts
    )


def test_a_view_that_breaks_at_a_hold_leads_a_browser_to_the_fee():
    answer = answer_to(held(redirect_to="/fairgate/fees/x/", status_code=403), Accept="text/html")

    assert (answer.status_code, answer["Location"]) == (302, "/fairgate/fees/x/")


@pytest.mark.parametrize("accept", ["application/json", "*/*", ""])
def test_it_gives_a_program_the_sentence(accept):
    answer = answer_to(held(redirect_to="/fairgate/fees/x/", status_code=403), Accept=accept)

    assert (answer.status_code, answer.content) == (403, b"Settle it first.")


def test_k24_a_hold_that_nobody_can_decide_is_503():
    assert answer_to(held(status_code=503), Accept="text/html").status_code == 503


def test_what_others_refuse_is_left_to_them():
    assert answer_to(CourseEnrollmentStarted.PreventEnrollment("Theirs.")) is None
    assert answer_to(None) is None
