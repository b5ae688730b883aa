"""Installs Fairgate into the openedx image and configures it: what Tutor loads as ``fairgate``.

The Django apps put themselves into the platform's lists (middleware, field overrides, filters), so
nothing here repeats that. What is rendered is in ``patches/``, one file per place of Tutor's
templates; docs/decisions/0012-installing.md says why it is like this.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from importlib import resources
from typing import Any

import click
from tutor import hooks
from tutor.exceptions import TutorError

from tutorfairgate import __version__

# The Django apps that have tables, and what their settings begin with.
APPS = ("waiver_policy", "fee_payments", "partnerships", "revenue_share", "fee_gate")

# What has to run every few minutes, in this order: what was paid is settled, then booked; then
# applications for waivers that are over end, and mails are sent; then who owes is reminded, and
# partners of what ends or is late; then they are sent the statements of closed months. Each once.
PERIODIC = (
    "fee_payments_settle",
    "revenue_share_catch_up",
    "waiver_policy_daily",
    "fee_payments_invoices",
    "partnerships_remind",
    "revenue_share_statements --mail",
)

DEFAULTS: dict[str, Any] = {
    "FAIRGATE_VERSION": __version__,
    # Anything pip takes: a name with a version, or “openedx-fairgate @ git+https://…”.
    "FAIRGATE_PIP_REQUIREMENT": "openedx-fairgate=={{ FAIRGATE_VERSION }}",
    # Django settings of our apps, for the LMS and Studio: name and value.
    "FAIRGATE_SETTINGS": {},
    # When a cluster runs what is PERIODIC, as cron writes it; "" leaves it to the operator.
    "FAIRGATE_K8S_SCHEDULE": "*/5 * * * *",
    # An npm package that fills slots of the micro-frontends; none is built in.
    "FAIRGATE_MFE_PACKAGE": "",
    "FAIRGATE_MFE_VERSION": "latest",
}


def as_yaml(settings: Any) -> str:
    """The lines of ``lms.env.yml`` and ``cms.env.yml`` for ``FAIRGATE_SETTINGS``.

    Raises:
        TutorError: it is no mapping, or a name belongs to none of our apps.
    """
    if not isinstance(settings, dict):
        raise TutorError("FAIRGATE_SETTINGS must be a mapping of setting names to values.")
    beginnings = tuple(f"{app.upper()}_" for app in APPS)
    foreign = [str(name) for name in settings if not str(name).startswith(beginnings)]
    if foreign:
        raise TutorError(
            f"FAIRGATE_SETTINGS names {', '.join(foreign)}, which is no setting of Fairgate. "
            f"Its settings begin with {', '.join(beginnings)}."
        )
    # JSON is YAML, whatever the value is.
    return "\n".join(f"{name}: {json.dumps(value)}" for name, value in settings.items())


def every_periodic_command() -> str:
    """A shell script that runs them all, even if one fails, and then fails as well."""
    lines = [f"./manage.py lms {command} || failed=1" for command in PERIODIC]
    return "\n".join(["failed=0", *lines, "exit $failed"])


@click.command(name="fairgate-check", help="Say what is wrong with the set-up of Fairgate.")
def check() -> Iterator[tuple[str, str]]:
    """Ask both services: one without Fairgate does not know the tag, and says so."""
    yield "lms", "./manage.py lms check --tag fairgate --database default"
    yield "cms", "./manage.py cms check --tag fairgate"


@click.command(name="fairgate-catch-up", help="Run what has to run every few minutes.")
def catch_up() -> Iterator[tuple[str, str]]:
    """Settle, book, send mails; for the cron of a machine without Kubernetes."""
    yield "lms", every_periodic_command()


@click.command(
    name="fairgate-recompute", help="Count again what gates cover, everywhere or in COURSE."
)
@click.argument("course", required=False)
def recompute(course: str | None) -> Iterator[tuple[str, str]]:
    """Change no course; safe at any time."""
    yield "lms", shlex.join(["./manage.py", "lms", "fee_gate_recompute", *filter(None, [course])])


hooks.Filters.CONFIG_DEFAULTS.add_items(list(DEFAULTS.items()))
hooks.Filters.ENV_TEMPLATE_FILTERS.add_item(("fairgate_yaml", as_yaml))
hooks.Filters.ENV_TEMPLATE_VARIABLES.add_item(("fairgate_periodic", every_periodic_command))
# `tutor mounts add /path/to/fairgate`: the checkout is installed instead of the requirement.
hooks.Filters.MOUNTED_DIRECTORIES.add_item(("openedx", r"(openedx-)?fairgate$"))
hooks.Filters.CLI_DO_COMMANDS.add_items([check, catch_up, recompute])
# Migrations that have run are not run again. Studio has the same database.
hooks.Filters.CLI_DO_INIT_TASKS.add_item(
    ("lms", "\n".join(f"./manage.py lms migrate {app}" for app in APPS))
)
hooks.Filters.ENV_PATCHES.add_items(
    [
        (patch.name, patch.read_text(encoding="utf-8"))
        for patch in (resources.files("tutorfairgate") / "patches").iterdir()
    ]
)
