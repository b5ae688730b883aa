"""The partition's class. Loads inside edx-platform only; everything else here imports it late.

It has to be a class of a module, with a path that stays: the platform pickles partitions into its
stored course structures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from web_fragments.fragment import Fragment
from xmodule.partitions.partitions import Group, UserPartition

from fairgate import clock
from fee_gate import client, drawing, keys, paywalls, presenter


class FeePartition(UserPartition):
    """Who has settled one fee of one course.

    Only units say anything when they are shut. A block with a text would be listed, and counted in
    grades; and a unit in which a block has one would disappear in the Learning MFE.
    """

    def access_denied_fragment(
        self, block: Any, user: Any, user_group: Any, allowed_groups: Any
    ) -> Fragment | None:
        """The paywall in place of a whole unit; not drawn before it is shown.

        The platform asks for it whenever it looks whether a unit is shut, for every unit of a
        sequence and for every fee before it, and shows one or none.
        """
        del user_group, allowed_groups
        if block.scope_ids.block_type != "vertical":
            return None
        user_id = user.id if getattr(user, "is_authenticated", False) else None
        return drawing.Later(lambda: self._paywall(block.scope_ids.usage_id, user_id))

    def _paywall(self, unit: Any, user_id: int | None) -> Fragment:
        course = str(self.parameters.get("course_id", ""))
        paywall = paywalls.at_unit(
            self.parameters.get("fee", ""),
            unit=unit,
            course_key=course,
            user_id=user_id,
            at=clock.now(),
        )
        page = presenter.paywall(
            paywall,
            teaser="",
            gettext=gettext,
            ngettext=ngettext,
            language=client.course_language(course),
        )
        return drawing.paywall(page, is_settled=False, html_id=f"fee-gate-{self.id}")

    def access_denied_message(
        self, block_key: Any, user: Any, user_group: Any, allowed_groups: Any
    ) -> str | None:
        """One sentence that keeps a shut unit in outlines and sidebars."""
        del user, user_group, allowed_groups
        if keys.block_type(block_key) != "vertical":
            return None
        return presenter.denied_message(gettext)


def new_partition(
    number: int,
    name: str,
    description: str,
    *,
    groups: Mapping[int, str],
    scheme: Any,
    parameters: dict[str, Any] | None,
    active: bool,
) -> FeePartition:
    """A partition with these groups, which also appear in "View this course as"."""
    ours = [Group(group, called) for group, called in groups.items()]
    return FeePartition(number, name, description, ours, scheme, parameters or {}, active)
