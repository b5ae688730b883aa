"""Writes the gate into every covered block's ``group_access``, as the platform reads the course.

The course itself is not changed: take the app away and it is as it was. The author's own access
rules stay; a learner has to satisfy them and the fee.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fee_gate import compat, keys, partitions, rules, selectors
from fee_gate.data import GateTable


class FeeGateFieldOverride:
    """A provider for ``MODULESTORE_FIELD_OVERRIDE_PROVIDERS``.

    Has the shape of the platform's ``FieldOverrideProvider``; not derived from it, so that this
    module loads anywhere.
    """

    def __init__(self, user: object, fallback_field_data: Any) -> None:
        self.user = user
        self.fallback_field_data = fallback_field_data

    def get(self, block: Any, name: str, default: Any) -> Any:
        """The access rules of a gated block; ``default`` for everything else."""
        if name != "group_access":
            return default
        usage = block.scope_ids.usage_id
        table = selectors.gate_table(usage.course_key)
        if not table.is_readable and not _is_in_doubt(block, table):
            return default
        ours = partitions.rules_of(table, keys.usage_text(usage))
        return {**self._other_rules(block), **ours} if ours else default

    @classmethod
    def enabled_for(cls, course: Any) -> bool:
        """Whether the course of this block has a gate, or nobody can say.

        The platform asks once per request and keeps the answer, so no block is read here; and while
        one is read for us, it must not keep a "no".
        """
        if course is None:
            return False
        if selectors.is_reading():
            return True
        table = selectors.gate_table(course.scope_ids.usage_id.course_key)
        return bool(table.covers) or not table.is_readable

    def _other_rules(self, block: Any) -> Mapping[int, Any]:
        """Whom else a block is for: by another provider, which minds the author's rules, or them.

        The platform takes the first provider's answer and asks no further, so ours is the first,
        and asks the others.
        """
        others = compat.other_access_rules(block, self.fallback_field_data)
        return self._authors_rules(block) if others is None else others

    def _authors_rules(self, block: Any) -> Mapping[int, Any]:
        # Read below the block: ``block.group_access`` would mark the field as changed, and the
        # platform would try to save it.
        if not self.fallback_field_data.has(block, "group_access"):
            return {}
        raw = self.fallback_field_data.get(block, "group_access")
        return block.fields["group_access"].from_json(raw) or {}


def _is_in_doubt(block: Any, table: GateTable) -> bool:
    """Whether a block may be gated when the table does not say."""
    if block.scope_ids.block_type in rules.STRUCTURE:
        return False
    return selectors.may_have_gate(table.course_key)
