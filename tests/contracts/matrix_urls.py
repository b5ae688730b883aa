"""The addresses of the LMS, with those of the discussions, which its test settings leave out."""

from __future__ import annotations

from django.urls import include, path
from lms import urls as lms

urlpatterns = [
    *lms.urlpatterns,
    path("api/discussion/", include("lms.djangoapps.discussion.rest_api.urls")),
]
handler404, handler429, handler500 = lms.handler404, lms.handler429, lms.handler500
