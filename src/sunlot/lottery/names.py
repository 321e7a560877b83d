"""The notice's member `names`: what codes of departments and zones stand for. For people alone; no rule looks at it.

A name is whatever the author of the notice wrote: it is shown beside its code, never in its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sunlot.lottery.text import is_identifier, is_plain

MEMBER = "names"
MAX_NAMES = 10_000
MAX_LENGTH = 200


@dataclass(frozen=True)
class Names:
    """Names of departments and zones by code; a code without one stands for itself."""

    departments: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)

    def department(self, code: str) -> str:
        """“乌海市住房和城乡建设局·燃气（zjj.gas）”; “zjj 部门” where the notice has no name."""
        return f"{self.departments[code]}（{code}）" if code in self.departments else f"{code} 部门"

    def zone(self, code: str) -> str:
        """“海勃湾区（150302）”; the code where the notice has no name."""
        return f"{self.zones[code]}（{code}）" if code in self.zones else code


def read_names(value: object) -> Names | None:
    """The member as it stands in a notice; None for what is not of its shape, which is then like any unknown member."""
    if not isinstance(value, dict) or set(value) - {"departments", "zones"}:
        return None
    parts = [value.get("departments", {}), value.get("zones", {})]
    return Names(*parts) if all(isinstance(part, dict) and _is_sound(part) for part in parts) else None


def is_name(text: object) -> bool:
    """Whether a text may stand as a name."""
    return isinstance(text, str) and len(text) <= MAX_LENGTH and is_plain(text)


def _is_sound(part: Mapping[object, object]) -> bool:
    return len(part) <= MAX_NAMES and all(
        isinstance(code, str) and is_identifier(code) and is_name(name) for code, name in part.items()
    )
