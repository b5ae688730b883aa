"""Pages of partners, under ``^fairgate/partners/``."""

from __future__ import annotations

from django.urls import include, path

from . import views, views_mark_files, views_marks

app_name = "partnerships"

urlpatterns = [
    path("api/v1/", include("partnerships.rest.urls")),
    path("", views.partners, name="partners"),
    # Codes of partners are in capital letters, so that none of them is called like these.
    path("marks/", views_marks.waiting, name="waiting_pictures"),
    path("marks/kept/<str:name>", views_mark_files.kept_mark, name="kept_mark"),
    path("marks/<str:name>", views_mark_files.mark, name="mark"),
    path("evidence/<uuid:file>/", views.evidence, name="evidence"),
    path("agreements/<uuid:version>.pdf", views.agreement_paper, name="agreement_paper"),
    path("<str:code>/", views.partner, name="partner"),
    path("<str:code>/marks/", views_marks.pictures, name="pictures"),
    path("<str:code>/marks/send/", views_marks.send, name="send_picture"),
    path("<str:code>/marks/<uuid:uuid>/", views_marks.picture, name="picture"),
    path("<str:code>/marks/<uuid:uuid>/decide/", views_marks.decide, name="decide_picture"),
    path("<str:code>/marks/<uuid:uuid>/withdraw/", views_marks.withdraw, name="withdraw_picture"),
    path("<str:code>/marks/<uuid:uuid>/<str:name>", views_mark_files.preview, name="preview"),
]
