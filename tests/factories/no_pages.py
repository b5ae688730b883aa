"""A site without any page, as Studio is for what only the LMS has."""

from __future__ import annotations

urlpatterns: list[object] = []
