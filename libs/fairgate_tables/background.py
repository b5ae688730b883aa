"""What a worker does after a request has been answered, of what a table says is to be done."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec

P = ParamSpec("P")

log = logging.getLogger(__name__)


def in_background(name: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Let a Celery worker run a function; where there is no Celery, it runs when it is called.

    ``name`` is what workers know it by. Whoever calls it has written down what is to be done, and
    is not disturbed by a broker that is away, or by the function: both are logged, and what is
    written down is done by a command later.
    """

    def wrap(function: Callable[P, None]) -> Callable[P, None]:
        try:
            from celery import shared_task
        except ImportError:
            start: Callable[P, object] = function
        else:
            start = shared_task(name=name, ignore_result=True)(function).delay

        @functools.wraps(function)
        def begin(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                start(*args, **kwargs)
            except Exception:
                log.exception("not done in the background: %s", name)

        return begin

    return wrap
