"""Finds enrolments that differ from rights, and mends what follows from rights."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fairgate import clock
from fairgate.counted import counted
from fairgate.course_runs import is_course_run
from fairgate.csv_cells import neutral
from fee_payments import api
from fee_payments.data import EnrolmentFault, EnrolmentFinding, EnrolmentStep

HEADER = ("user", "course", "found", "enrolled as", "to do", "done")


class Command(BaseCommand):
    """A line for each learner and course run; exit code 1 while something is left."""

    help = (
        "Find who has paid and is not enrolled, is enrolled in another mode than the one that was "
        "paid for, is still enrolled although the right has ended, or is in a paid mode without a "
        "right. Exits with 1 while something is left to do."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the operator decides."""
        parser.add_argument("--course", default="", help="one course run only, by its key")
        parser.add_argument("--fix", action="store_true", help="do what follows from rights")
        parser.add_argument(
            "--unenrol",
            action="store_true",
            help="take out who is in a paid mode without a right; staff may have enrolled them",
        )
        parser.add_argument(
            "--csv", type=Path, metavar="FILE", help="write the lines into this file as well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Find, print, and mend."""
        course = options["course"]
        if course and not is_course_run(course):
            raise CommandError(
                f"“{course}” is no course run; write it like course-v1:ORG+CODE+RUN."
            )
        at, found, left = clock.now(), 0, 0
        with _sheet(options["csv"]) as sheet:
            for finding in api.enrolment_findings(course_key=course, at=at):
                is_done = self._mend(finding, options, at=at)
                self._write(finding, sheet, is_done=is_done)
                found, left = found + 1, left + (not is_done)
        self.stdout.write(f"{counted(found, 'difference')} found, {found - left} mended")
        if left:
            raise CommandError(f"{counted(left, 'difference')} left to mend.")

    def _mend(self, finding: EnrolmentFinding, options: Any, *, at: datetime) -> bool:
        if finding.fault is EnrolmentFault.NOT_ENTITLED:
            return options["unenrol"] and api.unenrol_without_right(finding, at=at)
        return options["fix"] and api.repair_enrolment(finding, at=at)

    def _write(self, finding: EnrolmentFinding, sheet: Any, *, is_done: bool) -> None:
        present = finding.present.mode if finding.present and finding.present.is_active else ""
        to_do, done = _to_do(finding), "done" if is_done else "left"
        self.stdout.write(
            f"user {finding.user_id} · {finding.course_key} · {finding.fault.value} · "
            f"{present or 'not enrolled'} · {to_do} · {done}"
        )
        texts = (finding.course_key, finding.fault.value, present, to_do, done)
        sheet([finding.user_id, *map(neutral, texts)])


def _to_do(finding: EnrolmentFinding) -> str:
    """The one thing to do, for who operates."""
    mode = finding.action.mode
    if finding.fault is EnrolmentFault.NOT_ENTITLED:
        return "give access by hand, or take out with --unenrol"
    return {
        EnrolmentStep.ENROL: f"enrol as {mode}",
        EnrolmentStep.CHANGE_MODE: f"change to {mode}",
        EnrolmentStep.UNENROL: "unenrol",
        EnrolmentStep.ASK: f"give the course the mode {mode}, or the offering another one",
    }.get(finding.action.step, "")


@contextmanager
def _sheet(path: Path | None) -> Iterator[Any]:
    """Writes rows into a file as CSV, line by line; begins with a BOM, as spreadsheets ask for."""
    if path is None:
        yield lambda row: None
        return
    try:
        file = path.open("w", encoding="utf-8-sig", newline="")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from None
    with file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        yield writer.writerow
