"""Where the API is: ``/fairgate/partners/api/v1/``; its description under ``openapi/``."""

from __future__ import annotations

from django.urls import path

from fairgate_rest.views import description
from partnerships.rest import views

described = [
    path("courses/<str:course>/marks/", views.CourseMarks.as_view(), name="course_marks"),
]

ABOUT = (
    "Which partners stand behind a course, as of this moment: name, role, picture, and the "
    "sentence that has to stand with each. For pages that the platform does not draw itself. "
    "Faults are problem details (RFC 9457) with a stable code."
)

app_name = "api"
urlpatterns = [
    *described,
    path("openapi/", description("Fairgate: partners", ABOUT, "1", described), name="openapi"),
]
