"""Holds as the platform asks them: through its filters, with the settings we install."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import DatabaseError, connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from opaque_keys.edx.keys import CourseKey
from openedx_filters import PipelineStep
from openedx_filters.learning.filters import CertificateCreationRequested, CourseEnrollmentStarted

from factories.fee_gate import AT, COURSE, FEE
from fee_gate import compat, holds, services
from fee_gate.data import Enrolment, HoldScope, NewRule
from fee_gate.models import FeeGateRule
from fee_gate.settings import common
from fee_payments.data import EntitlementChange
from fee_payments.exceptions import PaymentsError
from fee_payments.signals import ENTITLEMENT_CHANGED

pytestmark = pytest.mark.django_db
RUN = CourseKey.from_string(COURSE)
ELSEWHERE = CourseKey.from_string("course-v1:ATC+OTHER+1")
PAGE = f"http://testserver/fairgate/fees/{FEE}/"
ENROLMENT = CourseEnrollmentStarted.filter_type
CERTIFICATE = CertificateCreationRequested.filter_type


class Fast(PipelineStep):
    """Another plugin's step, which answers with no dict and so ends the pipeline."""

    def run_filter(self, **_):
        return "stop"


class Platform(SimpleNamespace):
    """What compat tells in a platform: who is enrolled, invited, and asks; and the server's key."""

    def enrolment(self, user_id, course_key):
        return self.enrolled.get(user_id)

    def is_invited(self, user_id, course_key):
        return user_id in self.invited

    def current_request(self):
        return self.request

    def has_api_key(self, request):
        return request.headers.get("X-Edx-Api-Key") == "a-key-of-this-site"


@pytest.fixture(autouse=True)
def lms(monkeypatch, settings, platform):
    """Our settings, installed as the LMS does it, on a platform without staff."""
    platform.staff = frozenset()
    settings.OPEN_EDX_FILTERS_CONFIG = {}
    common.hold(settings)
    told = Platform(enrolled={}, invited=set(), request=None)
    for name in ("enrolment", "is_invited", "current_request", "has_api_key"):
        monkeypatch.setattr(compat, name, getattr(told, name))
    return told


@pytest.fixture
def learner(lms, payments):
    user = get_user_model().objects.create_user("learner")
    payments.entitled = {}
    asks(lms, user)
    return user


def begin(scope):
    return services.begin_rule(
        NewRule(course_key=COURSE, scope=scope, fee=FEE, effective_from=AT), at=AT
    )


@pytest.fixture
def hold(platform, payments, at):
    return begin(HoldScope.ENROLMENT)


@pytest.fixture
def certificate_hold(platform, payments, at):
    return begin(HoldScope.CERTIFICATE)


def asks(lms, user, **headers):
    lms.request = RequestFactory(headers=headers).post("/change_enrollment")
    lms.request.user = user


def settle(payments, user, fee=FEE):
    payments.entitled[user.pk] = frozenset({fee})


def enrol(user, course_key=RUN):
    """What ``CourseEnrollment.enroll`` does first."""
    return CourseEnrollmentStarted.run_filter(user=user, course_key=course_key, mode=None)


def certify(user):
    return CertificateCreationRequested.run_filter(
        user=user, course_key=RUN, mode="honor", status=None, grade=None, generation_mode="self"
    )


def refusal(user):
    with pytest.raises(CourseEnrollmentStarted.PreventEnrollment) as refused:
        enrol(user)
    return str(refused.value)


# Learners


def test_a_learner_is_told_where_to_settle_the_fee(hold, learner):
    assert refusal(learner) == f"This course has a fee. Settle it at {PAGE}, then enrol again."


def test_who_has_settled_it_passes_with_nothing_changed(hold, learner, payments):
    settle(payments, learner)

    assert enrol(learner) == (learner, RUN, None)


def test_a_payment_in_the_same_request_counts(hold, learner, payments, memory):
    refusal(learner)
    settle(payments, learner)

    assert enrol(learner) == (learner, RUN, None)


def test_another_fee_does_not_open_this_course(hold, learner, payments):
    settle(payments, learner, "another")

    assert "has a fee" in refusal(learner)


def test_who_is_in_the_run_already_may_choose_a_track(hold, learner, lms):
    lms.enrolled[learner.pk] = Enrolment(created_at=AT, is_active=True)

    assert enrol(learner)


def test_who_left_is_not_in_the_run(hold, learner, lms):
    lms.enrolled[learner.pk] = Enrolment(created_at=AT - timedelta(days=9), is_active=False)

    assert "has a fee" in refusal(learner)


def test_whom_staff_invited_comes_in(hold, learner, lms):
    lms.invited.add(learner.pk)

    assert enrol(learner)


def test_of_a_beta_tester_no_fee_is_asked(hold, learner, monkeypatch):
    monkeypatch.setattr(compat, "is_beta_tester", lambda user_id, key: user_id == learner.pk)

    assert enrol(learner)


def test_a_beta_tester_enrols_nobody_else(hold, learner, lms, monkeypatch):
    tester = get_user_model().objects.create_user("tester")
    monkeypatch.setattr(compat, "is_beta_tester", lambda user_id, key: user_id == tester.pk)
    asks(lms, tester)

    assert "has a fee" in refusal(learner)


def test_another_course_is_left_alone_at_one_query(hold, learner, payments):
    with CaptureQueriesContext(connection) as queries:
        assert enrol(learner, ELSEWHERE)

    assert len(queries) == 1
    assert payments.asked == 0


def test_a_rule_that_has_ended_holds_nobody(hold, learner):
    FeeGateRule.objects.update(ends_at=AT)

    assert enrol(learner)


def test_a_fee_that_is_gone_holds_and_says_whom_to_ask(hold, learner, payments):
    payments.offerings.clear()

    assert refusal(learner) == (
        "The fee of this course cannot be settled now. Please write to the course team."
    )


def test_an_account_that_is_not_stored_yet_has_settled_nothing(hold, lms):
    asks(lms, AnonymousUser())

    assert "has a fee" in refusal(get_user_model()(username="new"))


# Who else may enrol a learner


def test_staff_of_the_course_enrol_whom_they_want(hold, learner, lms, platform):
    staff = get_user_model().objects.create_user("staff")
    platform.staff = frozenset({staff.pk})
    asks(lms, staff)

    assert enrol(learner)


def test_staff_who_were_locked_out_do_not(hold, learner, lms, platform):
    staff = get_user_model().objects.create_user("staff", is_active=False)
    platform.staff = frozenset({staff.pk})
    asks(lms, staff)

    assert "has a fee" in refusal(learner)


def test_a_service_account_needs_our_permission(hold, learner, lms):
    service = get_user_model().objects.create_user("service")
    asks(lms, service)
    assert "has a fee" in refusal(learner)

    service.user_permissions.add(Permission.objects.get(codename="enrol_without_fee"))
    asks(lms, get_user_model().objects.get(pk=service.pk))
    assert enrol(learner)


def test_a_server_with_the_sites_key_enrols(hold, learner, lms):
    asks(lms, AnonymousUser(), **{"X-Edx-Api-Key": "a-key-of-this-site"})
    assert enrol(learner)

    asks(lms, AnonymousUser(), **{"X-Edx-Api-Key": "guessed"})
    assert "has a fee" in refusal(learner)


@pytest.mark.parametrize("value", [False, "true", 1, None])
def test_a_command_or_task_is_held_unless_the_setting_says_true(
    hold, learner, lms, settings, value
):
    lms.request = None
    settings.FEE_GATE_ENROL_WITHOUT_REQUEST = value

    assert f"Settle it at /fairgate/fees/{FEE}/" in refusal(learner)


def test_the_setting_lets_commands_and_tasks_enrol_and_nobody_else(hold, learner, lms, settings):
    settings.FEE_GATE_ENROL_WITHOUT_REQUEST = True
    assert "has a fee" in refusal(learner)

    lms.request = None
    assert enrol(learner)


# When nobody can say


UNDECIDED = "We cannot see at the moment whether the fee of this course is settled."


def test_without_fee_payments_nobody_comes_in_and_the_log_has_ids(hold, learner, payments, caplog):
    settle(payments, learner)
    payments.failure = PaymentsError("away")

    assert refusal(learner).startswith(UNDECIDED)
    assert f"course={COURSE} user={learner.pk}" in caplog.text


def test_a_table_that_cannot_be_read_shuts_the_door_but_not_for_staff(
    hold, learner, lms, platform, monkeypatch
):
    monkeypatch.setattr("fee_gate.selectors.rules_in_force", lambda *_, at: None)
    assert refusal(learner).startswith(UNDECIDED)

    platform.staff = frozenset({learner.pk})
    assert enrol(learner)


def test_a_platform_that_does_not_answer_vouches_for_nobody(hold, learner, monkeypatch, caplog):
    def gone(*_):
        raise DatabaseError("gone")

    for name in ("enrolment", "is_invited", "is_course_staff", "is_beta_tester"):
        monkeypatch.setattr(compat, name, gone)

    assert "has a fee" in refusal(learner)
    assert caplog.text.count("not known (") == 3
    assert "roles unknown" in caplog.text


@pytest.mark.parametrize("is_silent", [True, False])
def test_what_nobody_thought_of_is_a_refusal_even_in_a_silent_filter(
    hold, learner, monkeypatch, settings, is_silent
):
    def broken(*_, **__):
        raise RuntimeError("not thought of")

    settings.OPEN_EDX_FILTERS_CONFIG[ENROLMENT]["fail_silently"] = is_silent
    monkeypatch.setattr(holds, "enrolment", broken)

    assert refusal(learner).startswith(UNDECIDED)


# The switch of a course


def test_a_course_whose_switch_is_off_is_not_held(hold, learner, monkeypatch):
    monkeypatch.setattr(compat, "is_enforced", lambda key: key != COURSE)
    assert enrol(learner)

    monkeypatch.setattr(compat, "is_enforced", lambda key: True)
    assert "has a fee" in refusal(learner)


def test_a_switch_that_cannot_be_read_is_not_switched(hold, learner, monkeypatch):
    def gone(_key):
        raise DatabaseError("gone")

    monkeypatch.setattr(compat, "is_enforced", gone)

    assert "has a fee" in refusal(learner)


# Certificates


def certificate_refusal(user):
    with pytest.raises(CertificateCreationRequested.PreventCertificateCreation) as refused:
        certify(user)
    return str(refused.value)


def test_a_certificate_waits_and_says_for_what(certificate_hold, learner, lms):
    lms.enrolled[learner.pk] = Enrolment(created_at=AT, is_active=True)

    assert certificate_refusal(learner) == (
        f"The certificate of this course has a fee. Settle it at {PAGE}, then ask for the "
        "certificate again."
    )


def test_once_the_fee_is_settled_it_is_made(certificate_hold, learner, payments):
    certificate_refusal(learner)
    settle(payments, learner)

    assert certify(learner)[:3] == (learner, RUN, "honor")


def test_earlier_learners_get_theirs(certificate_hold, learner, lms):
    lms.enrolled[learner.pk] = Enrolment(created_at=AT - timedelta(seconds=1), is_active=False)

    assert certify(learner)


def test_staff_who_make_it_do_not_settle_the_fee(certificate_hold, learner, lms, platform):
    platform.staff = frozenset({learner.pk})

    assert PAGE in certificate_refusal(learner)


def test_a_certificate_is_not_made_when_nobody_can_say(certificate_hold, learner, payments):
    payments.failure = PaymentsError("away")

    assert certificate_refusal(learner).startswith(UNDECIDED)


def test_each_hold_minds_its_own_business(hold, learner, payments):
    assert certify(learner)
    refusal(learner)


@pytest.fixture
def asked_for(monkeypatch):
    certificates = []
    monkeypatch.setattr(compat, "ask_for_certificate", lambda *about: certificates.append(about))
    return certificates


def change_rights(user):
    change = EntitlementChange(user_id=user.pk, offering_code=FEE, course_key=COURSE)
    ENTITLEMENT_CHANGED.send(sender=None, change=change)


def test_when_a_fee_is_settled_the_platform_is_asked_for_the_certificate_again(
    certificate_hold, learner, asked_for
):
    change_rights(learner)

    assert asked_for == [(learner.pk, COURSE)]


def test_where_no_certificate_is_held_the_platform_is_not_asked(hold, learner, asked_for):
    change_rights(learner)

    assert asked_for == []


# Among other plugins


def test_a_step_that_ends_the_pipeline_does_not_get_past_ours(hold, learner, settings):
    fast = f"{__name__}.Fast"
    settings.OPEN_EDX_FILTERS_CONFIG = {ENROLMENT: {"pipeline": [fast], "fail_silently": True}}
    common.hold(settings)

    assert settings.OPEN_EDX_FILTERS_CONFIG[ENROLMENT]["pipeline"][1:] == [fast]
    assert "has a fee" in refusal(learner)


def test_a_time_before_the_rule_is_free(hold, learner, monkeypatch):
    before = datetime(2026, 11, 23, 11, 59, 59, tzinfo=UTC)
    monkeypatch.setattr("fairgate.clock._source", lambda: before)

    assert enrol(learner)
