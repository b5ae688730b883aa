"""Says what every gate of a course does for one learner, and why."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from fairgate import clock
from fairgate.counted import counted
from fairgate.readable import is_readable
from fairgate.whole_numbers import whole_number
from fee_gate import auditing
from fee_gate.data import Access
from fee_gate.exceptions import GateError
from fee_gate.management.options import course_run


class Command(BaseCommand):
    """Reads only. Ends with 0 also when blocks are shut: that is an answer, not a fault."""

    help = "Lists every gated block of a course, and why it is open or shut for a learner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course", metavar="COURSE", help="course-v1:ORG+CODE+RUN")
        parser.add_argument("learner", metavar="LEARNER", help="user name, or user id")

    def handle(self, *_: Any, **options: Any) -> None:
        course = course_run(options["course"])
        user_id = _user_id(options["learner"])
        try:
            lines = auditing.audit(course, user_id=user_id, at=clock.now())
        except GateError as error:
            raise CommandError(str(error)) from None
        for line in lines:
            self.stdout.write(f"{line.access.value:<9} {line.usage_key}{_named(line.title)}")
            for reason in line.reasons:
                self.stdout.write(f"{'':<9} {reason}")
        shut = sum(line.access is not Access.OPEN for line in lines)
        self.stdout.write(f"{counted(len(lines), 'gated block')}, {shut} shut for user {user_id}")


def _named(title: str) -> str:
    """The title as it follows a key; what a terminal would take for an order is written out."""
    if not title:
        return ""
    return f" “{title}”" if is_readable(title) else f" {title!r}"


def _user_id(text: str) -> int:
    """The id of the person.

    Raises:
        CommandError: nobody is called so, or has this id.
    """
    users = get_user_model().objects
    found = users.filter(username=text).first()
    number = whole_number(text)
    if found is None and number is not None:
        found = users.filter(pk=number).first()
    if found is None:
        raise CommandError(f"There is no user “{text}”. Give a user name, or a user id.")
    return int(found.pk)
