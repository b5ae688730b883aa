"""Counts again what the gates of published courses cover."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fairgate.counted import counted
from fee_gate import client, compat, selectors, services
from fee_gate.management.options import course_run


class Command(BaseCommand):
    """One course, or every course that may have a gate. Changes no course; safe at any time."""

    help = "Counts what the gates of a published course cover. Without COURSE: of every course."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course", nargs="?", metavar="COURSE", help="course-v1:ORG+CODE+RUN")

    def handle(self, *_: Any, **options: Any) -> None:
        named = options["course"]
        courses = _courses() if named is None else [course_run(named)]
        failed = [course for course in courses if not self._count(course)]
        self.stdout.write(f"{counted(len(courses), 'course')}, {len(failed)} failed")
        if failed:
            raise CommandError("The gates of these courses are as before: " + ", ".join(failed))

    def _count(self, course: str) -> bool:
        try:
            found = services.recompute(course)
        except Exception as error:  # noqa: BLE001 - database and course store have errors of their own
            self.stderr.write(f"{course}: {error}")
            return False
        self.stdout.write(
            f"{found.course_key}: {counted(found.gates, 'gate')}, "
            f"{counted(found.closed.units, 'unit')}, "
            f"{counted(found.closed.components, 'component')}"
        )
        return True


def _courses() -> list[str]:
    known = {*selectors.list_gated_courses(), *compat.course_keys()}
    with suppress(client.Undecidable):  # then those with a gate are enough
        known.update(client.fee_courses())
    return sorted(known)
