"""Mails: written down with what they are about, sent after the commit, once each.

A notice is a row that is written in the transaction of the step it tells of. Sending claims the row
for some minutes, hands the mail over, and stamps it. A worker that dies between the two leaves a
claim that ends: the mail is sent again rather than lost, so in that one case somebody may read it
twice. What could not be handed over is tried again by ``waiver_policy_daily``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from fairgate.mails import AUTOMATIC
from fairgate_tables.transactions import run_again
from waiver_policy import compat, conf, mail_wording, models
from waiver_policy.selectors import offerings, people

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=15)
#: The folder of the templates, as edx-ace looks for them.
TEMPLATES = "waivernotice"

# Where a notice leads: the name of the page, and what of the notice the address holds.
_PAGES: Mapping[str, tuple[str, str]] = {
    "nominated": ("nomination", "nomination"),
    "nomination_ended": ("nomination", "nomination"),
    "digest": ("review", ""),
    "waitlist_served": ("why", "offering"),
}


def write(
    kind: str, key: str, user_id: int, *, at: datetime, later: bool = False, **about: Any
) -> None:
    """Write down that somebody is to be told, once per key, and send it after the commit.

    ``later`` leaves the sending to ``send_waiting``: many at once would keep a page waiting.
    """
    row = models.Notice(key=key, kind=kind, user_id=user_id, context=about, created_at=at)
    models.Notice.objects.bulk_create([row], ignore_conflicts=True)
    if not later:
        transaction.on_commit(partial(send, key, at=at), robust=True)


def send_waiting(at: datetime) -> int:
    """Send what is written down and was not handed over yet; how many were."""
    waiting = models.Notice.objects.filter(_unsent(at)).values_list("key", flat=True)
    return sum(send(key, at=at) for key in list(waiting.order_by("id")[:1000]))


def _unsent(at: datetime) -> Q:
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    return free & Q(sent_at__isnull=True, tries__lt=conf.notice_tries())


def send(key: str, *, at: datetime) -> bool:
    """Send one notice; ``False`` when somebody else does, or it could not be handed over."""
    rows = models.Notice.objects.filter(key=key)
    # The row count decides: of two who want to send it, one gets the claim. Each statement is run
    # again by itself: what was handed over must not be handed over again for a lost lock.
    claim = run_again(rows.filter(_unsent(at)).update)
    if not claim(claimed_until=at + CLAIM, tries=F("tries") + 1):
        return False
    notice = rows.get()
    try:
        is_taken = _hand_over(notice)
    except Exception as error:  # noqa: BLE001 - see below
        # A channel of the site may fail in any way; one mail that cannot be made keeps no other
        # from being sent, and its row is tried again. What a mail server says names the person.
        reason = type(error).__name__
        log.error("waiver notice failed: notice=%s reason=%s", notice.pk, reason)  # noqa: TRY400
        is_taken = False
    if not is_taken:
        log.warning("waiver notice not sent: notice=%s try=%s", notice.pk, notice.tries)
        return False
    run_again(rows.update)(sent_at=at, claimed_until=None)
    log.info(
        "waiver notice sent: notice=%s kind=%s user=%s", notice.pk, notice.kind, notice.user_id
    )
    return True


def waitlist_served(user_id: int, offering_code: str, *, key: str, at: datetime) -> None:
    """Tell a person, once per key, that there is room for their waiver now."""
    write(
        "waitlist_served", f"waitlist_served:{key}", user_id, at=at, later=True,
        offering=offering_code,
    )  # fmt: skip


def _hand_over(notice: models.Notice) -> bool:
    box = people.mailbox(notice.user_id)
    if not box.address:
        return False
    language = compat.preferred_language(notice.user_id) or settings.LANGUAGE_CODE
    with translation.override(language):
        context = _context(notice)
    if compat.has_ace():
        return compat.send_by_ace(
            box.user_id, box.address, language=language, name=TEMPLATES, context=context
        )
    with translation.override(language):
        mail = _plain_mail(box.address, context)
    return bool(mail.send())


def _plain_mail(address: str, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    """The mail as Django sends it, from the templates that edx-ace would use."""
    folder = f"waiver_policy/edx_ace/{TEMPLATES}/email"
    subject = " ".join(render_to_string(f"{folder}/subject.txt", context).split())
    mail = EmailMultiAlternatives(
        subject,
        render_to_string(f"{folder}/body.txt", context),
        to=[address],
        headers=dict(AUTOMATIC),
    )
    head, body = (render_to_string(f"{folder}/{name}.html", context) for name in ("head", "body"))
    page = f"<!DOCTYPE html>\n<html><head>{head}</head><body>{body}</body></html>"
    mail.attach_alternative(page, "text/html")
    return mail


def _context(notice: models.Notice) -> dict[str, Any]:
    """What fills the templates; plain values, which edx-ace may keep as JSON."""
    about = notice.context
    said = mail_wording.mail(notice.kind, about, _offering(about))
    return {
        "subject": said.subject,
        "lines": list(said.lines),
        "link": _address(notice),
        "link_words": said.link,
        "site": conf.site_name(),
        "language": translation.get_language() or "",
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
    }


def _offering(about: Mapping[str, Any]) -> str:
    code = about.get("offering", "")
    if application := about.get("application"):
        found = models.WaiverApplication.objects.filter(uuid=application)
        code = found.values_list("offering_code", flat=True).first() or ""
    return offerings.offering_name(code) if code else ""


def _address(notice: models.Notice) -> str:
    page, held = _PAGES.get(notice.kind, ("application", "application"))
    if held and held not in notice.context:
        page, held = "mine", ""
    try:
        path = reverse(f"waiver_policy:{page}", args=[notice.context[held]] if held else [])
    except NoReverseMatch:  # the pages are not served here
        return conf.site_url()
    return f"{conf.site_url()}{path}"
