#!/usr/bin/env python
"""Runs the commands of the demo: ``python manage.py demo_seed``, ``demo_serve``, ``migrate``."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Hand the command line to Django with the settings of the demo."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
