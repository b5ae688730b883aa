"""The structure of a course in the demo: what edx-platform's own blocks are in an LMS.

They are XBlocks like any other; the demo's runtime loads them by their usual type names.
"""

from __future__ import annotations

from typing import Any

from lxml import etree
from web_fragments.fragment import Fragment
from xblock.core import XBlock
from xblock.fields import Scope, String


class ContainerBlock(XBlock):
    """A block that shows what it holds, one after the other."""

    has_children = True
    display_name = String(scope=Scope.settings, default="")

    def student_view(self, context: Any = None) -> Fragment:
        """The children this learner may see. The runtime leaves the covered ones out."""
        page = Fragment()
        for child in self.runtime.children_to_show(self):
            drawn = self.runtime.render_child(child, "student_view", context)
            page.add_fragment_resources(drawn)
            page.add_content(drawn.content)
        return page


class CourseBlock(ContainerBlock):
    """The root of a course run, with what its page in the catalogue says."""

    slug = String(scope=Scope.settings, default="")
    summary = String(scope=Scope.settings, default="")
    level = String(scope=Scope.settings, default="")
    effort = String(scope=Scope.settings, default="")
    language = String(scope=Scope.settings, default="")
    tutor = String(scope=Scope.settings, default="")
    delivery = String(scope=Scope.settings, default="online")
    starts = String(scope=Scope.settings, default="")
    place = String(scope=Scope.settings, default="")
    # Codes of the offerings that open the course or a part of it, the first one first.
    fees = String(scope=Scope.settings, default="")


class HtmlBlock(XBlock):
    """A piece of text, written by the course author."""

    display_name = String(scope=Scope.settings, default="")
    data = String(scope=Scope.content, default="")

    @classmethod
    def parse_xml(cls, node: Any, runtime: Any, keys: Any) -> HtmlBlock:
        """Keep the markup inside the element as it is."""
        block: HtmlBlock = runtime.construct_xblock_from_class(cls, keys)
        inner = [node.text or "", *(etree.tostring(child, encoding="unicode") for child in node)]
        block.data = "".join(inner)
        block.display_name = node.get("display_name", "")
        return block

    def student_view(self, context: Any = None) -> Fragment:
        """The text. It comes from a course author, who may write markup, as in Open edX."""
        return Fragment(f'<div class="demo-text">{self.data}</div>')


STRUCTURE: dict[str, type[XBlock]] = {
    "course": CourseBlock,
    "chapter": ContainerBlock,
    "sequential": ContainerBlock,
    "vertical": ContainerBlock,
    "html": HtmlBlock,
}
