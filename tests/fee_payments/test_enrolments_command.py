"""The command that finds where enrolments and rights differ, and mends what follows from rights."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from demo_site import platform
from demo_site.models import DemoEnrolment
from factories import fee_payments as make
from fairgate import clock
from fee_payments import api, tasks
from fee_payments.data import EnrolmentFault, EnrolmentStep
from fee_payments.management.commands import fee_payments_enrolments
from fee_payments.models import Entitlement, Offering
from fee_payments.selectors import enrolments as selectors

pytestmark = pytest.mark.django_db

OTHER = "course-v1:ATC+IMT101+2026_T4"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(selectors, "_hold_questions", [])
    monkeypatch.setattr(selectors, "PAGE", 2)  # so that there are several
    monkeypatch.setattr(platform, "has_course", lambda key: key in (make.COURSE, OTHER))
    monkeypatch.setattr(tasks.api, "follow_enrolment", lambda *args, **kwargs: False)
    make.offering()


def run(*options):
    """What the command prints, and whether it found nothing left to do."""
    out = StringIO()
    try:
        call_command("fee_payments_enrolments", *options, stdout=out)
    except CommandError as left:
        return out.getvalue().splitlines(), str(left)
    return out.getvalue().splitlines(), ""


def everything_wrong():
    """Six learners of one course: five differences, and one who is as they should be."""
    for user_id in (1, 2, 3, 6):
        make.paid_order(make.learner(user_id))
    api.follow_enrolments(at=make.NOON)
    DemoEnrolment.objects.filter(user_id=1).delete()
    selectors.models.Enrolled.objects.filter(user_id=1).delete()
    DemoEnrolment.objects.filter(user_id=2).update(mode="audit")
    Entitlement.objects.filter(user_id=3).update(ends_at=make.NOON)
    platform.enrol(4, make.COURSE, "verified")
    platform.enrol(5, make.COURSE, "audit")


def test_each_difference_is_a_line_with_the_one_thing_to_do():
    everything_wrong()
    lines, left = run()
    assert lines == [
        f"user 1 · {make.COURSE} · paid but not enrolled · not enrolled · enrol as verified · left",
        f"user 2 · {make.COURSE} · wrong mode · audit · change to verified · left",
        f"user 3 · {make.COURSE} · right ended, still enrolled · verified · change to audit · left",
        f"user 4 · {make.COURSE} · in a paid mode without a right · verified · "
        "give access by hand, or take out with --unenrol · left",
        "4 differences found, 0 mended",
    ]
    assert left == "4 differences left to mend."


def test_fix_does_what_follows_from_rights_and_leaves_whom_staff_may_have_enrolled():
    everything_wrong()
    lines, left = run("--fix")
    assert [line.rsplit(" · ", 1)[1] for line in lines[:-1]] == ["done", "done", "done", "left"]
    assert (lines[-1], left) == ("4 differences found, 3 mended", "1 difference left to mend.")
    kept = DemoEnrolment.objects.filter(is_active=True).order_by("user_id")
    assert list(kept.values_list("user_id", "mode")) == [
        (1, "verified"), (2, "verified"), (3, "audit"), (4, "verified"), (5, "audit"),
        (6, "verified"),
    ]  # fmt: skip
    assert run()[0][-1] == "1 difference found, 0 mended"


def test_only_unenrol_takes_somebody_out():
    everything_wrong()
    lines, left = run("--fix", "--unenrol")
    assert (lines[-1], left) == ("4 differences found, 4 mended", "")
    assert DemoEnrolment.objects.get(user_id=4).is_active is False
    assert run() == (["0 differences found, 0 mended"], "")


def test_who_has_paid_since_is_not_taken_out():
    platform.enrol(4, make.COURSE, "verified")
    (finding,) = api.enrolment_findings(at=make.NOON)
    make.paid_order(make.learner(4))
    assert api.unenrol_without_right(finding, at=make.NOON) is False
    assert api.repair_enrolment(finding, at=make.NOON) is False
    assert DemoEnrolment.objects.get().is_active is True


def test_one_course_is_looked_at_alone_and_what_is_no_course_is_refused():
    make.offering("imt", course_key=OTHER)
    for code in ("spectrum", "imt"):
        make.paid_order(make.learner(1), code)
    lines, _left = run("--course", OTHER)
    assert (len(lines), lines[0].split(" · ")[1]) == (2, OTHER)
    assert run("--course", "nothing")[1] == (
        "“nothing” is no course run; write it like course-v1:ORG+CODE+RUN."
    )


def test_a_learner_with_several_rights_over_several_pages_is_told_once():
    for number in range(3):
        make.offering(f"fee-{number}")
    for user_id in (1, 2):
        for number in range(3):
            make.paid_order(make.learner(user_id), f"fee-{number}")
    found = list(api.enrolment_findings(at=make.NOON))
    assert [finding.user_id for finding in found] == [1, 2]


def test_a_mode_that_the_course_lacks_is_told_and_not_mended():
    Offering.objects.update(enrolment_mode="masters")
    make.paid_order(make.learner(1))
    lines, left = run("--fix")
    assert lines[0].endswith(
        "course lacks the mode · not enrolled · give the course the mode masters, or the offering "
        "another one · left"
    )
    assert left == "1 difference left to mend."


def test_f31_no_cell_of_the_file_is_a_formula(tmp_path, monkeypatch):
    everything_wrong()
    monkeypatch.setattr(fee_payments_enrolments, "_to_do", lambda finding: '=HYPERLINK("http://x")')
    path = tmp_path / "found.csv"
    run("--csv", str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["user", "course", "found", "enrolled as", "to do", "done"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert {row[4] for row in rows[1:]} == {'\'=HYPERLINK("http://x")'}


def test_a_file_that_cannot_be_written_is_told_before_anything_is_done(tmp_path):
    everything_wrong()
    before = list(DemoEnrolment.objects.order_by("id").values_list("mode", "is_active"))
    _lines, refused = run("--fix", "--csv", str(tmp_path / "no" / "found.csv"))
    assert "cannot be written: No such file or directory." in refused
    assert list(DemoEnrolment.objects.order_by("id").values_list("mode", "is_active")) == before


def test_every_fault_but_one_has_its_step():
    everything_wrong()
    found = {one.fault: one.action.step for one in api.enrolment_findings(at=make.NOON)}
    assert found == {
        EnrolmentFault.NOT_ENROLLED: EnrolmentStep.ENROL,
        EnrolmentFault.WRONG_MODE: EnrolmentStep.CHANGE_MODE,
        EnrolmentFault.RIGHT_ENDED: EnrolmentStep.CHANGE_MODE,
        EnrolmentFault.NOT_ENTITLED: EnrolmentStep.UNENROL,
    }
