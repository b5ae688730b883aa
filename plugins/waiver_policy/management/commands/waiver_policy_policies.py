"""``manage.py waiver_policy_policies``: the life of policy documents."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from fairgate.documents import DocumentError, read_text
from fairgate.money import Money
from waiver_policy import api
from waiver_policy.data import Answer, Comparison, PolicySummary
from waiver_policy.exceptions import WaiverError
from waiver_policy.management.options import day, operator, text_of, version_number
from waiver_policy.models import PolicyVersion
from waiver_policy.permissions import ACTIVATE, LOAD_POLICY

SHIPPED = "shipped"


class Command(BaseCommand):
    """Exit code 0: done. 1: not possible, with the reason. 2: a file or an option is wrong."""

    help = "Shows, loads, compares, activates and retires waiver policies."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("show", help="every version and its state")
        load = actions.add_parser("load", help="store the policies of a file as drafts")
        load.add_argument("file", help=f"a YAML file, or “{SHIPPED}” for the one we come with")
        activate = actions.add_parser("activate", help="let a version decide from now on")
        activate.add_argument("slug", help="the policy's id")
        activate.add_argument(
            "--policy-version", type=version_number, default=None, help="the newest by default"
        )
        retire = actions.add_parser("retire", help="let a policy decide no more; nobody else does")
        retire.add_argument("slug", help="the policy's id")
        compare = actions.add_parser("compare", help="what a version would change; writes nothing")
        compare.add_argument("slug", help="the policy's id")
        compare.add_argument(
            "--policy-version", type=version_number, default=None, help="the newest by default"
        )
        compare.add_argument("--since", type=day, help="past answers for this day (UTC) or later")
        compare.add_argument(
            "--list", action="store_true", help="name the applications that would change"
        )
        columns = ((load, "author"), (activate, "activated_by"), (retire, "retired_by"))
        for sub, column in columns:
            sub.add_argument(
                "--by", type=text_of(PolicyVersion, column), required=True,
                help="user who answers for it",
            )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {
            "show": self._show, "load": self._load, "activate": self._activate,
            "retire": self._retire, "compare": self._compare,
        }  # fmt: skip
        try:
            actions[options["action"]](options)
        except DocumentError as error:
            raise CommandError(f"{error}\nNothing was loaded.", returncode=2) from None
        except WaiverError as error:
            raise CommandError(str(error), returncode=1) from None

    def _show(self, options: dict[str, Any]) -> None:
        found = api.list_policies()
        if not found:
            self.stdout.write("No policy is loaded yet.")
        for policy in found:
            self.stdout.write(
                f"{policy.slug} v{policy.version}: {policy.state}, sha256 {policy.sha256[:12]}, "
                f"by {policy.author}, {policy.created_at:%Y-%m-%d}: {policy.title}{_life(policy)}"
            )

    def _load(self, options: dict[str, Any]) -> None:
        path = Path(options["file"])
        if options["file"] == SHIPPED:
            path = Path(str(resources.files("waiver_policy") / "data" / "fairgate-default.yaml"))
        by = operator(options["by"], LOAD_POLICY, "load a policy")
        found = api.load_policy(read_text(path), file=str(path), by=by, at=clock.now())
        for policy in found:
            said = "loaded as a draft" if policy.is_new else f"unchanged, {policy.state}"
            self.stdout.write(f"{policy.slug} v{policy.version}: {said}.")
            for sentence in policy.lacks:
                self.stdout.write(f"  Not to be activated yet: {sentence}")

    def _activate(self, options: dict[str, Any]) -> None:
        slug, number = options["slug"], options["policy_version"]
        by = operator(options["by"], ACTIVATE, "activate a policy")
        found = api.compare_policy(slug, version=number)
        policy = api.activate_policy(slug, by=by, at=clock.now(), version=number)
        said = "is active now" if policy.is_new else "was active already"
        self.stdout.write(f"{policy.slug} v{policy.version} {said}.")
        if policy.is_new and found.asked:
            summary = _summary(found)
            self.stdout.write(f"{summary[0].upper()}{summary[1:]}: see “compare {slug}”.")

    def _retire(self, options: dict[str, Any]) -> None:
        by = operator(options["by"], ACTIVATE, "retire a policy")
        policy = api.retire_policy(options["slug"], by=by, at=clock.now())
        self.stdout.write(
            f"{policy.slug} v{policy.version} is retired. Until a version is activated it gives "
            "nobody a waiver."
        )

    def _compare(self, options: dict[str, Any]) -> None:
        found = api.compare_policy(
            options["slug"], version=options["policy_version"], since=options["since"]
        )
        self.stdout.write(f"{found.policy} v{found.policy_version}: {_summary(found)}.")
        for (then, now), count in sorted(found.moves.items(), key=str):
            mark = "  " if then == now else "* "
            self.stdout.write(f"{mark}{_answer(then)} -> {_answer(now)}: {count}")
        for amount in found.fund_effect:
            size = Money.from_minor(abs(amount.minor), amount.currency)
            way = "less" if amount.minor < 0 else "more"
            self.stdout.write(f"The fund would have paid {size} {way}.")
        if found.unpriced:
            seats = counted(found.unpriced, "change")
            self.stdout.write(f"{seats} without a known cost of the seat.")
        if found.forgotten:
            self.stdout.write(f"{found.forgotten} cannot be asked: forgotten.")
        self.stdout.write(f"{counted(len(found.applications), 'application')} would change.")
        if options["list"]:
            for uuid in found.applications:
                self.stdout.write(f"  {uuid}")


def _life(policy: PolicySummary) -> str:
    """Who let it decide, and who took it back."""
    told = ""
    if policy.activated_at:
        told += f"; activated by {policy.activated_by or '-'}, {policy.activated_at:%Y-%m-%d}"
    if policy.retired_at:
        told += f"; retired by {policy.retired_by or '-'}, {policy.retired_at:%Y-%m-%d}"
    return told


def _summary(found: Comparison) -> str:
    return f"of {counted(found.asked, 'past answer')} {found.changed} would be another"


def _answer(answer: Answer) -> str:
    return f"{answer.outcome.value} {answer.percent}"
