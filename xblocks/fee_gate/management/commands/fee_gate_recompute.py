"""Counts again what the gates of published courses cover."""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey
from opaque_keys.edx.locator import LibraryLocator

from fee_gate import client, compat, selectors, services
from fee_gate.exceptions import GateError

_LONGEST = 255  # what the table holds


class Command(BaseCommand):
    """One course, or every course that may have a gate. Changes no course; safe at any time."""

    help = "Counts what the gates of a published course cover. Without COURSE: of every course."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course", nargs="?", metavar="COURSE", help="course-v1:ORG+CODE+RUN")

    def handle(self, *_: Any, **options: Any) -> None:
        courses = [_checked(options["course"])] if options["course"] else _courses()
        failed = [course for course in courses if not self._count(course)]
        self.stdout.write(f"{len(courses)} courses, {len(failed)} failed")
        if failed:
            raise CommandError("The gates of these courses are as before: " + ", ".join(failed))

    def _count(self, course: str) -> bool:
        try:
            found = services.recompute(course)
        except GateError as error:
            self.stderr.write(f"{course}: {error}")
            return False
        self.stdout.write(f"{found.course_key}: {found.gates} gates, {found.blocks} blocks")
        return True


def _checked(course: str) -> str:
    """The key as it was typed, if it is one of a course run.

    Raises:
        CommandError: it is not, or is longer than the table holds.
    """
    try:
        key = CourseKey.from_string(course)
    except InvalidKeyError:
        raise CommandError(
            f"“{course}” is no key of a course run; write it like course-v1:ORG+CODE+RUN."
        ) from None
    if isinstance(key, LibraryLocator):
        raise CommandError(f"“{course}” is the key of a library; gates stand in course runs.")
    if len(course) > _LONGEST:
        raise CommandError(f"The key is longer than {_LONGEST} characters; no course run has it.")
    return course


def _courses() -> list[str]:
    known = {*selectors.list_gated_courses(), *compat.course_keys()}
    with suppress(client.Undecidable):  # then those with a gate are enough
        known.update(client.fee_courses())
    return sorted(known)
