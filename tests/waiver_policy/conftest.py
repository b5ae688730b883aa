"""Who sells the offerings of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from waiver_policy import api
from waiver_policy.selectors import offerings


@pytest.fixture
def sell() -> Iterator[Callable[..., None]]:
    """Let the seller say something else about offerings, or nothing, until the test is over."""
    kept = offerings._seller

    def with_other(**said: object) -> None:
        api.sell_offerings_with(replace(offerings._seller, **said))

    yield with_other
    api.sell_offerings_with(kept)
