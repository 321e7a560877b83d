"""The units that a roster of people names, by code, name, or department and section together."""

from collections.abc import Callable, Mapping

from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import Viewer

from .rows import Cursor
from .values import text_of


class Units:
    """Finds the unit of a row: the one it names, else that of the whole roster, else the viewer's own; only those whose
    people this viewer may enter (`allowed`).
    """

    def __init__(
        self,
        viewer: Viewer,
        defaults: Mapping[str, str],
        allowed: Callable[[Viewer, Organisation], bool],
        instead: str,
    ) -> None:
        self._viewer, self._allowed, self._instead = viewer, allowed, instead
        self._by_code: dict[str, Organisation] = {}
        self._by_name: dict[str, list[Organisation]] = {}
        for one in Organisation.objects.filter(is_active=True).select_related("parent"):
            self._by_code[one.code] = one
            self._by_name.setdefault(one.name, []).append(one)
            if one.is_section and one.parent is not None:
                self._by_name.setdefault(f"{one.parent.name}{one.name}", []).append(one)
        self._default = self._by_code.get(defaults.get("organisation", "")) or viewer.organisation

    def named(self, at: Cursor) -> Organisation | None:
        """The unit of a row; says what is wrong where there is none, or more than one."""
        if at.is_broken("organisation"):
            return None
        text = text_of(at.raw("organisation"))
        if not text:
            found = [self._default]
        elif text in self._by_code:
            found = [self._by_code[text]]
        else:
            found = self._by_name.get(text, [])
        allowed = [one for one in found if self._allowed(self._viewer, one)]
        if not found:
            at.fault("organisation", f"没有“{text}”这个单位", "填写单位全称或代码，与“机构与留痕”中的一致")
            return None
        if not allowed:
            at.fault("organisation", f"{found[0].name}不在您单位之下", self._instead)
            return None
        if len(allowed) > 1:
            at.fault("organisation", f"有 {len(allowed)} 个单位叫“{text}”", "改填单位代码")
            return None
        at.mended("organisation", text)
        return allowed[0]
