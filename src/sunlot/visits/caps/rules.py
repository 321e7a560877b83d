"""Which lines of a table hold for an entity, and how its visits of the year stand to them. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """At most `cap` visits a year to an entity of this class. Without `department` those of everybody count, with it
    those of this organisation and all below it; a line of a `kind` stands in place of the line for every kind.
    """

    risk_class: str
    cap: int
    kind: str = ""
    kind_name: str = ""
    department: str = ""
    department_name: str = ""
    path: str = ""
    """The department's path, by which its visits are found; empty for everybody's."""

    @property
    def whose(self) -> str:
        """“各部门合计”, or the department's name."""
        return self.department_name or "各部门合计"

    def as_json(self) -> dict[str, str | int | None]:
        """What is approved and public of it."""
        return {
            "risk_class": self.risk_class,
            "kind": self.kind or None,
            "department": self.department or None,
            "cap": self.cap,
        }


@dataclass(frozen=True)
class Count:
    """Visits of an entity in the year: done, and those still to come. One joint visit of several departments is one."""

    done: int = 0
    planned: int = 0

    @property
    def total(self) -> int:
        return self.done + self.planned


@dataclass(frozen=True)
class Measure:
    """A line that holds for an entity, and what it has had."""

    line: Line
    count: Count

    @property
    def left(self) -> int:
        """How many more visits the cap allows."""
        return max(0, self.line.cap - self.count.total)

    @property
    def is_reached(self) -> bool:
        """Whether the next visit would go beyond the cap."""
        return self.count.total >= self.line.cap

    @property
    def is_near(self) -> bool:
        """Whether it was visited, and one more visit reaches the cap."""
        return self.left == 1 and self.count.total > 0


def holding(lines: Iterable[Line], risk_class: str, kind: str) -> list[Line]:
    """The lines that hold for an entity of this class and kind: the one for everybody's visits first, then those of
    departments by path; of each the one of the kind where there is one.
    """
    found: dict[str, Line] = {}
    for line in lines:
        if line.risk_class == risk_class and line.kind in ("", kind):
            earlier = found.get(line.path)
            if earlier is None or line.kind:
                found[line.path] = line
    return [found[path] for path in sorted(found)]


def is_concerned(line: Line, departments: Iterable[str]) -> bool:
    """Whether visits of these departments (paths; none: anybody's) fall under the line."""
    paths = tuple(departments)
    return not paths or not line.path or any(path.startswith(line.path) for path in paths)


def measures(
    lines: Iterable[Line], risk_class: str, kind: str, count: Callable[[str], Count], departments: Iterable[str] = ()
) -> list[Measure]:
    """How an entity stands to the lines that hold for it. `count` says of a department's path (empty: everybody) how
    often it was there; with `departments` (paths) only the lines under which their visits fall are looked at.
    """
    paths = tuple(departments)
    return [Measure(line, count(line.path)) for line in holding(lines, risk_class, kind) if is_concerned(line, paths)]
