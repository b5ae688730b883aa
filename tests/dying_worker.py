"""A worker that asks for a waiver and stops for ever in the middle, holding its locks.

    python tests/dying_worker.py '{"database": "test_…", "stop_after": "fund.take", "key": "k"}'

With ``"follow": [1001, "course-v1:…"]`` it has that enrolment follow its rights instead.

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
from factories import fee_payments as fees  # noqa: E402
from factories import waiver_policy as make  # noqa: E402
from fee_payments import api as payments  # noqa: E402


def stop_after(place: str, *, app: str) -> None:
    """Let a function of an app's services do its work and then never return."""
    module_name, name = place.split(".")
    module = importlib.import_module(f"{app}.services.{module_name}")
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
    follow = order.get("follow")
    stop_after(order["stop_after"], app="fee_payments" if follow else "waiver_policy")
    settings = {**two_databases.mariadb_settings(), "NAME": order["database"]}
    with two_databases.default_database(settings):
        if follow:
            payments.follow_enrolment(*follow, at=fees.NOON)
        else:
            make.grant(1, key=order["key"])


if __name__ == "__main__":
    main()
