"""``manage.py waiver_policy_policies``: shows, loads and activates policy documents."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.documents import DocumentError, read_text
from waiver_policy import api
from waiver_policy.exceptions import WaiverError
from waiver_policy.management.options import text_of, version_number
from waiver_policy.models import PolicyVersion

SHIPPED = "shipped"


class Command(BaseCommand):
    """Exit code 0: done. 1: not possible, with the reason. 2: a file or an option is wrong."""

    help = "Shows, loads and activates waiver policies."

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
        for sub, column in ((load, "author"), (activate, "activated_by")):
            sub.add_argument(
                "--by", type=text_of(PolicyVersion, column), default="command line",
                help="who answers for it",
            )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {"show": self._show, "load": self._load, "activate": self._activate}
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
                f"by {policy.author}, {policy.created_at:%Y-%m-%d}: {policy.title}"
            )

    def _load(self, options: dict[str, Any]) -> None:
        path = Path(options["file"])
        if options["file"] == SHIPPED:
            path = Path(str(resources.files("waiver_policy") / "data" / "fairgate-default.yaml"))
        found = api.load_policy(read_text(path), file=str(path), by=options["by"], at=clock.now())
        for policy in found:
            said = "loaded as a draft" if policy.is_new else f"unchanged, {policy.state}"
            self.stdout.write(f"{policy.slug} v{policy.version}: {said}.")

    def _activate(self, options: dict[str, Any]) -> None:
        policy = api.activate_policy(
            options["slug"], by=options["by"], at=clock.now(), version=options["policy_version"]
        )
        said = "is active now" if policy.is_new else "was active already"
        self.stdout.write(f"{policy.slug} v{policy.version} {said}.")
