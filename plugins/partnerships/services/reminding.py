"""Reminders: written down once for each recipient, sent once, and never for what is settled.

As with the reminders of invoices: a row is claimed for some minutes, handed over, stamped. Whether
there is still something to say is looked at again when it is sent. Who is told: the people at the
partner who are its focal points, and the host's office.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import translation

from fairgate.clock import utc_day
from fairgate.mails import AUTOMATIC
from fairgate_tables.transactions import run_again
from partnerships import conf, models, rules, selectors
from partnerships.data import ContactRole, Matter, Side

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=15)
TRIES = 5
_OFFICE = "host"


@dataclass(frozen=True, slots=True)
class _Recipient:
    """Where a mail goes and in which language; ``key`` says who it is without naming them."""

    key: str
    addresses: tuple[str, ...]
    language: str


def remind(*, at: datetime) -> int:
    """Write down what has to be said today, and send what was not sent; how many mails were."""
    matters = list(list_matters(at=at))
    codes = {matter.partner for matter in matters}
    partners = {row.code: row for row in models.Partner.objects.filter(code__in=codes)}
    to_say: dict[str, tuple[Matter, _Recipient]] = {
        f"{matter.key}/{recipient.key}": (matter, recipient)
        for matter in matters
        for recipient in _recipients(matter)
    }
    rows = [
        models.Reminder(
            key=key, subject=matter.subject.value, partner=partners[matter.partner], created_at=at
        )
        for key, (matter, _recipient) in to_say.items()
    ]
    run_again(models.Reminder.objects.bulk_create)(rows, ignore_conflicts=True)
    waiting = models.Reminder.objects.filter(_unsent(at)).order_by("id")
    keys = list(waiting.values_list("pk", "key")[:1000])
    return sum(_send(pk, to_say.get(key), at=at) for pk, key in keys)


def list_matters(*, at: datetime) -> Iterator[Matter]:
    """What there is to say on the day of ``at``."""
    day = utc_day(at)
    versions = selectors.list_versions(at=at, partner_code=None)
    promises = {one.version: one for one in selectors.list_promises(at=at)}
    # A version of a later day which both have signed follows, whatever it calls itself.
    later = {(one.agreement, one.version) for one in versions if len(one.signatures) == len(Side)}
    for one in versions:
        is_followed = any(code == one.agreement and number > one.version for code, number in later)
        levels = conf.expiry_reminder_days()
        yield from rules.expiring(one, is_followed=is_followed, levels=levels, on=day)
        yield from rules.late(one, promises[one.uuid])
    with_agreement = {one.partner for one in versions if one.is_in_force}
    for code in sorted(with_agreement):
        partner = selectors.get_partner(code, at=at)
        levels = conf.diligence_reminder_days()
        yield from rules.diligence_expiring(partner, levels=levels, on=day)


def _recipients(matter: Matter) -> Iterator[_Recipient]:
    if office := conf.office_addresses():
        yield _Recipient(_OFFICE, office, settings.LANGUAGE_CODE)
    if Side.PARTNER in matter.concerns:
        for one in selectors.list_contacts(matter.partner, role=ContactRole.FOCAL_POINT.value):
            language = one.language or settings.LANGUAGE_CODE
            yield _Recipient(str(one.uuid), (one.email,), language)


def _unsent(at: datetime) -> Q:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    return free & Q(sent_at=None, dropped_at=None, tries__lt=TRIES)


def _send(pk: int, said: tuple[Matter, _Recipient] | None, *, at: datetime) -> bool:
    rows = models.Reminder.objects.filter(pk=pk)
    # Of two who want to send it, one gets the claim: the row count decides.
    claim = run_again(rows.filter(_unsent(at)).update)
    if not claim(claimed_until=at + CLAIM, tries=F("tries") + 1):
        return False
    if said is None:
        # It was settled since it was written down, or whoever it was for has been forgotten.
        run_again(rows.update)(dropped_at=at, claimed_until=None)
        return False
    try:
        is_taken = _hand_over(*said)
    except Exception as error:  # noqa: BLE001 - see below
        # A mail server may fail in any way; one mail keeps no other from being sent. What it says
        # often names the person.
        reason = type(error).__name__
        log.error("reminder failed: reminder=%s reason=%s", pk, reason)  # noqa: TRY400
        is_taken = False
    if is_taken:
        run_again(rows.update)(sent_at=at, claimed_until=None)
        log.info("reminder sent: reminder=%s subject=%s", pk, said[0].subject)
    return is_taken


def _hand_over(matter: Matter, recipient: _Recipient) -> bool:
    with translation.override(recipient.language):
        subject_line = _subject_line(matter)
        context = {
            "subject_line": subject_line,
            "matter": matter,
            "language": recipient.language,
            "direction": "rtl" if translation.get_language_bidi() else "ltr",
        }
        mail = EmailMultiAlternatives(
            subject_line,
            render_to_string("partnerships/reminder.txt", context),
            to=list(recipient.addresses),
            headers=dict(AUTOMATIC),
        )
        html = render_to_string("partnerships/reminder.html", context)
        mail.attach_alternative(html, "text/html")
    return bool(mail.send())


def _subject_line(matter: Matter) -> str:
    """What the mail is about, in the language that is active."""
    told = {"agreement": matter.agreement, "code": matter.code, "partner": matter.partner}
    return str(models.SUBJECT_LINES[matter.subject]) % told
