"""A worker that asks for a waiver and stops for ever in the middle, holding its locks.

    python tests/dying_worker.py '{"database": "test_…", "stop_after": "fund.take", "key": "k"}'

It prints ``held`` when it stops; whoever started it kills it. Not a test, so not collected.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ["DJANGO_SETTINGS_MODULE"] = "suite_settings"
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

import two_databases  # noqa: E402
from factories import waiver_policy as make  # noqa: E402


def stop_after(place: str) -> None:
    """Let a function of the grant's services do its work and then never return."""
    module_name, name = place.split(".")
    module = importlib.import_module(f"waiver_policy.services.{module_name}")
    real = getattr(module, name)

    def held(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)
        sys.stdout.write("held\n")
        sys.stdout.flush()
        time.sleep(600)

    setattr(module, name, held)


def main() -> None:
    """Ask, and stop on the way."""
    order = json.loads(sys.argv[1])
    stop_after(order["stop_after"])
    settings = {**two_databases.mariadb_settings(), "NAME": order["database"]}
    with two_databases.default_database(settings):
        make.grant(1, key=order["key"])


if __name__ == "__main__":
    main()
