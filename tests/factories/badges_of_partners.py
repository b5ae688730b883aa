"""A site that signs badges: its key, as an operator's secrets hold it."""

from __future__ import annotations

from typing import Any

from factories.awarded import rfc_pem

ROOT = "https://learn.example.org"
PEM = rfc_pem().decode()


def sign_badges(settings: Any, *keys: str) -> None:
    """Let the site sign badges."""
    settings.PARTNERSHIPS_BADGE_KEYS = list(keys or (PEM,))
    settings.PARTNERSHIPS_BADGE_ROOT_URL = ROOT
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
