"""Which picture of a partner counts at a moment, and the files that may be shown.

The newest approval of a partner and background counts. When that version is withdrawn none is
shown until another is approved: a withdrawal never brings back what was replaced.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, JSONField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from fairgate.clock import utc_day
from partnerships import conf, models, rules
from partnerships.data import (
    Background,
    BrandFile,
    BrandState,
    BrandSummary,
    MarkPicture,
)
from partnerships.exceptions import UnknownPicture
from partnerships.selectors.facts import in_force, of_day, roles
from partnerships.selectors.partners import of_partner

_FILES = ("mark", "single", "double", "paper")


def with_pictures(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    """Rows with a ``partner``, and what counts as that partner's picture at a moment.

    As one value in JSON for each background: no query more, and no blob.
    """
    known: QuerySet[Any] = rows.annotate(
        told_light=_told(Background.LIGHT, at), told_dark=_told(Background.DARK, at)
    )
    return known


def _told(background: Background, at: datetime) -> Subquery:
    newest = _approved(at).filter(partner=OuterRef("partner"), background=background.value)
    told = JSONObject(
        asset="pk",
        gone=Case(When(withdrawn_at__lte=at, then=Value(1)), default=Value(0)),
        mark="mark_id",
        suffix="suffix",
        double="double_id",
        paper="paper_id",
        width="width",
        height="height",
        alternatives="alternatives",
        usage_rules="usage_rules",
    )
    rows = newest.order_by("-decided_at", "-id").annotate(told=told)
    return Subquery(rows.values("told")[:1], output_field=JSONField())


def _approved(at: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = models.BrandAsset.objects.filter(approved=True, decided_at__lte=at)
    return rows


def _counting(at: datetime) -> QuerySet[Any]:
    """The newest approvals that stand."""
    rows: QuerySet[Any] = _approved(at).exclude(withdrawn_at__lte=at)
    return rows.filter(~Exists(_newer(at)))


def _newer(at: datetime) -> QuerySet[Any]:
    """The approvals that replace one of an outer query."""
    later = Q(decided_at__gt=OuterRef("decided_at"))
    later |= Q(decided_at=OuterRef("decided_at"), pk__gt=OuterRef("pk"))
    rows: QuerySet[Any] = _approved(at).filter(
        later, partner=OuterRef("partner"), background=OuterRef("background")
    )
    return rows


def _lights(at: datetime) -> QuerySet[Any]:
    """What counts for light backgrounds of the partner of an outer query."""
    light = Background.LIGHT.value
    rows: QuerySet[Any] = _counting(at).filter(background=light, partner=OuterRef("partner"))
    return rows


def picture_of(row: Any, *, kept: bool = False) -> MarkPicture | None:
    """The picture of a row of ``with_pictures``; with addresses that stay, if it is ``kept``."""
    light, dark = _read(row.told_light), _read(row.told_dark)
    if light is None:
        return None
    language = get_language() or "en"
    seen_in, seen = rules.spoken_in(light["alternatives"], language)
    use_in, use = _rules_of((light, dark), language)
    return MarkPicture(
        light=_path(_shown(light), kept=kept),
        dark=_path(_shown(dark), kept=kept) if dark else "",
        alternative=seen,
        width=light["width"],
        height=light["height"],
        sha256=light["mark"],
        mail=_path(f"{light['double']}.png", kept=kept),
        paper=_path(f"{light['paper']}.png", kept=kept),
        usage_rules=use,
        alternative_language=seen_in,
        usage_rules_language=use_in,
    )


def _rules_of(pictures: Sequence[dict[str, Any] | None], language: str) -> tuple[str, str]:
    """What is said of the use of these pictures, each sentence once, and before it its language.

    The language is "" where there are two: a page cannot say one for both.
    """
    said = [rules.spoken_in(one["usage_rules"], language) for one in pictures if one]
    once = dict.fromkeys(told for told in said if told[1])
    spoken = {code for code, _text in once}
    text = "\n".join(text for _code, text in once)
    return (spoken.pop() if len(spoken) == 1 else ""), text


def assets_of(row: Any) -> set[int]:
    """The numbers of the rows that ``picture_of`` is made of."""
    light, dark = _read(row.told_light), _read(row.told_dark)
    return {told["asset"] for told in (light, dark) if told and light}


def _read(told: Any) -> dict[str, Any] | None:
    found = _plain(told)
    if found is None or found["gone"]:
        return None
    texts = ("alternatives", "usage_rules")
    return {**found, **{name: _plain(found[name]) for name in texts}}


def _plain(told: Any) -> Any:
    """JSON inside JSON is a text in some databases and a value in others."""
    return json.loads(told) if isinstance(told, str) else told


def _shown(told: dict[str, Any]) -> str:
    """The file that pages show: the drawing itself, or the sharp picture of many pixels."""
    is_drawing = told["suffix"] == ".svg"
    return f"{told['mark']}.svg" if is_drawing else f"{told['double']}.png"


def _path(name: str, *, kept: bool) -> str:
    try:
        return reverse("partnerships:kept_mark" if kept else "partnerships:mark", args=[name])
    except NoReverseMatch:  # in Studio, which has no pages of ours
        folder = "kept/" if kept else ""
        return f"{conf.lms_root()}/fairgate/partners/marks/{folder}{name}"


# --- Files ----------------------------------------------------------------------------------------


def get_shown_file(sha256: str, suffix: str, *, at: datetime) -> BrandFile | None:
    """A file that pages show at a moment, without its content. One query.

    The picture has to count then, and an agreement in force has to draw a mark of its partner.
    """
    # What is for dark backgrounds shows beside the one for light ones, and nowhere alone.
    seen = _counting(at).filter(Exists(_lights(at)))
    named = seen.filter(_names(sha256), partner=OuterRef("partner"))
    files = models.BrandFile.objects.filter(pk=sha256, suffix=suffix)
    day = utc_day(at)
    rows = of_day(roles(at), day).filter(Exists(named))
    rows = rows.annotate(size=Subquery(files.values("size")))
    found = next(in_force(rows, on=day), None)
    if found is None or found.size is None:
        return None
    return BrandFile(name=f"{sha256}{suffix}", size=found.size)


def get_kept_file(sha256: str, suffix: str) -> BrandFile | None:
    """A file, if something that was issued shows it; without its content."""
    issued = models.KeptMark.objects.filter(asset=OuterRef("pk"))
    return _file(sha256, suffix, models.BrandAsset.objects.filter(Exists(issued)))


def get_own_file(uuid: UUID, sha256: str, suffix: str) -> BrandFile | None:
    """A file of one version, whatever was decided about it; without its content."""
    return _file(sha256, suffix, models.BrandAsset.objects.filter(uuid=uuid))


def read_file(sha256: str) -> bytes:
    """The content of a file."""
    found = models.BrandFile.objects.values_list("content", flat=True).get(pk=sha256)
    return bytes(found)


def _names(sha256: str) -> Q:
    """That a version has this file."""
    named = Q()
    for column in _FILES:
        named |= Q(**{column: sha256})
    return named


def _file(sha256: str, suffix: str, assets: QuerySet[Any]) -> BrandFile | None:
    rows = models.BrandFile.objects.filter(
        Exists(assets.filter(_names(sha256))), pk=sha256, suffix=suffix
    )
    found = rows.values_list("size", flat=True).first()
    return None if found is None else BrandFile(name=f"{sha256}{suffix}", size=found)


# --- Versions -------------------------------------------------------------------------------------


def get_picture(uuid: UUID, *, at: datetime) -> BrandSummary:
    """One version as it stands at a moment.

    Raises:
        UnknownPicture: there is none.
    """
    row = _versions(at).filter(uuid=uuid).first()
    if row is None:
        raise UnknownPicture("There is no picture %(key)s.", key=uuid)
    return _summary(row, at)


def list_pictures(*, partner_code: str, at: datetime) -> tuple[BrandSummary, ...]:
    """The versions of one partner, newest first."""
    rows = _versions(at).order_by("-uploaded_at", "-id")
    return tuple(_summary(row, at) for row in of_partner(rows, partner_code))


def list_waiting_pictures(*, at: datetime) -> tuple[BrandSummary, ...]:
    """What nobody has decided about, of all partners, oldest first."""
    rows = _versions(at).filter(approved__isnull=True).order_by("uploaded_at", "id")
    told: Iterable[BrandSummary] = (_summary(row, at) for row in rows)
    return tuple(one for one in told if one.state is BrandState.WAITING)


def _versions(at: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = models.BrandAsset.objects.select_related("partner")
    versions: QuerySet[Any] = rows.annotate(
        is_newest=~Exists(_newer(at)), has_light=Exists(_lights(at))
    )
    return versions


def _summary(row: Any, at: datetime) -> BrandSummary:
    pictures = (row.single_id, row.double_id, row.paper_id)
    return BrandSummary(
        uuid=row.uuid,
        partner=row.partner.code,
        partner_name=row.partner.display_name,
        background=Background(row.background),
        number=row.number,
        state=rules.state(
            decided_at=row.decided_at,
            approved=bool(row.approved),
            is_newest=row.is_newest,
            has_light=row.has_light,
            withdrawn_at=row.withdrawn_at,
            at=at,
        ),
        width=row.width,
        height=row.height,
        uploaded_sha256=row.uploaded_sha256,
        sha256=row.mark_id,
        files=(f"{row.mark_id}{row.suffix}", *(f"{sha256}.png" for sha256 in pictures)),
        alternatives=rules.in_order(row.alternatives),
        usage_rules=rules.in_order(row.usage_rules),
        uploaded_by=row.uploaded_by,
        uploaded_at=row.uploaded_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        sentence=row.sentence,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
        reason=row.reason,
    )
