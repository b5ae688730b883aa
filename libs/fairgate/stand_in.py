"""Lets the demo and the tests answer for the platform.

Each app's ``compat.py`` holds one function per need of the platform, marked ``@replaceable``. In
an LMS nothing is registered and the function itself runs. The demo registers one object (a module)
whose functions of the same names answer instead; the contract tests run against both.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_platform: object | None = None


def use(platform: object | None) -> None:
    """Let ``platform`` answer from now on; ``None`` asks the real platform again."""
    global _platform
    _platform = platform


def replaceable(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function of a ``compat.py``: a registered stand-in of the same name answers.

    A stand-in that lacks the function is an ``AttributeError``: half a platform is no platform.
    """

    @functools.wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        if _platform is None:
            return function(*args, **kwargs)
        answer: Callable[P, R] = getattr(_platform, function.__name__)
        return answer(*args, **kwargs)

    return asked
