"""``revenue_share_export``: the facts of the books for ClickHouse, or a ledger of beancount."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from revenue_share import api
from revenue_share.data import Exported
from revenue_share.exceptions import ExportRefused, RevenueShareError

CLICKHOUSE, BEANCOUNT = "clickhouse", "beancount"
#: What says more about one of the three acts, and of which.
GOES_WITH = {"since": "out", "again": "send", "cluster": "tables"}


class Command(BaseCommand):
    """Files, a server, the tables of a server, or a ledger; exit code 2 when it is refused."""

    help = "Export the facts of the books for ClickHouse, or the books as a ledger of beancount."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to, in which format, and since when."""
        parser.add_argument("out", nargs="?", type=Path, help="a new folder, or file of a ledger")
        parser.add_argument("--format", choices=[CLICKHOUSE, BEANCOUNT], default=CLICKHOUSE)
        parser.add_argument(
            "--since", type=Path, metavar="MANIFEST", help="only what is newer than that folder"
        )
        parser.add_argument(
            "--send", action="store_true", help="send what is new to REVENUE_SHARE_CLICKHOUSE"
        )
        parser.add_argument("--again", action="store_true", help="with --send: everything again")
        parser.add_argument(
            "--tables", metavar="DATABASE", help="print the statements that make the tables"
        )
        parser.add_argument("--cluster", default="", help="with --tables: on which cluster")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do one of them."""
        act = _act(options)
        try:
            getattr(self, f"_{act}")(options)
        except ExportRefused as error:
            raise CommandError(str(error), returncode=2) from None
        except (RevenueShareError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None

    def _tables(self, options: Any) -> None:
        try:
            self.stdout.write(api.fact_tables(options["tables"], cluster=options["cluster"]))
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None

    def _send(self, options: Any) -> None:
        self._say(api.send_facts(again=options["again"], at=clock.now()))

    def _out(self, options: Any) -> None:
        if options["format"] == BEANCOUNT:
            self._write_ledger(options["out"])
        else:
            self._say(api.export_facts(options["out"], since=options["since"], at=clock.now()))

    def _write_ledger(self, out: Path) -> None:
        parts = out.with_name(f".{out.name}.{os.getpid()}")
        if out.exists():
            raise ExportRefused("%(place)s is there already; nothing is written over.", place=out)
        try:
            # Nobody finds half a ledger, and nobody else reads it.
            place = os.open(parts, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(place, "w", encoding="utf-8") as file:
                file.writelines(api.beancount_ledger())
            parts.rename(out)
        except OSError as error:
            said = f"{out} cannot be written: {error.strerror}."
            raise CommandError(said, returncode=2) from None
        finally:
            parts.unlink(missing_ok=True)
        self.stdout.write(f"{out}\n")

    def _say(self, done: Exported) -> None:
        for name, rows in done.rows.items():
            self.stdout.write(f"{name}: {counted(rows, 'row')}, up to {done.last[name]}")


def _act(options: Any) -> str:
    acts = [name for name in ("out", "send", "tables") if options[name]]
    if len(acts) != 1:
        raise CommandError("Name a place, or --send, or --tables.", returncode=2)
    astray = [f"--{name}" for name, act in GOES_WITH.items() if options[name] and act != acts[0]]
    if options["format"] == BEANCOUNT and (acts != ["out"] or options["since"]):
        astray.append("--format beancount")
    if astray:
        raise CommandError(f"{', '.join(astray)}: not with the rest.", returncode=2)
    return acts[0]
