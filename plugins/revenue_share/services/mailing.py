"""Statements by mail: written down once for each contact of finance, sent once.

As with the reminders of partners: a row is claimed for a while, handed over, stamped. What the mail
server did not take is tried again later and later. A worker that dies between the mail and its
stamp lets it go out again, under the same Message-ID.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from fairgate.mails import AUTOMATIC
from fairgate_tables.transactions import run_again
from partnerships import api as partnerships
from partnerships.data import WELL_KNOWN, Contact, ContactRole

from .. import conf, papers, statements, wording
from ..data import MailedStatements, Names, Period, Statement
from ..models import Statement as StatementRow
from ..models import StatementMail
from ..selectors import explained
from ..selectors.frozen import is_as_frozen

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)
TRIES = 12
_FOLDER = "revenue_share/statement_mail"
_MOST = 10_000


def send_statements(*, at: datetime) -> MailedStatements:
    """Send every statement of a month that was closed lately to whom it concerns, once."""
    outcomes = [send(pk, at=at) for pk in due_now(at=at)]
    return MailedStatements(sent=outcomes.count(True), waiting=_waiting().count())


def due_now(*, at: datetime) -> tuple[int, ...]:
    """Write down the mails of months that were closed lately; all that may be sent now.

    Where mails are switched off there are none, whatever was written down before.
    """
    if not conf.mail_age():
        return ()
    write_down(at=at)
    return due(at=at)


def write_down(*, at: datetime, period: Period | None = None, party: str | None = None) -> None:
    """Write down the mails of a closed month, or of all that were closed lately."""
    rows = _to_be_mailed(at=at, period=period, party=party)
    wanted = {
        (code, month, currency, contact.uuid)
        for code, month, currency in rows.values_list("party", "period", "currency")
        for contact in _contacts(code)
    }
    known = StatementMail.objects.filter(period__in={month for _, month, _, _ in wanted})
    new = wanted.difference(known.values_list("party", "period", "currency", "contact"))
    mails = [
        StatementMail(party=code, period=month, currency=currency, contact=uuid, created_at=at)
        for code, month, currency, uuid in sorted(new)
    ]
    run_again(StatementMail.objects.bulk_create)(mails, ignore_conflicts=True)


def without_contact(
    *, at: datetime, period: Period | None = None, party: str | None = None
) -> tuple[str, ...]:
    """The parties whose statements of these months nobody gets by mail, in alphabetical order."""
    if period is None and not conf.mail_age():
        return ()
    rows = _to_be_mailed(at=at, period=period, party=party)
    return tuple(
        code
        for code in rows.order_by("party").values_list("party", flat=True).distinct()
        if not _contacts(code)
    )


def _to_be_mailed(
    *, at: datetime, period: Period | None, party: str | None
) -> QuerySet[StatementRow]:
    """The statements of a closed month, or of all that were closed lately, that go by mail."""
    rows = StatementRow.objects.exclude(party__in=[*WELL_KNOWN, *conf.not_mailed()])
    if period is not None:
        rows = rows.filter(period=str(period))
    else:
        rows = rows.filter(close__closed_at__gt=at - conf.mail_age())
    return rows if party is None else rows.filter(party=party)


def due(*, at: datetime, period: Period | None = None, party: str | None = None) -> tuple[int, ...]:
    """The mails that may be sent now, those written down first first: at most ten thousand."""
    rows = _waiting().filter(_free(at)).exclude(party__in=conf.not_mailed())
    if period is not None:
        rows = rows.filter(period=str(period))
    if party is not None:
        rows = rows.filter(party=party)
    return tuple(rows.order_by("id").values_list("pk", flat=True)[:_MOST])


def send(pk: int, *, at: datetime) -> bool | None:
    """Send one mail: whether it was handed over; ``None`` where there is nothing to send any more.

    That is so where somebody else is sending it, or its contact was forgotten meanwhile.
    """
    row = StatementMail.objects.filter(pk=pk).first()
    if row is None or not claim(row, at=at):
        return None
    contact = next((one for one in _contacts(row.party) if one.uuid == row.contact), None)
    if contact is None:
        _stamp(row, dropped_at=at)
        return None
    try:
        is_taken = _hand_over(row, contact)
    except Exception as error:  # noqa: BLE001 - see below
        # A mail server may fail in any way; one mail keeps no other from being sent. What it says
        # often names the person.
        told = (row.pk, row.tries + 1, type(error).__name__)
        log.error("statement not mailed: mail=%s tries=%s reason=%s", *told)  # noqa: TRY400
        is_taken = False
    if is_taken:
        _stamp(row, sent_at=at)
        log.info("statement mailed: mail=%s statement=%s", row.pk, row)
    return is_taken


def claim(row: StatementMail, *, at: datetime) -> bool:
    """Whether this worker sends it now: of several who want to, one changes the row."""
    wait = min(CLAIM * 2**row.tries, LONGEST_WAIT)
    rows = _waiting().filter(_free(at), pk=row.pk, tries=row.tries)
    changed: int = run_again(rows.update)(claimed_until=at + wait, tries=row.tries + 1)
    return changed == 1


def _waiting() -> QuerySet[StatementMail]:
    return StatementMail.objects.filter(sent_at=None, dropped_at=None, tries__lt=TRIES)


def _free(at: datetime) -> Q:
    return Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)


def _stamp(row: StatementMail, **told: datetime) -> None:
    run_again(StatementMail.objects.filter(pk=row.pk).update)(claimed_until=None, **told)


def _contacts(party: str) -> tuple[Contact, ...]:
    # A share may go to somebody who is no partner: then there is nobody.
    return partnerships.contacts(party, role=ContactRole.FINANCE.value)


def _hand_over(row: StatementMail, contact: Contact) -> bool:
    frozen = StatementRow.objects.get(party=row.party, period=row.period, currency=row.currency)
    if not is_as_frozen(frozen):
        # A mail cannot be called back: somebody has to look at the books first.
        log.error("statement is not as it was frozen, not mailed: statement=%s", frozen)
        return False
    statement = statements.read_document(frozen.document)
    language = contact.language or settings.LANGUAGE_CODE
    with translation.override(language):
        names = explained.names_on(statement, language=language)
        subject = _("%(host)s: statement %(label)s of %(party)s, %(month)s, %(currency)s") % {
            "host": names.host,
            "label": wording.label(statement.number),
            "party": row.party,
            "month": wording.month(row.period),
            "currency": row.currency,
        }
        context = _context(statement, names, language) | {"subject_line": subject}
        mail = EmailMultiAlternatives(
            subject,
            render_to_string(f"{_FOLDER}.txt", context).strip(),
            to=[contact.email],
            headers={"Message-ID": _message_id(row), **AUTOMATIC},
        )
        mail.attach_alternative(render_to_string(f"{_FOLDER}.html", context), "text/html")
    shares = explained.line_shares(statement)
    paper = papers.render_statement(statement, names=names, shares=shares, language=language)
    mail.attach(statements.file_name(statement, ".pdf"), paper, "application/pdf")
    return bool(mail.send())


def _context(statement: Statement, names: Names, language: str) -> dict[str, object]:
    """What the mail says, in the language that is active."""
    return {
        "name": names.party,
        "month": wording.month(statement.period),
        "label": wording.label(statement.number),
        "payable": wording.amount(statement.payable),
        "is_payable": bool(statement.payable),
        "closing": wording.amount(statement.closing),
        "link": _link(statement),
        "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
    }


def _link(statement: Statement) -> str:
    """The page of the statement, with the site in front; "" where the site is not known."""
    try:
        path = reverse("revenue_share:statement", args=[statement.party, statement.period])
    except NoReverseMatch:  # Studio has no such page
        return ""
    site = conf.site_url()
    return f"{site}{path}?{urlencode({'currency': statement.currency})}" if site else ""


def _message_id(row: StatementMail) -> str:
    """The same of every try: who gets the mail twice is shown it once by many programs."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"<{row.uuid}@{address.rpartition('@')[2] or 'localhost'}>"
