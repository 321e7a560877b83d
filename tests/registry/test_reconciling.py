"""An authoritative list beside the registry: what is missing is found and taken in, what is gone is seen to, all is filed and signed."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from python_calamine import CalamineWorkbook

from sunlot.desk.running import Hands
from sunlot.registry.models import Import, InspectionObject, Involvement, Reconciliation, ReconciliationLine
from sunlot.registry.reconciling.comparing import state_of
from tests.cast import PASSWORD, City

from . import makers
from .files import code, wrong_check, xlsx

LIST_HEADS = ["企业名称", "统一社会信用代码", "住所", "登记状态", "所在区"]


def listed(serial: int, **changes: str) -> list[str]:
    """A row of the regulator's list about the enterprise of this serial, as the registry has it."""
    row = {
        "name": f"沙枣花{serial}号物业服务有限公司",
        "code": code(serial),
        "address": "",
        "status": "存续",
        "region": "海勃湾区",
    }
    return list((row | changes).values())


def send(town: City, rows: list[list[str]], user: str = "chen", **changes: object) -> HttpResponse:
    data = {
        "file": SimpleUploadedFile("市场主体.xlsx", xlsx([LIST_HEADS, *rows])),
        "source": "乌海市市场监督管理局",
        "as_of": "2026-01-05",
        "kinds": ["property"],
        "regions": ["150302"],
    }
    return town.client(user).post("/desk/registry/reconciliations/", data | changes)


def work() -> None:
    while Hands(beating=False).work_once():
        pass


def compared(town: City, rows: list[list[str]], **changes: object) -> Reconciliation:
    answer = send(town, rows, **changes)
    assert answer.status_code == 302, answer.content.decode()
    work()
    return Reconciliation.objects.latest("pk")


def line(found: Reconciliation, serial: int) -> ReconciliationLine:
    return found.lines.get(number=code(serial))


def act(town: City, found: Reconciliation, what: str, query: str = "", user: str = "chen", **data: object) -> str:
    address = f"/desk/registry/reconciliations/{found.pk}/{what}/{query}"
    return town.client(user).post(address, data, follow=True).content.decode()


@pytest.fixture
def registry(town: City) -> City:
    """Four property managers in 海勃湾区, one in 海南区."""
    for serial in range(1, 5):
        makers.enterprise(serial, town["chen"], address=f"滨河大道{serial}号")
    makers.enterprise(9, town["chen"], region="150303")
    return town


def test_each_enterprise_of_list_and_registry_stands_in_one_line(registry: City) -> None:
    found = compared(
        registry,
        [
            listed(1, address="滨河大道1号"),
            listed(2, name="石榴籽物业服务有限公司", address="新华大街9号"),
            listed(3, status="注销"),
            listed(7, address="学府街7号"),
            listed(8, status="吊销，未注销"),
            listed(9, region="海南区"),
            ["没有代码的", "91150302", "", "", ""],
            listed(1),
        ],
    )
    assert found.counts == {"same": 2, "differs": 2, "missing": 1, "gone": 1, "unclear": 2, "outside": 1}
    assert [one["field"] for one in line(found, 2).differences] == ["name", "address"]
    assert line(found, 2).differences[1] == {
        "field": "address", "label": "地址", "here": "滨河大道2号", "there": "新华大街9号",
    }  # fmt: skip
    assert (line(found, 3).state, line(found, 3).outcome) == ("deregistered", "differs")
    assert line(found, 4).outcome == "gone"
    assert line(found, 8).note == "名单上已吊销，名录库没有"
    page = registry.client("chen").get(f"/desk/registry/reconciliations/{found.pk}/?outcome=differs").content.decode()
    assert "新华大街9号" in page
    assert "滨河大道2号" in page
    assert "学府街7号" not in page


def test_decided_by_row_and_by_rule_it_is_carried_out_filed_and_signed_by_two(registry: City) -> None:
    found = compared(
        registry,
        [
            listed(1, address="新华大街1号"),
            listed(2, name="石榴籽物业", address="新华大街2号"),
            listed(7, address="学府街7号"),
        ],
    )
    assert found.counts == {"differs": 2, "missing": 1, "gone": 2, "outside": 0}
    assert "还有 5 条待处理" in act(registry, found, "file")
    # by rule: all addresses as the list has them; a name that differs as well stays
    assert "采用名单：2 条" in act(registry, found, "decide", "?field=address", decision="take", all="1")
    # by row
    assert "采用名单：1 条" in act(registry, found, "decide", decision="take", line=str(line(found, 7).pk))
    gone = line(found, 3)
    assert "选定它们现在的状态" in act(registry, found, "decide", decision="take", line=str(gone.pk))
    assert "采用名单：1 条" in act(registry, found, "decide", decision="take", state="moved", line=str(gone.pk))
    assert "须写明理由" in act(registry, found, "decide", decision="keep", line=str(line(found, 4).pk))
    act(registry, found, "decide", decision="keep", reason="实地核实在营", line=str(line(found, 4).pk))
    assert "采用名单的内容没有办理" in act(registry, found, "file")

    assert "核对后再导入" in act(registry, found, "take-in")
    roster = Import.objects.get()
    assert (roster.counts["new"], roster.counts["changed"]) == (1, 2)
    work()
    assert "还没有确认导入" in act(registry, found, "file")
    assert InspectionObject.objects.get(number=code(3)).state == "moved"
    assert InspectionObject.objects.get(number=code(3)).state_source == "乌海市市场监督管理局名单"
    registry.client("chen").post(f"/desk/registry/imports/{roster.pk}/apply/", {"accept": "on"})
    assert InspectionObject.objects.get(number=code(7)).address == "学府街7号"
    second = InspectionObject.objects.get(number=code(2))
    assert (second.name, second.address) == ("沙枣花2号物业服务有限公司", "新华大街2号")

    act(registry, found, "file")
    work()
    found.refresh_from_db()
    assert found.state == Reconciliation.State.FILED
    client = registry.client("chen")
    assert client.get(f"/desk/registry/reconciliations/{found.pk}/report.pdf").getvalue().startswith(b"%PDF")
    book = client.get(f"/desk/registry/reconciliations/{found.pk}/report.xlsx").getvalue()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert [row[3] for row in rows[1:]].count("沙枣花4号物业服务有限公司") == 1
    assert any("实地核实在营" in row for row in rows)
    assert "现在不能处理" in act(registry, found, "decide", decision="open", line=str(gone.pk))

    signed = {"act": "sign", "digest": found.report_id or "", "password": PASSWORD}
    act(registry, found, "sign", **signed)
    assert act(registry, found, "sign", **signed).count("各签一次") == 1
    page = act(registry, found, "sign", user="wuye-head", **signed)
    assert "经办人" in page
    assert "科室负责人" in page
    assert "以科室负责人身份签署报告" not in page


def test_another_district_sees_nothing_of_it(registry: City) -> None:
    found = compared(registry, [listed(1)])
    assert registry.client("outsider").get(f"/desk/registry/reconciliations/{found.pk}/").status_code == 404
    assert registry.client("wuye-head").post("/desk/registry/reconciliations/", {}).status_code == 403
    refused = send(registry, [listed(1)], "outsider", regions=["150302"])
    assert refused.status_code == 422


def test_a_list_without_codes_and_one_from_tomorrow_are_refused(registry: City) -> None:
    answer = registry.client("chen").post(
        "/desk/registry/reconciliations/",
        {
            "file": SimpleUploadedFile("单.xlsx", xlsx([["企业名称", "住所"], ["甲", "乙"]])),
            "source": "市场监管局", "as_of": "2026-01-05", "kinds": ["property"], "regions": ["150302"],
        },
        follow=True,
    )  # fmt: skip
    assert answer.status_code == 200
    work()
    found = Reconciliation.objects.get()
    page = registry.client("chen").get(f"/desk/registry/reconciliations/{found.pk}/").content.decode()
    assert found.state == Reconciliation.State.UNREADABLE
    assert "没有找到“名称”和“统一社会信用代码”两列" in page
    assert send(registry, [listed(1)], as_of="2099-01-01").status_code == 422


def test_an_enterprise_is_found_by_its_name_where_its_code_was_written_differently(registry: City) -> None:
    found = compared(registry, [listed(1, code=wrong_check(1))])
    one = found.lines.get(object__number=code(1))
    assert one.outcome == "differs"
    assert one.note == "按名称找到"
    assert one.differences[0]["there"] == wrong_check(1)


def test_compared_again_after_a_kill_no_line_stands_twice(registry: City) -> None:
    send(registry, [listed(1), listed(2)])
    found = Reconciliation.objects.get()
    ReconciliationLine.objects.create(reconciliation=found, outcome="same", row=2, name="半途")
    work()
    assert found.lines.filter(row=2).count() == 1


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("存续（在营、开业、在册）", "active"),
        ("吊销，未注销", "revoked"),
        ("已注销", "deregistered"),
        ("迁出", "moved"),
        ("歇业", "suspended"),
        ("？", ""),
    ],
)
def test_registration_states_are_read_as_authorities_write_them(text: str, state: str) -> None:
    assert state_of(text) == state


def test_a_representative_that_differs_is_taken_in_by_the_import(registry: City) -> None:
    rows = [["企业名称", "统一社会信用代码", "法定代表人"], ["沙枣花1号物业服务有限公司", code(1), "赵一鸣"]]
    answer = registry.client("chen").post(
        "/desk/registry/reconciliations/",
        {
            "file": SimpleUploadedFile("单.xlsx", xlsx(rows)), "source": "市场监管局", "as_of": date(2026, 1, 5).isoformat(),
            "kinds": ["property"], "regions": ["150302"],
        },
    )  # fmt: skip
    assert answer.status_code == 302
    work()
    found = Reconciliation.objects.get()
    act(registry, found, "decide", "?field=representative", decision="take", all="1")
    act(registry, found, "take-in")
    registry.client("chen").post(f"/desk/registry/imports/{Import.objects.get().pk}/apply/")
    itself = Involvement.objects.get(object__number=code(1), part=Involvement.Part.ITSELF)
    assert itself.entity.representative == "赵一鸣"
