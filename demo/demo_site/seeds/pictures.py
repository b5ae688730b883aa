"""Pictures of the partners' marks, drawn for this demo: they are nobody's logo.

Two are approved. One for dark backgrounds waits, so that a visitor can decide about it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from demo_site.seeds.people import user_called
from partnerships import api as partnerships
from partnerships.data import Background

SENT = datetime(2026, 9, 22, 9, 0, tzinfo=UTC)
APPROVED = datetime(2026, 9, 23, 9, 0, tzinfo=UTC)
SENT_LATER = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

WAVES = {
    "en": "Waves over three broken lines: the sample mark of the GSMA",
    "fr": "Des ondes au-dessus de trois lignes interrompues : la marque d’exemple de la GSMA",
    "ar": "موجات وثلاثة خطوط متقطعة: علامة نموذجية لرابطة GSMA",
}
MAST = {
    "en": "A radio mast in a hexagon: the sample mark of the academy",
    "fr": "Un pylône dans un hexagone : la marque d’exemple de l’académie",
}
ROOM = {
    "en": "Leave the height of the dot free on every side.",
    "fr": "Laissez libre, de chaque côté, la hauteur du point.",
}


def seed() -> None:
    """Send and approve the pictures, unless that was done."""
    if partnerships.list_pictures("GSMA", at=SENT_LATER):
        return
    grace, ines, operator = (user_called(name).pk for name in ("grace", "ines", "operator"))
    for code, file, texts, by in (
        ("GSMA", "gsma.svg", WAVES, grace),
        ("ATC", "academy.svg", MAST, ines),
    ):
        sent = partnerships.upload_picture(
            code, background=Background.LIGHT, content=_drawing(file), alternatives=texts,
            usage_rules=ROOM if code == "GSMA" else {}, by=by, at=SENT,
        )  # fmt: skip
        partnerships.approve_picture(sent.uuid, by=operator, at=APPROVED)
    partnerships.upload_picture(
        "GSMA", background=Background.DARK, content=_drawing("gsma-dark.svg"), alternatives=WAVES,
        usage_rules=ROOM, by=grace, at=SENT_LATER,
    )  # fmt: skip


def _drawing(name: str) -> bytes:
    return (Path(__file__).parent / "marks" / name).read_bytes()
