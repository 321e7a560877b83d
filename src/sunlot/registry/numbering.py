"""Public numbers for objects that have neither credit code nor permit number: `<region>-<kind>-<serial>`."""

import re

from sunlot.catalogue.models import ObjectKind

from .models import InspectionObject

DIGITS = 4


class Numbering:
    """Gives serials one after another. Use it under the registry lock (`locks.take_registry_lock`).

    The numbers of a kind in a region are read once, so an import may ask for thousands.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def next(self, region_code: str, kind: ObjectKind) -> str:
        """The next free number of this kind in this region, e.g. `150302-site-0017`."""
        prefix = f"{region_code}-{kind.code}-"
        if prefix not in self._last:
            self._last[prefix] = _highest(prefix)
        self._last[prefix] += 1
        return f"{prefix}{self._last[prefix]:0{DIGITS}d}"


def _highest(prefix: str) -> int:
    serial = re.compile(re.escape(prefix) + r"(\d+)", re.ASCII)
    numbers = InspectionObject.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    found = [serial.fullmatch(number) for number in numbers]
    return max((int(match[1]) for match in found if match), default=0)
