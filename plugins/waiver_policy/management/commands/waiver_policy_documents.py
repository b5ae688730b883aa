"""``manage.py waiver_policy_documents``: lists documents, deletes what is due, compares."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from waiver_policy import api
from waiver_policy.data import DueDocument
from waiver_policy.exceptions import DocumentsOff


class Command(BaseCommand):
    """Exit code 0: done. 1: something a person must look at. 2: an option is wrong."""

    help = (
        "Lists, deletes and checks the documents that learners sent with applications for waivers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("list", help="every document that is kept, and the day on which it goes")
        actions.add_parser("purge", help="delete what is due and what was left over; once a day")
        actions.add_parser("check", help="compare rows and files; exit code 1 if they differ")

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {"list": self._list, "purge": self._purge, "check": self._check}
        try:
            actions[options["action"]]()
        except DocumentsOff:
            raise CommandError(
                "No place and no key for documents is set (WAIVER_POLICY_DOCUMENTS, "
                "WAIVER_POLICY_DOCUMENT_KEYS).", returncode=1,
            ) from None  # fmt: skip

    def _list(self) -> None:
        found = api.list_due_documents()
        day = clock.utc_day(clock.now())
        for one in found:
            self.stdout.write(_line(one))
        due = sum(1 for one in found if one.due_on is not None and one.due_on <= day)
        self.stdout.write(f"{counted(len(found), 'document')} kept, {due} due.")

    def _purge(self) -> None:
        gone, left = api.purge_documents(at=clock.now())
        self.stdout.write(f"{counted(gone, 'file')} deleted.")
        if left:
            raise CommandError(
                f"{counted(left, 'file')} could not be deleted; the log says why. Nobody can read "
                "them any more. Run it again.", returncode=1,
            )  # fmt: skip

    def _check(self) -> None:
        report = api.check_document_storage(at=clock.now())
        for uuid in report.missing:
            self.stdout.write(f"{uuid}: its file is missing.")
        for uuid in report.unreadable:
            self.stdout.write(f"{uuid}: no key of the settings opens its file.")
        for uuid in report.half_deleted:
            self.stdout.write(f"{uuid}: given up, and its file is still there; purge deletes it.")
        for name in report.orphans:
            self.stdout.write(f"{name}: belongs to no document; purge deletes it.")
        if not report.is_clean:
            raise CommandError(
                f"{counted(report.kept, 'document')} kept. Look at these.", returncode=1
            )
        self.stdout.write(f"{counted(report.kept, 'document')} kept, every file in its place.")


def _line(one: DueDocument) -> str:
    document = one.document
    when = f"goes on {one.due_on}" if one.due_on else "needed: the application is open"
    return f"{document.uuid} {document.kind}, sent {document.uploaded_at:%Y-%m-%d}, {when}"
