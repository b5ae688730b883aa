"""Each app has one family of errors, drawn in the docstring of its ``exceptions`` module."""

from __future__ import annotations

import importlib
import inspect
from importlib.util import find_spec

import pytest

from fairgate.errors import FairgateError

WITH_FAMILY = [
    "fairgate.documents",
    "fairgate.money",
    "fairgate_badges.errors",
    "fairgate_marks.errors",
    "fairgate_papers.errors",
    *(
        f"{app}.exceptions"
        for app in (
            "waiver_policy",
            "fee_payments",
            "partnerships",
            "revenue_share",
            "fee_gate",
            "partner_badge",
        )
        if find_spec(f"{app}.exceptions")
    ),
]
APPS_WITH_FAMILY = {name for name in WITH_FAMILY if name.endswith(".exceptions")}


def errors_of(name: str) -> list[type[Exception]]:
    """The error classes of a module, or of a package that shows them, parents first."""
    module = importlib.import_module(name)
    classes = [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, Exception) and f"{value.__module__}.".startswith(f"{name}.")
    ]
    return sorted(classes, key=lambda cls: len(cls.__mro__))


def test_the_four_apps_have_a_family():
    assert {
        f"{app}.exceptions"
        for app in ("waiver_policy", "fee_payments", "partnerships", "revenue_share")
    } <= APPS_WITH_FAMILY


@pytest.mark.parametrize("name", WITH_FAMILY)
def test_an_error_is_of_the_family(name):
    root, *others = errors_of(name)

    assert issubclass(root, FairgateError)
    assert not [error.__name__ for error in others if not issubclass(error, root)]


@pytest.mark.parametrize("name", WITH_FAMILY)
def test_an_error_is_drawn_in_the_docstring(name):
    drawing = importlib.import_module(name).__doc__ or ""

    assert not [error.__name__ for error in errors_of(name) if error.__name__ not in drawing]


@pytest.mark.parametrize("name", WITH_FAMILY)
def test_an_error_says_what_it_means_and_whether_to_try_again(name):
    assert not [error.__name__ for error in errors_of(name) if not error.__dict__.get("__doc__")]
    assert all(isinstance(error.retryable, bool) for error in errors_of(name))
