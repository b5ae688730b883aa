"""The addresses of the demo. The suite's own pages are where the LMS would have them."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from workbench.models import XBlockState

from demo_site import views_courses, views_office, views_people, views_studio

# The workbench's own store of block states is not used here, and has no table.
admin.site.unregister(XBlockState)
admin.site.site_title = admin.site.site_header = _("Open Spectrum Academy")

urlpatterns = [
    path("", views_courses.catalogue, name="catalogue"),
    path("courses/<slug:slug>/", views_courses.course, name="course"),
    path("courses/<slug:slug>/start/", views_courses.resume, name="resume"),
    path("courses/<slug:slug>/units/<slug:name>/", views_courses.unit, name="unit"),
    path("blocks/<str:usage>/handler/<slug:name>/", views_courses.handler, name="block_handler"),
    path(
        "blocks/<str:usage>/handler/<slug:name>/<path:suffix>",
        views_courses.handler,
        name="block_handler",
    ),
    path(
        "blocks/<slug:block_type>/resource/<path:uri>",
        views_courses.resource,
        name="block_resource",
    ),
    path("studio/<slug:slug>/", views_studio.studio, name="studio"),
    path("studio/<slug:slug>/publish/", views_studio.publish, name="studio_publish"),
    path("studio/block/<str:usage>/", views_studio.edit, name="studio_edit"),
    path(
        "studio/block/<str:usage>/handler/<slug:name>/",
        views_studio.handler,
        name="studio_handler",
    ),
    path(
        "studio/block/<str:usage>/handler/<slug:name>/<path:suffix>",
        views_studio.handler,
        name="studio_handler",
    ),
    path("people/", views_people.people, name="people"),
    path("people/be/", views_people.be, name="be"),
    path("try/<int:number>/", views_people.step, name="step"),
    path("profile/", views_people.profile, name="profile"),
    path("day/", views_people.day, name="day"),
    path("mail/", views_office.mail, name="mail"),
    path("bank/", views_office.bank_page, name="bank"),
    path("bank/statement/", views_office.bank_file, name="bank_file"),
    path("favicon.ico", RedirectView.as_view(url=static("fairgate/mark.svg"))),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]

# Included from the same declaration that the LMS reads (``plugin_app``).
for _name in settings.FAIRGATE_APPS:
    _plugin: dict[str, Any] = getattr(apps.get_app_config(_name), "plugin_app", {})
    _url = _plugin.get("url_config", {}).get("lms.djangoapp")
    if _url:
        _pages = include((f"{_name}.{_url['relative_path']}", _name), _url["namespace"])
        urlpatterns.append(re_path(_url["regex"], _pages))
