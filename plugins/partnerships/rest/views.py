"""The marks of a course, for whoever asks: a mark is nobody's secret."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.utils import translation
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from fairgate import clock
from fairgate.course_runs import is_course_run
from fairgate_rest.views import View, described
from partnerships import api
from partnerships.rest import shapes


class CourseMarks(View):
    """The partners whose marks show on a course run now."""

    permission_classes: ClassVar[Any] = (AllowAny,)

    @described(
        operation_id="list_course_marks",
        description="Of agreements that are in force at this moment, in written order; none of a "
        "course that has none, or that is not there. Nothing of the answer may be stored: a mark "
        "is gone the second its agreement ends.",
        query=shapes.Language,
        responses=shapes.MarksShape,
    )
    def get(self, request: Any, course: str) -> Response:
        if not is_course_run(course):
            raise Http404
        at = clock.now()
        with translation.override(self.asked.get("language") or translation.get_language()):
            found = {
                "course": course,
                "at": at,
                "marks": api.branding_for(course, at=at),
                "promotions": api.promotions_on_course(course, at=at),
            }
            shown = shapes.MarksShape(found, context={"request": request})
            answer = Response(shown.data)
            answer["Content-Language"] = translation.get_language() or ""
        return answer


class Catalogue(View):
    """What partners say about themselves beside the list of courses."""

    permission_classes: ClassVar[Any] = (AllowAny,)

    @described(
        operation_id="list_catalogue_promotions",
        description="Those that show at this moment. Each is shown with its label, as text, and "
        "its link with its rel. Nothing of the answer may be stored, and nobody is counted.",
        query=shapes.Language,
        responses=shapes.CatalogueShape,
    )
    def get(self, request: Any) -> Response:
        at = clock.now()
        with translation.override(self.asked.get("language") or translation.get_language()):
            found = {"at": at, "promotions": api.promotions_in_catalogue(at=at)}
            answer = Response(shapes.CatalogueShape(found).data)
            answer["Content-Language"] = translation.get_language() or ""
        return answer
