"""``manage.py waiver_policy_check POLICIES.yaml CASES.yaml``: policies against test vectors."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate.counted import counted
from fairgate.documents import DocumentError, read_text
from waiver_policy import conf
from waiver_policy.data import Membership
from waiver_policy.rules import vectors
from waiver_policy.rules.editions import read_lists
from waiver_policy.rules.language import read_policies

DATA = Path(str(resources.files("waiver_policy"))) / "data"
SCHEMA_FILE = DATA / "waiver-policy-0.2.schema.json"


class Command(BaseCommand):
    """Exit code 0: every vector holds. 1: one does not. 2: a file is malformed."""

    help = "Runs test vectors against policy documents. Touches no database."

    # Nothing is read from the database, so it may be used before there is one.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("policies", nargs="?", help="policy document (YAML)")
        parser.add_argument("cases", nargs="?", help="test vectors (YAML)")
        parser.add_argument(
            "--schema", action="store_true",
            help="print where the JSON Schema of policy documents is, and stop",
        )  # fmt: skip
        parser.add_argument(
            "--lists", default="", help="country lists (CSV); the ones we come with by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            self.stdout.write(str(SCHEMA_FILE))
            return
        if not options["cases"]:
            raise CommandError("Two files are needed: POLICIES.yaml CASES.yaml.", returncode=2)
        try:
            found = _read_policies(options["policies"])
            cases = vectors.read_vectors(
                read_text(options["cases"]), file=options["cases"], policies=found
            )
            lists = _read_lists(options["lists"])
        except DocumentError as error:
            raise CommandError(str(error), returncode=2) from None
        world = vectors.World(policies=found, lists=lists, countries=conf.known_countries())
        failures = vectors.check(cases, world)
        for failure in failures:
            vector = failure.vector
            countries = "/".join(vector.case.countries) or "no country"
            self.stdout.write(
                f"{options['cases']}, line {vector.line}: {vector.policy}, {countries}, "
                f"{vector.case.as_of}: {failure.sentence}"
            )
        self.stdout.write(
            f"{counted(len(found), 'policy', 'policies')}, {counted(len(cases), 'vector')}, "
            f"{len(failures)} failed"
        )
        if failures:
            raise CommandError("A policy does not answer as expected.", returncode=1)


def _read_policies(path: str) -> Mapping[str, Any]:
    return {policy.slug: policy for policy in read_policies(read_text(path), file=path)}


def _read_lists(path: str) -> Mapping[str, Mapping[str, tuple[Membership, ...]]]:
    shipped = DATA / "ldc_sids.csv"
    text = read_text(path or shipped)
    found = read_lists(text, file=path or shipped.name, countries=conf.country_codes())
    lists: dict[str, dict[str, tuple[Membership, ...]]] = {code: {} for code in found}
    for code, rows in found.items():
        for row in rows:
            lists[code][row.country] = (*lists[code].get(row.country, ()), row)
    return lists
