"""The addresses of the demo. The suite's own pages are where the LMS would have them."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.apps import apps

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]

# Included from the same declaration that the LMS reads (``plugin_app``).
for _name in settings.FAIRGATE_APPS:
    _config = apps.get_app_config(_name)
    _url = getattr(_config, "plugin_app", {}).get("url_config", {}).get("lms.djangoapp")
    if _url and find_spec(f"{_name}.{_url['relative_path']}"):
        _module = f"{_name}.{_url['relative_path']}"
        urlpatterns.append(re_path(_url["regex"], include((_module, _name), _url["namespace"])))
