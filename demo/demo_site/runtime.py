"""The XBlock runtime of the SDK workbench, with this site's people, keys and access check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from opaque_keys.edx.locator import BlockUsageLocator, CourseLocator
from web_fragments.fragment import Fragment, FragmentResource
from workbench.runtime import WorkbenchRuntime
from xblock.core import XBlock
from xblock.exceptions import NoSuchUsage
from xblock.reference.user_service import UserService, XBlockUser
from xblock.runtime import IdGenerator, IdReader, KeyValueStore, KvsFieldData, Runtime

from demo_site.blocks import STRUCTURE


class CourseKeys(IdReader, IdGenerator):
    """Usage keys as a real course has them; the definition of a block is its usage.

    The workbench numbers its blocks instead. With real keys the blocks find their course, and a
    handler's address looks as in an LMS.
    """

    def __init__(self, course_key: CourseLocator) -> None:
        self.course_key = course_key
        self.known: set[BlockUsageLocator] = set()
        self.next_name = ""

    def create_definition(self, block_type: str, slug: str | None = None) -> BlockUsageLocator:
        name = slug or self.next_name
        key = BlockUsageLocator(self.course_key, block_type, name)  # type: ignore[no-untyped-call]
        if key in self.known:
            raise ValueError(f"Two elements of {self.course_key} are called {key.block_id}.")
        self.known.add(key)
        return key

    def create_usage(self, def_id: BlockUsageLocator) -> BlockUsageLocator:
        return def_id

    def get_definition_id(self, usage_id: BlockUsageLocator) -> BlockUsageLocator:
        if usage_id not in self.known:
            raise NoSuchUsage(repr(usage_id))
        return usage_id

    def get_block_type(self, def_id: BlockUsageLocator) -> str:
        return str(def_id.block_type)

    def create_aside(self, definition_id: Any, usage_id: Any, aside_type: str) -> Any:
        raise NotImplementedError("The demo has no asides.")

    def get_usage_id_from_aside(self, aside_id: Any) -> Any:
        raise NotImplementedError("The demo has no asides.")

    def get_definition_id_from_aside(self, aside_id: Any) -> Any:
        raise NotImplementedError("The demo has no asides.")

    def get_aside_type_from_definition(self, aside_id: Any) -> Any:
        raise NotImplementedError("The demo has no asides.")

    def get_aside_type_from_usage(self, aside_id: Any) -> Any:
        raise NotImplementedError("The demo has no asides.")


class PeopleService(UserService):
    """The ``user`` service, with the attributes of edx-platform's DjangoXBlockUserService."""

    def __init__(self, user: Any, *, is_staff: bool) -> None:
        person = XBlockUser(is_current_user=True, full_name=user.get_full_name() if user.pk else "")
        person.emails = [user.email] if user.pk else []
        person.opt_attrs = {
            "edx-platform.is_authenticated": bool(user.pk),
            "edx-platform.user_id": user.pk,
            "edx-platform.username": user.get_username(),
            "edx-platform.user_is_staff": is_staff,
            "edx-platform.user_role": "staff" if is_staff else "student",
        }
        super().__init__(user=person)

    def get_current_user(self) -> XBlockUser:
        return self._user


class TranslationService:
    """The ``i18n`` service: Django's translations, under the names XBlocks ask for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(translation, {"ugettext": "gettext"}.get(name, name))


class DemoRuntime(WorkbenchRuntime):
    """Draws the blocks of one course for one person.

    ``may_see`` is the access check of the platform: it is asked for every block that a container
    shows and before every handler.
    """

    user_id: Any = None  # the parent marks its own property as deprecated

    def __init__(
        self,
        keys: CourseKeys,
        store: KeyValueStore,
        *,
        user: Any = None,
        is_staff: bool = False,
        may_see: Callable[[BlockUsageLocator], bool] = lambda _key: True,
        handler_view: str = "block_handler",
    ) -> None:
        user = user or AnonymousUser()
        super().__init__(user.pk)
        self.id_reader = self.id_generator = keys
        self.may_see = may_see
        self._handler_view = handler_view
        self._services |= {
            "field-data": KvsFieldData(store),
            "user": PeopleService(user, is_staff=is_staff),
            "i18n": TranslationService(),
        }

    def load_block_type(self, block_type: str) -> type[XBlock]:
        """The structure from this site; every other block by its entry point, as in an LMS."""
        return STRUCTURE.get(block_type) or super().load_block_type(block_type)

    def children_to_show(self, block: XBlock) -> Iterable[XBlock]:
        """The children of a container that this person may see."""
        return [self.get_block(key) for key in block.children if self.may_see(key)]

    def handler_url(
        self,
        block: XBlock,
        handler_name: str,
        suffix: str = "",
        query: str = "",
        thirdparty: bool = False,  # noqa: FBT001,FBT002  the signature is the XBlock API's
    ) -> str:
        """Where the browser calls a handler of a block."""
        if not getattr(getattr(block, handler_name, None), "_is_xblock_handler", False):
            raise ValueError(f"{handler_name!r} is not a handler of {block!r}.")
        place = [str(block.scope_ids.usage_id), handler_name, *([suffix] if suffix else [])]
        url = reverse(self._handler_view, args=place)
        return f"{url}?{query}" if query else url

    def local_resource_url(self, block: XBlock, uri: str) -> str:
        """Where the browser finds a public file of a block's package."""
        return reverse("block_resource", args=(block.scope_ids.block_type, uri))

    def applicable_aside_types(self, block: XBlock) -> list[str]:
        """None: asides add to a page what the demo has no place for."""
        return []

    def _patch_xblock(self, block: XBlock) -> None:
        """The key of the course where older blocks look for it; the workbench puts a mock."""
        block.course_id = block.scope_ids.usage_id.course_key
        block.location = block.scope_ids.usage_id

    def _usage_id_from_node(self, node: Any, parent_id: Any) -> Any:
        self.id_generator.next_name = node.attrib.pop("url_name")
        return super()._usage_id_from_node(node, parent_id)

    def _wrap_ele(self, block: XBlock, view: str, frag: Fragment, extra_data: Any = None) -> Any:
        """Wrap as every runtime does, without the workbench's jQuery: our blocks need none."""
        handlers = reverse(self._handler_view, args=[str(block.scope_ids.usage_id), "NAME"])
        data = (extra_data or {}) | {"handlers": handlers}
        wrapped = Runtime._wrap_ele(self, block, view, frag, data)
        if not frag.js_init_fn:
            return wrapped
        # The initialiser lives in the block's own script, so ours has to come after it.
        wrapped.add_javascript_url(self.resource_url_of("demo_site/block_runtime.js"))
        return wrapped

    def resource_url_of(self, path: str) -> str:
        """A static file of this site."""
        from django.templatetags.static import static

        return static(path)


def resources_html(fragment: Fragment, placement: str, *, nonce: str) -> str:
    """The head or the foot of a fragment; inline style and script carry the page's nonce."""
    return "\n".join(
        _resource_html(resource, nonce)
        for resource in fragment.resources
        if resource.placement == placement
    )


def _resource_html(resource: FragmentResource, nonce: str) -> str:
    is_style = resource.mimetype == "text/css"
    if resource.kind == "url":
        pattern = '<link rel="stylesheet" href="{}">' if is_style else '<script src="{}"></script>'
        return format_html(pattern, resource.data)
    # The text is the block's own file, not a visitor's; it must not be escaped. It cannot close its
    # element early: a "</" in it would.
    tag = "style" if is_style else "script"
    if resource.mimetype not in {"text/css", "application/javascript", "text/javascript"}:
        return str(resource.data)
    text = re.sub(rf"</(?={tag})", r"<\\/", resource.data, flags=re.IGNORECASE)
    return f'<{tag} nonce="{quote(nonce)}">{text}</{tag}>'
