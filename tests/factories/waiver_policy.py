"""Country lists, policies, people and money for waivers: the smallest valid thing, every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission, User
from django_countries.data import ALT_CODES

from factories import shipped
from fairgate.money import Money
from waiver_policy import api, models
from waiver_policy.data import (
    Applicant,
    EditionFacts,
    EditionLoad,
    GrantSummary,
    NominationSummary,
    PolicySummary,
    ProposalSummary,
)
from waiver_policy.exceptions import EditionExists
from waiver_policy.rules.editions import COLUMNS

Source = Path | str | Sequence[Path | str]

#: The evening before three countries are due to leave the LDC list.
EVE = datetime(2026, 11, 23, 12, tzinfo=UTC)
#: Before every other moment of the tests: lists and policies are known by then.
LONG_AGO = datetime(2026, 8, 1, 9, tzinfo=UTC)
COURSE = "spectrum-online"
SLUG = "our-ldc-sids-default"
SEAT = Money("15.00", "USD")
SHIPPED_LISTS = Path(str(resources.files("waiver_policy"))) / "data" / "ldc_sids.csv"
SHIPPED_FORMER = SHIPPED_LISTS.with_name("ldc_historical_entities.csv")
UN = EditionFacts(source="UN-OHRLLS")
SHIPPED_POLICY = Path(str(resources.files("waiver_policy"))) / "data" / "fairgate-default.yaml"

LAOS: Mapping[str, str] = {
    "iso3166_alpha2": "LA", "alpha3": "LAO", "m49": "418", "name": "Lao PDR", "group": "LDC",
    "sids_kind": "", "in_ohrlls": "y", "in_m49": "y", "from_date": "1971-11-18",
    "from_precision": "day", "until_date": "2026-11-24", "until_precision": "day",
    "status": "scheduled_graduation", "un_member": "y", "itu_member_state": "y",
    "alt_until_date": "", "source": "A/RES/76/8", "provenance": "", "note": "",
}  # fmt: skip


#: Each country with its alpha-3 and M49 code.
CODES: Mapping[str, tuple[str, str]] = {
    code: (alpha3, f"{number:03}") for code, (alpha3, number) in ALT_CODES.items()
}


def _codes(row: Mapping[str, str]) -> Mapping[str, str]:
    """The codes that belong to the country of a row; blank for one that has none."""
    alpha3, m49 = CODES.get(row.get("iso3166_alpha2", "LA"), ("", ""))
    return {"alpha3": alpha3, "m49": m49}


def list_text(*rows: Mapping[str, str]) -> str:
    """A CSV of country lists; each row is Lao PDR with some cells changed."""
    lines = [",".join(COLUMNS)]
    whole = [{**LAOS, **_codes(row), **row} for row in rows]
    lines += [",".join(cells[column] for column in COLUMNS) for cells in whole]
    return "\n".join(lines) + "\n"


#: A list that an institution keeps under a name of its own.
NAMED: Mapping[str, str] = {
    "list": "R4L_A", "iso3166_alpha2": "ET", "value": "", "from_date": "2020-01-01",
    "from_precision": "day", "until_date": "", "until_precision": "", "source": "Research4Life",
    "note": "",
}  # fmt: skip


def named_text(*rows: Mapping[str, str]) -> str:
    """A CSV of lists by name; each row is Ethiopia on R4L_A with some cells changed.

    A row with a ``key`` makes it a table that is not by country.
    """
    columns = [column for column in NAMED if column not in _replaced(rows)]
    columns += ["key"] if _replaced(rows) else []
    lines = [",".join(columns)]
    lines += [",".join({**NAMED, **row}[column] for column in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _replaced(rows: tuple[Mapping[str, str], ...]) -> frozenset[str]:
    return frozenset({"iso3166_alpha2"}) if any("key" in row for row in rows) else frozenset()


def operator(username: str) -> str:
    """The name of a user who may do everything with lists."""
    get_user_model().objects.get_or_create(
        username=username, defaults={"is_superuser": True, "is_staff": True}
    )
    return username


def lists(
    text: str | None = None, *, known_from: datetime = LONG_AGO, source: EditionFacts = UN
) -> EditionLoad:
    """The shipped country lists, or those of a text: loaded, or proposed by one and applied by
    another where there is an edition already.
    """
    if (text, known_from, source) == (None, LONG_AGO, UN) and shipped.copied(shipped.LISTS):
        return shipped.said(shipped.LISTS)
    what = text if text is not None else (SHIPPED_LISTS, SHIPPED_FORMER)
    try:
        return api.load_edition(
            what, source=source, by="operator", known_from=known_from, file="lists.csv"
        )
    except EditionExists:
        proposal = propose(what, at=known_from, source=source)
        return api.apply_edition(proposal.uuid, by=operator("bo"), at=known_from)


def propose(
    what: Source, *, at: datetime = EVE, source: EditionFacts = UN, by: str = "ines"
) -> ProposalSummary:
    """A proposal of one operator, who lets countries vanish."""
    return api.propose_edition(
        what, source=source, by=operator(by), at=at, file="lists.csv", allow_removals=True
    )


def policy_text(rules: str, *, slug: str = SLUG, extra: str = "") -> str:
    """A document with one policy; ``rules`` and ``extra`` are YAML of that policy."""
    return (
        "schema: waiver-policy/0.2\n"
        "policies:\n"
        f"- id: {slug}\n"
        "  title: Test\n"
        "  country_basis: profile\n"
        f"{extra}"
        f"  rules:\n{rules}"
    )


LDC_FREE = (
    "  - {label: ldc, when: {in_group: {group: LDC}}, benefit: {kind: percent_off, percent: 100}}\n"
)


def policy(text: str | None = None, *, slug: str = SLUG, at: datetime = LONG_AGO) -> PolicySummary:
    """The shipped policy, or the one of a text, loaded and active."""
    document = text if text is not None else SHIPPED_POLICY.read_text(encoding="utf-8")
    api.load_policy(document, file="policy.yaml", by="operator", at=at)
    return api.activate_policy(slug, by="operator", at=at)


def programme(*, fund: str = "60.00") -> None:
    """Lists, the shipped policy, and some dollars in the fund."""
    lists()
    if not shipped.copied(shipped.POLICY):
        policy()
    credit(fund)


def remember_shipped() -> None:
    """Load what ``lists`` and ``programme`` begin with, once per database."""
    shipped.remember(lists, policy)


def credit(amount: str = "60.00", *, key: str = "opening") -> None:
    """Some dollars in the fund."""
    api.credit_fund(Money(amount, "USD"), key=key, reason="Opening deposit", at=LONG_AGO)


def applicant(user_id: int = 1, country: str = "UG") -> Applicant:
    """A learner of Uganda, an LDC, unless said otherwise."""
    return Applicant(user_id=user_id, country=country)


def grant(
    user_id: int = 1,
    *,
    country: str = "UG",
    offering: str = COURSE,
    cost: Money | None = SEAT,
    key: str = "",
    at: datetime = EVE,
) -> GrantSummary:
    """A grant for one learner and offering."""
    return api.grant(
        applicant(user_id, country), offering_code=offering, full_seat_cost=cost,
        key=key or f"order:{user_id}:{offering}", at=at,
    )  # fmt: skip


#: The policy of a fellowship, as ITU-T has it: one full or two partial per State and event.
FELLOWSHIP = """\
schema: waiver-policy/0.2
policies:
- id: fellowship
  title: Fellowship
  unit: nomination
  country_basis: nominating_state
  preconditions: {all: [{flag: registered_for_meeting}]}
  rules:
  - label: full
    when: {eq: {field: requested, value: full}}
    benefit: {kind: in_kind, items: [air_ticket_economy, daily_allowance], covers_percent: 100}
  - label: partial
    when: {eq: {field: requested, value: partial}}
    benefit: {kind: in_kind, one_of: [air_ticket_economy, daily_allowance]}
  caps:
  - {scope: country, period: event, any_of: [{full: 1}, {partial: 2, constraint: at_least_one_is_air_ticket}]}
  - {scope: person, period: financial_year, any_of: [{full: 1}, {partial: 2}]}
  deadline: {kind: fixed, before: event, late: reject}
"""  # noqa: E501 - as the institution's document has it
CLOSES = datetime(2026, 12, 1, tzinfo=UTC)
EVENT_ON = date(2027, 2, 15)


def call(offering: str = COURSE, *, countries: tuple[str, ...] = ()) -> models.NominationCall:
    """A call for nominations that is open on ``EVE``."""
    api.load_policy(FELLOWSHIP, file="fellowship.yaml", by="operator", at=LONG_AGO)
    version = models.PolicyVersion.objects.get(slug="fellowship")
    return models.NominationCall.objects.create(
        offering_code=offering, policy_version=version, opens_at=LONG_AGO, closes_at=CLOSES,
        event_on=EVENT_ON, countries=list(countries),
    )  # fmt: skip


def focal_point(user_id: int = 100, country: str = "LA") -> int:
    """Somebody who nominates for a State."""
    models.AdministrationFocalPoint.objects.create(
        user_id=user_id, country=country, administration=f"Administration of {country}"
    )
    return user_id


def person(name: str, *, reviews: bool = False, **facts: Any) -> int:
    """An account with an address; the id."""
    # Far from the small numbers that tests give to people without an account.
    pk = 1000 + User.objects.count()
    user = User.objects.create(pk=pk, username=name, email=f"{name}@example.org", **facts)
    if reviews:
        user.user_permissions.add(Permission.objects.get(codename="review_application"))
    return int(user.pk)


def nominate(
    name: str = "nominee", *, by: int = 100, kind: str = "full", item: str = "", rank: int = 1,
    offering: str = COURSE, at: datetime = EVE, instead_of: UUID | None = None,
) -> NominationSummary:  # fmt: skip
    """One nomination; the person gets an account if there is none."""
    if not User.objects.filter(username=name).exists():
        person(name)
    return api.nominate(
        offering, by=by, person=name, kind=kind, item=item, rank=rank, at=at, instead_of=instead_of
    )


def apply(user_id: int = 1, *, offering: str = COURSE, at: datetime = EVE, **told: Any) -> Any:
    """An application of a learner of Guam, about whom a person decides."""
    return api.apply(
        applicant(user_id, "GU"), offering_code=offering, note="I teach radio.", at=at, **told
    )
