"""What the tests of partners have in common: a picture that was drawn once is not drawn again."""

from __future__ import annotations

import functools

import pytest

from fairgate_papers import drawing

_drawn_once = functools.cache(drawing.compiled_alone)


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each drawing takes a process of its own, a third of a second, and most are the same one.

    That the same drawing gives the same bytes, and what becomes of one that cannot be drawn, are
    tests of ``fairgate_marks`` and ``fairgate_papers``, which draw anew.
    """
    monkeypatch.setattr(drawing, "compiled_alone", _drawn_once)
