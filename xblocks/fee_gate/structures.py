"""What the platform stores of a course's structure while the gate is in doubt does not last.

The platform asks once for the access rules of all blocks, and keeps the answers for everybody. If
the gate could not read its table then, or the fees, its answer was that nobody may pass; kept, that
would outlive the doubt by hours.
"""

from __future__ import annotations

import logging
from typing import Any

from fee_gate import compat

log = logging.getLogger(__name__)


class FeeGateTransformer:
    """Found by the entry point ``openedx.block_structure_transformer``. Changes no structure.

    A structure that was collected without it counts as outdated, too: the gate had no say in it.
    Has the shape of the platform's ``BlockStructureTransformer``; not derived from it, so that this
    module loads anywhere.
    """

    WRITE_VERSION = READ_VERSION = 1

    @classmethod
    def name(cls) -> str:
        """What the platform keeps our version under."""
        return "fee_gate"

    @classmethod
    def collect(cls, block_structure: Any) -> None:
        """Have a structure that was collected in doubt be collected again at the next question.

        Where a course waits to be counted, counting it does that.
        """
        from fee_gate import selectors  # its tables need Django's apps, this module does not

        course = block_structure.root_block_usage_key.course_key
        table = selectors.gate_table(course)
        if table.is_passing or not table.are_fees_known:
            log.warning("fee gate: structure collected in doubt, not kept: course=%s", course)
            compat.outdate_structure(block_structure, cls)
