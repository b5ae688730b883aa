"""Courses as Studio has them: real blocks in the demo's runtime, made from an outline."""

from __future__ import annotations

from typing import Any

from lxml import etree
from opaque_keys.edx.keys import CourseKey

from demo_site.block_store import XmlStore
from demo_site.runtime import CourseKeys, DemoRuntime
from factories.fee_gate import COURSE
from fee_gate.rules import GATE, Node


def draft(outline: Node) -> Any:
    """The root block of a draft that looks like this outline."""
    runtime = DemoRuntime(CourseKeys(CourseKey.from_string(COURSE)), XmlStore(), is_staff=True)
    return runtime.get_block(runtime.parse_xml_string(etree.tostring(_element(outline))))


def block_in(root: Any, name: str) -> Any:
    """The one block of this name."""
    (key,) = (key for key in root.runtime.id_reader.known if key.block_id == name)
    return root.runtime.get_block(key)


def _element(node: Node) -> Any:
    element = etree.Element(node.block_type, url_name=node.usage_key.rpartition("@")[2])
    if node.block_type == GATE:
        element.set("fee", node.fee)
        element.set("scope", node.scope)
    element.extend([_element(child) for child in node.children])
    return element
