"""An agreement as a paper: all that was agreed, its checksum, and who has signed so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fairgate_papers import (
    Block,
    Cell,
    Column,
    Fact,
    Paper,
    Particulars,
    Section,
    Table,
    render,
)
from partnerships import conf
from partnerships.data import (
    FUND,
    GROSS,
    PLATFORM,
    PRO_RATA,
    FieldChange,
    Identity,
    Kind,
    Promises,
    RevenueTerms,
    Role,
    Side,
    SignatureSummary,
    VersionSummary,
)
from partnerships.models import (
    CONTRIBUTION_LABELS,
    DIRECTION_LABELS,
    KIND_LABELS,
    MEANS_LABELS,
    ROLE_LABELS,
    SIDE_LABELS,
)

Part = Section | Table | Particulars


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementOnPaper:
    """What is printed: a version as it stands at ``at``, and how its partners are called there.

    ``named`` has the partner of the agreement and everybody with a role, by code.
    """

    version: VersionSummary
    promises: Promises
    changes: tuple[FieldChange, ...]
    named: Mapping[str, Identity]
    at: datetime


def render_agreement(agreement: AgreementOnPaper, language: str) -> bytes:
    """The agreement as a tagged PDF file in a language (a code of Django's, ``zh-hans``).

    Raises:
        PapersError: the file cannot be made.
    """
    return render(
        paper_of(agreement, language), size=conf.paper_size(), folders=conf.font_folders()
    )


def paper_of(agreement: AgreementOnPaper, language: str) -> Paper:
    """What is printed of an agreement, in a language."""
    version, partner = agreement.version, agreement.named[agreement.version.partner]
    with translation.override(language):
        is_signed = len(version.signatures) == len(Side)
        return Paper(
            title=_("Partnership agreement"),
            number=f"{version.agreement} / {version.version}",
            language=language.replace("_", "-"),
            issuer=Block(name=conf.host_name(), heading=_("Host")),
            issued_on=agreement.at.date(),
            recipient=Block(
                heading=_("Partner"),
                name=partner.legal_name,
                lines=(str(KIND_LABELS[Kind(partner.kind)]), partner.url),
            ),
            facts=_facts(version),
            body=tuple(_body(agreement)),
            notes=(
                _(
                    "The checksum is that of the agreed text, which this paper is made from. Names "
                    "and addresses are not part of it. The agreed text is binding."
                ),
            ),
            footer=f"{version.agreement} / {version.version} · SHA-256 {version.checksum}",
            watermark="" if is_signed else _("DRAFT"),
            warning="" if is_signed else _("This agreement is not signed by both sides."),
        )


def _facts(version: VersionSummary) -> tuple[Fact, ...]:
    follows = version.follows
    facts = (
        Fact(label=_("Agreement"), value=version.agreement, is_code=True),
        Fact(label=_("Version"), value=str(version.version), is_code=True),
        Fact(
            label=_("Amendment"),
            value=str(follows.amendment) if follows and follows.amendment else "",
            is_code=True,
        ),
        Fact(
            label=_("Follows version"), value=str(follows.version) if follows else "", is_code=True
        ),
        Fact(label=_("First day (UTC)"), value=_day(version.valid_from)),
        Fact(
            label=_("Last day (UTC)"),
            value=_day(version.valid_until) if version.valid_until else _("open-ended"),
        ),
        Fact(
            label=_("Ended early on (UTC)"),
            value=_day(version.ended_on) if version.ended_on else "",
        ),
    )
    return tuple(fact for fact in facts if fact.value)


def _body(agreement: AgreementOnPaper) -> Iterator[Part]:
    version, promises = agreement.version, agreement.promises
    if version.follows:
        yield Section(heading=_("Why this version follows"), paragraphs=(version.follows.reason,))
    if agreement.changes:
        yield _changes(agreement.changes)
    if version.goals:
        yield Section(heading=_("Goals"), paragraphs=version.goals)
    yield _table(_("Courses"), [_("Course run")], [[key] for key in version.courses])
    if version.roles:
        rows = [
            [agreement.named[one.partner].display_name, str(ROLE_LABELS[Role(one.role)])]
            for one in version.roles
        ]
        yield _table(_("Roles"), [_("Partner"), _("Role")], rows)
    yield from _promised(promises)
    if version.terms:
        yield from _revenue(version.terms)
    if version.signatures:
        yield _signatures(version.signatures)
    yield Particulars(
        heading=_("Agreed text"),
        facts=(Fact(label="SHA-256", value=version.checksum, is_code=True, is_strong=True),),
    )


def _changes(changes: tuple[FieldChange, ...]) -> Table:
    heads = [_("Field"), _("Before"), _("Now")]
    return _table(_("What changed"), heads, [[one.field, one.before, one.after] for one in changes])


def _promised(promises: Promises) -> Iterator[Part]:
    if promises.obligations:
        heads = [_("Obligation"), _("Who"), _("Due")]
        yield _table(
            _("Obligations"),
            heads,
            [
                [one.text, str(SIDE_LABELS[Side(one.side)]), _due(one.due, one.every_months)]
                for one in (each.obligation for each in promises.obligations)
            ],
        )
    if promises.contributions:
        heads = [
            _("Contribution"),
            pgettext("a contribution", "From"),
            _("Kind"),
            _("Amount or worth"),
            _("Due"),
        ]
        yield _table(
            _("Contributions"),
            heads,
            [
                [
                    _valued(one.text, one.valuation),
                    one.party,
                    str(dict(CONTRIBUTION_LABELS)[one.kind]),  # type: ignore[index]
                    str(one.promised),
                    _day(one.due),
                ]
                for one in (each.contribution for each in promises.contributions)
            ],
            figures=3,
        )
    if promises.outcomes:
        heads = [_("Indicator"), _("Direction"), _("Baseline"), _("Target"), _("Due")]
        yield _table(
            _("Expected outcomes"),
            heads,
            [
                [
                    f"{one.indicator} ({one.unit})",
                    str(dict(DIRECTION_LABELS)[one.direction]),  # type: ignore[index]
                    f"{one.baseline.normalize():f}",
                    f"{one.target.normalize():f}",
                    _day(one.due),
                ]
                for one in (each.outcome for each in promises.outcomes)
            ],
        )


def _valued(text: str, valuation: str) -> str:
    if not valuation:
        return text
    return _("%(what)s (valued as: %(how)s)") % {"what": text, "how": valuation}


def _due(due: date, every_months: int | None) -> str:
    if every_months is None:
        return _day(due)
    return translation.ngettext(
        "%(day)s, and each month after", "%(day)s, and each %(count)s months after", every_months
    ) % {"day": _day(due), "count": every_months}


def _revenue(terms: RevenueTerms) -> Iterator[Part]:
    weights = terms.weights()
    whole = sum(weight for _code, weight in weights)
    rows = [[_party(code), f"{weight} / {whole}"] for code, weight in weights if weight]
    heading = (
        _("Shares of the receipts less tax")
        if terms.basis == GROSS
        else _("Shares of the net receipts")
    )
    yield _table(heading, [_("Party"), _("Part of each receipt")], rows)
    payout = terms.minimum_payout
    facts = [
        Fact(label=_("Part of the fund"), value=str(terms.fund_percent)),
        *_costs(terms),
        Fact(label=_("Days on hold"), value=str(terms.hold_days)),
    ]
    if terms.merchant_of_record != PLATFORM:
        merchant = _party(terms.merchant_of_record)
        facts.append(Fact(label=_("Who receives the payers’ money"), value=merchant))
    if payout is not None:
        facts.append(Fact(label=_("Smallest payout"), value=str(payout)))
    if terms.recoupments:
        rows = [[_party(one.party), str(one.amount)] for one in terms.recoupments]
        yield _table(_("What comes before the shares"), [_("Party"), _("Up to")], rows)
    yield Particulars(heading=_("Revenue"), facts=tuple(facts))


def _costs(terms: RevenueTerms) -> Iterator[Fact]:
    if terms.processor_fee:
        yield Fact(label=_("Who bears the processor’s fee"), value=_bearer(terms.processor_fee))
    lost = _bearer(terms.lost_processor_fee)
    yield Fact(label=_("Who bears a lost processor’s fee"), value=lost)
    yield Fact(label=_("Who bears a dispute’s fee"), value=_bearer(terms.dispute_fee))


def _bearer(code: str) -> str:
    return _("everybody in proportion") if code == PRO_RATA else _party(code)


def _party(code: str) -> str:
    return {FUND: _("Waiver fund"), PLATFORM: conf.host_name()}.get(code, code)


def _signatures(signatures: tuple[SignatureSummary, ...]) -> Table:
    means = {str(key): label for key, label in MEANS_LABELS.items()}
    return _table(
        _("Signatures"),
        [_("Side"), pgettext("a person", "Name"), _("Signed (UTC)"), _("How")],
        [
            [
                str(SIDE_LABELS[Side(one.side)]),
                one.signed_by,
                f"{_day(one.signed_at.date())} {one.signed_at:%H:%M:%S}",
                str(means[one.means]),
            ]
            for one in signatures
        ],
    )


def _table(
    heading: str, heads: list[str], rows: list[list[str]], *, figures: int | None = None
) -> Table:
    return Table(
        heading=heading,
        columns=tuple(
            Column(heading=head, has_figures=place == figures) for place, head in enumerate(heads)
        ),
        rows=tuple(tuple(Cell(text=text) for text in row) for row in rows),
    )


def _day(value: date) -> str:
    return date_format(value, "DATE_FORMAT")
