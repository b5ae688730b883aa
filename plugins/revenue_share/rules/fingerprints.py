"""By what a fact is known again: everything of it that moves money."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID

from ..data import Amounts


def fingerprint(
    kind: str,
    currency: str,
    gross: int,
    amounts: Amounts,
    occurred_at: datetime,
    *,
    course_key: str = "",
    offering_code: str = "",
    sale_uuid: UUID | None = None,
) -> str:
    """SHA-256 of a fact, in minor units; ``sale_uuid`` is set for a refund."""
    payload = [
        kind, currency, gross, amounts.tax, amounts.fee, amounts.net,
        occurred_at.astimezone(UTC).isoformat(), course_key, offering_code, str(sale_uuid or ""),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(payload).encode()).hexdigest()
