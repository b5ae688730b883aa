#!/usr/bin/env python
"""Runs the commands of the demo: ``python manage.py demo_seed``, ``demo_serve``, ``migrate``."""

from __future__ import annotations

import os
import sys
import warnings


def main() -> None:
    """Hand the command line to Django with the settings of the demo."""
    # fs, which XBlock imports, stands on pkg_resources (PyFilesystem2 issue 577); a visitor of the
    # demo can do nothing about it.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
