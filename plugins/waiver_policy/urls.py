"""The pages, under ``/fairgate/waivers/``."""

from __future__ import annotations

from django.urls import include, path

from waiver_policy import views

app_name = "waiver_policy"

urlpatterns = [
    path("api/v1/", include("waiver_policy.rest.urls")),
    path("", views.my_applications, name="mine"),
    path("why/<str:offering_code>/", views.why, name="why"),
    path("keep/<str:offering_code>/", views.keep, name="keep"),
    path("leave/<str:offering_code>/", views.leave, name="leave"),
    path("apply/<str:offering_code>/", views.apply, name="apply"),
    path("application/<uuid:application>/", views.application, name="application"),
    path("review/", views.review_list, name="review"),
    path("review/<uuid:application>/", views.review, name="review_one"),
]
