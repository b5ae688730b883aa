"""Makes the page frame (base template, stylesheet) findable for the apps' pages."""

from __future__ import annotations

from typing import Any


def install(settings: Any) -> None:
    """Add this package to ``INSTALLED_APPS`` once, so that its templates and files are found.

    Called from each app's ``plugin_settings``. ``settings`` is a settings module as the plugin
    machinery of Open edX hands it over (``edx_django_utils.plugins``); the list is changed in
    place, as other settings modules may share it.
    """
    if "fairgate" not in settings.INSTALLED_APPS:
        settings.INSTALLED_APPS.append("fairgate")
