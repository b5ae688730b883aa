"""Pages of partners, under ``^fairgate/partners/``."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "partnerships"

urlpatterns = [
    path("", views.partners, name="partners"),
    path("<str:code>/", views.partner, name="partner"),
]
