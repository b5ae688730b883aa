"""Mails about seats: written down with the invitation, sent once each.

As with the notices of the waiver policy: a row is claimed for some minutes, handed over, stamped. A
worker that dies between the two leaves a claim that ends: the mail is sent again rather than lost.
Whether the invitation still stands is looked at again when it is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fairgate.mails import AUTOMATIC
from fairgate_tables.transactions import run_again
from fee_payments import conf, models
from fee_payments.data.institution_seats import MailKind, SeatState
from fee_payments.selectors import seat_people
from fee_payments.selectors.institution_seats import state_of
from fee_payments.services import mail_partners
from fee_payments.services.seat_invitations import token_of
from fee_payments.services.seat_rows import is_over
from fee_payments.services.session_words import session_in_words

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=15)
_FOLDER = "fee_payments/seat_mail"
_AT_ONCE = 1000


def write(seats: Sequence[models.Seat], kind: MailKind, *, at: datetime) -> list[str]:
    """Write down a mail to whoever is invited to each seat; returns their keys."""
    rows = [
        models.SeatMail(
            key=f"{kind.value}:{seat.pk}:{uuid4().hex}", seat=seat, nonce=seat.nonce, kind=kind,
            created_at=at,
        )
        for seat in seats
        if seat.nonce is not None
    ]  # fmt: skip
    models.SeatMail.objects.bulk_create(rows, batch_size=500)
    return [row.key for row in rows]


def write_once(seat: models.Seat, kind: MailKind, *, at: datetime) -> bool:
    """Write down the one mail of a kind about one invitation; whether it was not there."""
    key = f"{kind.value}:{seat.pk}:{seat.nonce}"
    if seat.nonce is None or models.SeatMail.objects.filter(key=key).exists():
        return False
    row = models.SeatMail(key=key, seat=seat, nonce=seat.nonce, kind=kind, created_at=at)
    models.SeatMail.objects.bulk_create([row], ignore_conflicts=True)
    return True


def send_waiting(*, at: datetime) -> int:
    """Send what is written down and was not handed over yet; how many were."""
    waiting = models.SeatMail.objects.filter(_unsent(at)).order_by("id")
    return send_keys(list(waiting.values_list("key", flat=True)[:_AT_ONCE]), at=at)


def send_keys(keys: Sequence[str], *, at: datetime) -> int:
    """Send these mails; how many were handed over."""
    return sum(_send(key, at=at) for key in keys)


def _unsent(at: datetime) -> Q:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    return free & Q(sent_at=None, dropped_at=None, tries__lt=conf.seat_mail_tries())


def _send(key: str, *, at: datetime) -> bool:
    rows = models.SeatMail.objects.filter(key=key)
    # Of two who want to send it, one gets the claim: the row count decides.
    claim = run_again(rows.filter(_unsent(at)).update)
    if not claim(claimed_until=at + CLAIM, tries=F("tries") + 1):
        return False
    row = rows.select_related(
        "seat__pool__offering", "seat__pool__buyer", "seat__pool__line__session"
    ).get()
    is_there = row.seat.nonce == row.nonce and state_of(row.seat, at=at) is SeatState.ASSIGNED
    if not is_there or is_over(row.seat.pool, at=at):
        run_again(rows.update)(dropped_at=at, claimed_until=None)
        return False
    try:
        failure = "" if _hand_over(row.seat, row.kind, at=at) else "no address"
    except Exception as error:  # noqa: BLE001 - see below
        # A mail server may fail in any way; one mail keeps no other from being sent. What it says
        # often names the person.
        failure = type(error).__name__[:64]
        log.error("seat mail failed: mail=%s reason=%s", row.pk, failure)  # noqa: TRY400
    if failure:
        run_again(rows.update)(failure=failure)
        return False
    run_again(rows.update)(sent_at=at, claimed_until=None, failure="")
    log.info("seat mail sent: mail=%s kind=%s", row.pk, row.kind)
    return True


def _hand_over(seat: models.Seat, kind: str, *, at: datetime) -> bool:
    address, name = _mailbox(seat)
    if not address:
        return False
    language = seat.pool.buyer.language or settings.LANGUAGE_CODE
    with translation.override(language):
        context = _context(seat, kind, name)
        context["partners"] = mail_partners.strip(seat.pool.offering.course_key, at=at)
        subject = " ".join(str(context["subject"]).split())
        mail = EmailMultiAlternatives(
            subject,
            render_to_string(f"{_FOLDER}/body.txt", context),
            to=[address],
            headers=dict(AUTOMATIC),
        )
        mail.attach_alternative(render_to_string(f"{_FOLDER}/body.html", context), "text/html")
    return bool(mail.send())


def _mailbox(seat: models.Seat) -> tuple[str, str]:
    if seat.assigned_user is None:
        return seat_people.opened(seat.sealed)
    people = get_user_model()._default_manager.filter(pk=seat.assigned_user, is_active=True)
    user = people.first()
    return (str(user.email), user.get_full_name()) if user is not None else ("", "")


def _context(seat: models.Seat, kind: str, name: str) -> dict[str, object]:
    said = {"sponsor": seat.pool.sponsor, "title": seat.pool.offering.title}
    until = seat.expires_at.astimezone(UTC) if seat.expires_at else None
    session = seat.pool.line.session
    subject = _("%(sponsor)s has a seat for you: %(title)s") % said
    if kind == MailKind.REMINDER:
        subject = _("Your seat from %(sponsor)s is still waiting: %(title)s") % said
    return {
        "subject": subject,
        "name": name,
        "sponsor": seat.pool.sponsor,
        "title": seat.pool.offering.title,
        "session": session_in_words(session) if session else "",
        "until": date_format(until, "DATE_FORMAT") if until else "",
        "time": date_format(until, "H:i") if until else "",
        "is_for_address": seat.is_for_address,
        "link": _link(seat),
        "site": conf.site_name(),
        "language": translation.get_language() or "",
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
    }


def _link(seat: models.Seat) -> str:
    try:
        path = reverse("fee_payments:seat_invitation", args=[token_of(seat)])
    except NoReverseMatch:  # the pages are not served here
        return conf.site_url()
    return f"{conf.site_url()}{path}"
