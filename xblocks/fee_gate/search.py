"""Course search that keeps one learner's answers from the next. Loads inside edx-platform only.

The platform's processor (lms/lib/courseware_search/lms_result_processor.py) remembers which blocks
of a course exist for the first person who searches, in the class, for everybody whom this process
serves. Here it is remembered for one request and one person.
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
