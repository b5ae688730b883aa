"""The mails of the demo: kept as files in ``demo/var/mail``, shown to whom they are written.

No mail leaves the machine, so an invitation can be followed where there is no network.
"""

from __future__ import annotations

import email
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage as Letter
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as its reader sees it."""

    subject: str
    text: str


class Mailbox(BaseEmailBackend):
    """Keeps every mail as a file; the names of the files have the order in which they came."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep these mails; how many there were."""
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.time_ns()}-{uuid4().hex}.eml"
            (folder / name).write_bytes(message.message().as_bytes())
        return len(email_messages)


def list_mails(address: str) -> list[Mail]:
    """The mails to an address, the newest first."""
    letters = map(_read, sorted(_folder().glob("*.eml"), reverse=True))
    return [_mail(letter) for letter in letters if address in str(letter["To"])]


def _folder() -> Path:
    return Path(settings.DEMO_MAIL)


def _read(file: Path) -> Letter:
    return email.message_from_bytes(file.read_bytes(), policy=policy.default)


def _mail(letter: Letter) -> Mail:
    body = letter.get_body(preferencelist=("plain",))
    return Mail(subject=str(letter["Subject"]), text=body.get_content() if body else "")
