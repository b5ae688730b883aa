"""``manage.py waiver_policy_replay``: asks every stored decision again and compares."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate.counted import counted
from waiver_policy import api
from waiver_policy.data import Replayed, ReplayState
from waiver_policy.exceptions import UnknownPolicy
from waiver_policy.management.options import day

DIFFERENT = (ReplayState.DIFFERS, ReplayState.OTHER_ENGINE)


class Command(BaseCommand):
    """Exit code 0: every decision comes out as it is stored. 1: one does not. 2: a wrong option."""

    help = "Asks every stored decision again, from what was kept with it, and tells differences."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=day, help="only decisions for this day (UTC) or later")
        parser.add_argument("--policy", metavar="SLUG", help="only decisions of this policy")
        parser.add_argument("--json", action="store_true", help="one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = api.replay_decisions(since=options["since"], policy=options["policy"])
        except UnknownPolicy as error:
            raise CommandError(str(error), returncode=2) from None
        say = _Json(self) if options["json"] else _Lines(self)
        counts: Counter[ReplayState] = Counter()
        for one in found:
            counts[one.state] += 1
            if one.state in DIFFERENT:
                say.difference(one)
        say.end(counts)
        if changed := sum(counts[state] for state in DIFFERENT):
            raise CommandError(
                f"{counted(changed, 'decision')} would come out otherwise.", returncode=1
            )


class _Lines:
    """A line for each field that differs, and the counts."""

    def __init__(self, command: BaseCommand) -> None:
        self.write = command.stdout.write

    def difference(self, one: Replayed) -> None:
        engine = ""
        if one.state is ReplayState.OTHER_ENGINE:
            engine = f" (decided by engine {one.engine_version}, asked of another)"
        for each in one.differences:
            self.write(f"{one.uuid}, {each.field}: stored {each.stored}; now {each.now}{engine}")

    def end(self, counts: Mapping[ReplayState, int]) -> None:
        total = sum(counts.values())
        self.write(
            f"{counted(total, 'decision')}: {counts[ReplayState.SAME]} the same, "
            f"{counts[ReplayState.DIFFERS]} different, "
            f"{counts[ReplayState.OTHER_ENGINE]} different by another engine; "
            f"{counts[ReplayState.FORGOTTEN]} cannot be replayed: forgotten."
        )


class _Json:
    """The same as one document, written as it comes: differences first, then the counts."""

    def __init__(self, command: BaseCommand) -> None:
        self.write, self.count = command.stdout.write, 0
        self.write('{"differences": [', ending="")

    def difference(self, one: Replayed) -> None:
        fields = [
            {"field": each.field, "stored": each.stored, "now": each.now}
            for each in one.differences
        ]
        value = {
            "decision": str(one.uuid),
            "state": one.state.value,
            "engine": one.engine_version,
            "fields": fields,
        }
        self.write((", " if self.count else "") + json.dumps(value), ending="")
        self.count += 1

    def end(self, counts: Mapping[ReplayState, int]) -> None:
        told = {state.value: counts[state] for state in ReplayState}
        self.write(f'], "decisions": {sum(counts.values())}, "counts": {json.dumps(told)}}}')
