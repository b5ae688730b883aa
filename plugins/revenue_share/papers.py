"""A statement as a paper: a tagged PDF file, in the language of who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fairgate_papers import (
    Block,
    Cell,
    Column,
    Fact,
    Paper,
    Particulars,
    Section,
    Table,
    Total,
    render,
)

from . import conf, statements, wording
from .data import Names, Part, Statement, StatementLine
from .rules.line_shares import NO_SHARES, Shares

# Longer tables are a file for machines: what is printed is read.
LONGEST_TABLE = 1_000


def render_statement(
    statement: Statement, *, names: Names, language: str, shares: Shares = NO_SHARES
) -> bytes:
    """The statement as a tagged PDF file in a language (a code of Django's, ``zh-hans``).

    The same statement gives the same bytes as long as the translations, the fonts and the
    typesetter are the same; what is frozen is the statement's document.

    Raises:
        PapersError: the file cannot be made.
    """
    paper = paper_of(statement, names=names, language=language, shares=shares)
    return render(paper, size=conf.paper_size(), folders=conf.font_folders())


def paper_of(
    statement: Statement, *, names: Names, language: str, shares: Shares = NO_SHARES
) -> Paper:
    """What is printed of a statement, in a language."""
    with translation.override(language):
        is_draft = not statement.is_frozen
        period = wording.period(statement.period)
        return Paper(
            title=_("Statement for %(month)s") % {"month": wording.month(statement.period)},
            number=statements.label(statement) or _("draft"),
            language=language.replace("_", "-"),
            issuer=Block(heading=_("Host"), name=names.host),
            issued_on=statement.closed_at.date() if statement.closed_at else period.last_day,
            recipient=Block(
                heading=_("Party"), name=names.party, lines=names.others(statement.party)
            ),
            facts=_facts(statement),
            body=tuple(_body(statement, shares)),
            notes=(_note(statement),),
            footer=_footer(statement),
            watermark=_("DRAFT") if is_draft else "",
            warning=_("This month is not closed: what is booked later changes this statement.")
            if is_draft
            else "",
        )


def _note(statement: Statement) -> str:
    basis = _(
        "Amounts are net of tax. Receipts are shared under the agreement in force on "
        "the day of the sale; a refund or a dispute takes back what its sale gave."
    )
    rounding = _(
        "A share is that of the version of the agreement. What is less than the "
        "smallest unit of the currency is carried from one sale to the next."
    )
    return " ".join(filter(None, (basis, rounding, wording.rounded_together(statement))))


def _facts(statement: Statement) -> tuple[Fact, ...]:
    minimum = statement.minimum_payout
    facts = (
        Fact(label=_("Month (UTC)"), value=wording.month(statement.period)),
        Fact(label=_("Currency"), value=statement.currency, is_code=True),
        Fact(
            label=_("Closed on"),
            value=wording.day(statement.closed_at.date()) if statement.closed_at else "",
        ),
        Fact(label=_("Smallest payout"), value=wording.amount(minimum) if minimum else ""),
    )
    return tuple(fact for fact in facts if fact.value)


def _body(statement: Statement, shares: Shares) -> Iterator[Section | Table | Particulars]:
    yield _in_short(statement)
    if 0 < len(statement.lines) <= LONGEST_TABLE:
        yield _lines(statement, shares)
    else:
        said = _("Nothing was booked in this month: the balance goes on.")
        if statement.lines:
            said = _("This statement has %(count)d lines: they are in its files.")
        yield Section(
            heading=_("Line by line"), paragraphs=(said % {"count": len(statement.lines)},)
        )
    if statement.sha256:
        proof = Fact(label="SHA-256", value=statement.sha256, is_code=True)
        yield Particulars(heading=_("Proof"), facts=(proof,))


def _in_short(statement: Statement) -> Table:
    rows = [(_("Carried from the last statement"), statement.opening)]
    rows += [
        (str(wording.part(part)), statement.part_total(part))
        for part in Part
        if any(line.part is part for line in statement.lines)
    ]
    return Table(
        heading=_("In short"),
        columns=(Column(heading=_("What")), Column(heading=_("Amount"), has_figures=True)),
        rows=tuple((Cell(text=what), Cell(text=wording.amount(value))) for what, value in rows),
        totals=(
            Total(label=_("This month"), value=wording.amount(statement.subtotal)),
            Total(
                label=_("To be paid out"), value=wording.amount(statement.payable), is_strong=True
            ),
            Total(
                label=_("Carried to the next statement"), value=wording.amount(statement.closing)
            ),
        ),
    )


def _lines(statement: Statement, shares: Shares) -> Table:
    return Table(
        heading=_("Line by line"),
        columns=(
            Column(heading=_("What")),
            Column(heading=_("Offering")),
            Column(heading=_("Shared amount"), has_figures=True),
            Column(heading=_("Share"), has_figures=True),
            Column(heading=_("Your part"), has_figures=True),
        ),
        rows=tuple(_row(statement, line, shares.of(line)) for line in statement.lines),
        totals=(
            Total(label=_("This month"), value=wording.amount(statement.subtotal), is_strong=True),
        ),
    )


def _row(statement: Statement, line: StatementLine, share: Fraction | None) -> tuple[Cell, ...]:
    prior = ""
    if line.period < statement.period:
        prior = _("of %(period)s") % {"period": wording.month(line.period)}
    terms = ""
    if line.agreement:
        values = {"agreement": line.agreement, "version": line.version}
        terms = _("%(agreement)s, version %(version)s") % values
    return (
        Cell(text=str(wording.part(line.part)), notes=_without_blanks(prior, _events(line))),
        Cell(text=line.offering_code, notes=_without_blanks(line.course_key, terms)),
        Cell(text=wording.figures(line.base)),
        Cell(text=wording.share(share) if share is not None else ""),
        Cell(text=wording.figures(line.amount)),
    )


def _events(line: StatementLine) -> str:
    said = ngettext("%(count)s event", "%(count)s events", line.events)
    return said % {"count": wording.number(line.events)}


def _without_blanks(*notes: str) -> tuple[str, ...]:
    return tuple(note for note in notes if note)


def _footer(statement: Statement) -> str:
    label = statements.label(statement)
    parts = (label, statement.party, statement.period, statement.currency)
    return " · ".join(part for part in parts if part)
