"""Who may be drawn for a plan, and which objects: each person in one pool, the deepest participant's."""

from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlot.planning import gathering
from sunlot.planning.content import Seat, Zone

TREE = {
    "zjj": ("zjj/", "150300"),
    "zjj-wuye": ("zjj/zjj-wuye/", "150300"),
    "hbw-zjj": ("zjj/hbw-zjj/", "150302"),
    "hbw-zjj-wuye": ("zjj/hbw-zjj/hbw-zjj-wuye/", "150302"),
    "scjg": ("scjg/", "150300"),
    "wd-scjg": ("scjg/wd-scjg/", "150304"),
}


class People(list):  # type: ignore[type-arg]  # stands in for a query set that is put in order
    def order_by(self, _: str) -> "People":
        return self


@given(st.lists(st.sampled_from(sorted(TREE)), min_size=1, unique=True), st.sampled_from(["city", "districts"]))
def test_nobody_is_in_two_pools_and_the_deepest_participant_wins(participants: list[str], zoning: str) -> None:
    people = [
        SimpleNamespace(pk=code, number=code, serves_path=path, serves_region=region)
        for code, (path, region) in TREE.items()
    ]
    bodies = [SimpleNamespace(code=code, path=TREE[code][0]) for code in participants]
    zones = [Zone("150300", 1)] if zoning == "city" else [Zone("150302", 1), Zone("150304", 1)]
    content = SimpleNamespace(
        zones=zones, zoning=zoning, city_staff_roam=True, seats=[Seat(code) for code in participants]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            gathering,
            "qualified_inspectors",
            lambda paths, day: People(one for one in people if one.serves_path.startswith(tuple(paths))),
        )
        members = gathering.pool_of(content, bodies, date(2026, 1, 1))  # type: ignore[arg-type]  # stand-ins
    found = {member.inspector.number: member.organisation for member in members}
    assert len(found) == len(members)
    for code, (path, _) in TREE.items():
        above = [other for other in participants if path.startswith(TREE[other][0])]
        assert found.get(code) == (max(above, key=lambda other: len(TREE[other][0])) if above else None)
