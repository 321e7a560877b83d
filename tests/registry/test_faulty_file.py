"""A list of five thousand rows with three faults in a hundred goes through the real jobs; `benchmarks/registry.py` has more."""

import io
from collections.abc import Callable
from typing import Any

from python_calamine import CalamineWorkbook

from sunlot.desk.running import Hands
from sunlot.registry.models import Import, InspectionObject
from tests.cast import City

from .files import HEADS, code, enterprise, xlsx

ROWS, EVERY = 5000, 33
CODE = "统一社会信用代码"
FAULTS: list[tuple[dict[str, Any], str, str]] = [
    # what is changed in a clean row: the column that is named, words of the reason
    ({"region": "海南省"}, "辖区", "海南省（460000）"),
    ({"kind": "物业管理企业"}, "类别", "没有“物业管理企业”这个类别"),
    ({"code": code(7)[:16]}, CODE, "只有 16 位"),
    ({"name": "　"}, "名称", "没有填写名称"),
    ({"risk": "E"}, "信用风险类别", "“E”不是信用风险类别"),
]


def test_every_fault_is_named_by_row_and_column_the_good_rows_are_taken_and_the_faulty_come_back_as_a_file(
    town: City, imported: Callable[..., Import]
) -> None:
    faulty = {number + 2: FAULTS[number // EVERY % len(FAULTS)] for number in range(0, ROWS, EVERY)}
    rows = [enterprise(number, **(faulty[number + 2][0] if number + 2 in faulty else {})) for number in range(ROWS)]
    roster = imported(xlsx([HEADS, *rows]))
    hands, client = Hands(beating=False), town.client("chen")
    assert hands.work_once()
    roster.refresh_from_db()
    assert (roster.counts["new"], roster.counts["faulty"]) == (ROWS - len(faulty), len(faulty))
    client.post(f"/desk/registry/imports/{roster.pk}/apply/")
    assert hands.work_once()
    roster.refresh_from_db()
    assert roster.taken == {"new": ROWS - len(faulty), "faulty": len(faulty), "left": 0}
    found = {one.row: one for one in roster.findings.all()}
    assert {row: one.column for row, one in found.items()} == {row: column for row, (_, column, _) in faulty.items()}
    assert all(words in found[row].what for row, (_, _, words) in faulty.items())
    missing = {rows[row - 2][1] for row in faulty}
    assert set(InspectionObject.objects.values_list("number", flat=True)) == {row[1] for row in rows} - missing
    answer = client.get(f"/desk/registry/imports/{roster.pk}/faulty.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    head, *lines = book.get_sheet_by_index(0).to_python()
    assert head == [*HEADS, "原行号", "错误原因"]
    assert {int(line[-2]): line[-1].split("：")[0] for line in lines} == {
        row: column for row, (_, column, _) in faulty.items()
    }
    as_it_was = {int(line[-2]): [str(cell).strip() for cell in line[:-2]] for line in lines}
    assert as_it_was == {row: [cell.strip() for cell in rows[row - 2]] for row in faulty}
