"""Course search that keeps one learner's answers from the next. Loads inside edx-platform only.

What a person may see of a course is remembered for one request and that person, over the platform's
processor (lms/lib/courseware_search/lms_result_processor.py).
"""

from __future__ import annotations

from typing import Any

from lms.lib.courseware_search.lms_result_processor import LmsSearchResultProcessor

from fee_gate import compat


class FeeGateSearchResultProcessor(LmsSearchResultProcessor):
    """Leaves out of a person's results what is not there for this person."""

    def get_course_blocks(self, user: Any) -> Any:
        """The blocks of the course that this person may see."""
        memory = compat.request_memory()
        key = f"blocks:{self.get_course_key()}:{user.id}"
        if key not in memory:
            self._course_blocks: dict[Any, Any] = {}  # of this hit, not of the class
            memory[key] = super().get_course_blocks(user)
        return memory[key]
