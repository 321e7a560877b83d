"""Replacements and supplementary draws through the pages: what is shown, who may press what, what the public sees."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from sunlot.drawing import actions
from sunlot.drawing.models import Attempt, Replacement
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM

from ..cast import City
from .shorthanded import SCAN, build_short_stage, drawn_object, reserve_of, standing, supplemented
from .stage import Stage, fresh
from .test_pages import local, settings, soon
from .test_replacing import member, propose, propose_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(city: City) -> Stage:
    return build_short_stage(city)


@pytest.fixture
def root(stage: Stage) -> Attempt:
    return stage.drawn()


def proposal(**changes: object) -> dict[str, object]:
    scan = SimpleUploadedFile("注销证明.pdf", SCAN, "application/pdf")
    return {"cause": "deregistered", "reason": "十一月核准注销", "evidence": [scan], **changes}


def object_page(root: Attempt, number: str) -> str:
    return reverse("drawing:replace-object", args=[root.draw.number, number])


def inspector_page(root: Attempt, number: str) -> str:
    return reverse("drawing:replace-inspector", args=[root.draw.number, number])


def list_page(root: Attempt) -> str:
    return reverse("drawing:replacements", args=[root.draw.number])


def said(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_from_the_list_of_teams_to_the_public_page(stage: Stage, root: Attempt) -> None:
    clerk, head, out = stage.city.client("scjg-clerk"), stage.city.client("wuye-head"), drawn_object(root)
    address = object_page(root, out)
    assert f'href="{address}"' in said(clerk, list_page(root))
    page = said(clerk, address)
    first = reserve_of(root)[0]
    assert first in page and "由抽取结果算出，没有人挑选" in page
    assert 'name="incoming"' not in page and 'name="in"' not in page  # there is no field to choose
    response = clerk.post(address, proposal(), follow=True)
    assert "等第二人批准" in response.content.decode()
    one = Replacement.objects.get()
    assert one.evidence.get().name == "注销证明.pdf"
    assert "批准替补检查对象" in said(head, "/desk/")
    assert "批准替补检查对象" not in said(stage.city.client("scjg-head"), "/desk/")
    decision = reverse("drawing:replacement", args=[one.pk])
    page = said(head, decision)
    assert f"批准，换入 {standing(root).result.strata[1].reserve[0].name}" in page and "下一步：由您批准" in page
    evidence = reverse("drawing:replacement-evidence", args=[one.pk, one.evidence.get().pk])
    assert head.get(evidence).content == SCAN
    assert head.get(evidence)["X-Content-Type-Options"] == "nosniff"
    done = head.post(decision, {"act": "approve", "shown": first}, follow=True).content.decode()
    assert "已写入透明日志第" in done
    assert "批准替补检查对象" not in said(head, "/desk/")
    public = strip_tags(said(Client(), f"/draws/{root.draw.number}/"))
    assert "已注销：十一月核准注销" in public and "已替补" in public and "候补换入" in public
    (row,) = json.loads(Client().get(f"/draws/{root.draw.number}/replacements.json").getvalue())["rows"]
    assert (row["out"], row["in"], row["reason"]) == (out, first, "已注销：十一月核准注销")
    assert Client().get(f"/log/entries/{row['entry']}/").status_code == 200
    assert Client().get(f"/draws/{root.draw.number}/replacements.csv").status_code == 200


def test_what_is_missing_is_said_at_its_place_and_nothing_is_proposed(stage: Stage, root: Attempt) -> None:
    client, address = stage.city.client("chen"), object_page(root, drawn_object(root))
    response = client.post(address, {"reason": "已停业"})
    page = response.content.decode()
    assert response.status_code == 422 and "已停业" in page
    assert "选定事由。" in page and "选择证明材料。" in page
    word = SimpleUploadedFile("证明.docx", b"PK\x03\x04")
    response = client.post(address, proposal(evidence=[word]))
    assert response.status_code == 422 and "这是 Word" in response.content.decode()
    assert not Replacement.objects.exists()


def test_an_inspector_is_replaced_for_the_team_or_for_one_object(stage: Stage, root: Attempt) -> None:
    out = member(root)
    team, _ = standing(root).seat(root, out) or (None, "")
    assert team is not None
    client = stage.city.client("scjg-clerk")
    assert f'href="{inspector_page(root, out)}"' in said(client, list_page(root))
    page = said(client, inspector_page(root, out))
    alone = f"{inspector_page(root, out)}?object={team.objects[0]}"
    assert alone in page and "请假、外出等不能参加" in page
    page = said(client, alone)
    assert "请假、外出等不能参加" not in page and "发现应当回避的情形" in page
    assert client.post(alone, proposal(cause="conflict", reason="近亲属在该企业任职")).status_code == 302
    assert Replacement.objects.get().object == team.objects[0]
    head = stage.city.client("scjg-head")
    decision = reverse("drawing:replacement", args=[Replacement.objects.get().pk])
    head.post(decision, {"act": "approve", "shown": "somebody else"})
    assert Replacement.objects.get().state == "proposed"
    shown = standing(root)
    assert head.post(decision, {"act": "approve"}).status_code == 302
    assert standing(root) != shown
    public = said(Client(), f"/draws/{root.draw.number}/")
    assert "近亲属" not in public and "发现应当回避的情形" in public  # of a person the cause alone


def test_a_refusal_needs_its_reason(stage: Stage, root: Attempt) -> None:
    one = propose(stage, root, drawn_object(root))
    head, address = stage.city.client("wuye-head"), reverse("drawing:replacement", args=[one.pk])
    assert head.post(address, {"act": "refuse", "reason": ""}).status_code == 422
    head.post(address, {"act": "refuse", "reason": "现场核实仍在经营"})
    assert "现场核实仍在经营" in said(stage.city.client("chen"), address)
    assert Replacement.objects.get().state == "refused"


def test_who_may_open_the_pages(stage: Stage, root: Attempt) -> None:
    one = propose(stage, root, drawn_object(root))
    decision = reverse("drawing:replacement", args=[one.pk])
    for username, status in {
        "chen": 200,
        "wuye-head": 200,
        "supervisor": 200,
        "outsider": 404,
        "sysadmin": 403,
    }.items():
        client = stage.city.client(username)
        assert client.get(decision).status_code == status, username
        assert client.get(list_page(root)).status_code == status, username
    assert stage.city.client("supervisor").get(object_page(root, one.outgoing)).status_code == 403
    assert stage.city.client("chen").post(decision, {"act": "approve"}).status_code == 403
    assert Client().get(decision).status_code == 302
    assert stage.city.client("chen").delete(decision).status_code == 405
    assert stage.city.client("chen").get(object_page(root, "no-such")).status_code == 200  # says what is wrong
    assert "不在抽中名单里" in said(stage.city.client("chen"), object_page(root, "no-such"))


def test_under_an_embargo_the_public_sees_nothing_and_the_staff_that_it_waits(city: City) -> None:
    stage = build_short_stage(city, release_on=clock.today() + timedelta(days=7))
    root = stage.drawn()
    one = actions.approve_replacement(stage["wuye-head"], propose(stage, root, drawn_object(root)))
    person = actions.approve_replacement(stage["wuye-head"], propose_member(stage, root, member(root)))
    anybody = Client()
    for address in (f"/draws/{root.draw.number}/", "/draws.json", "/draws.csv", "/log/"):
        response = anybody.get(address)
        text = (response.getvalue() if response.streaming else response.content).decode()
        assert not [x for x in (one.outgoing, one.incoming, person.outgoing, person.incoming) if x in text], address
    assert anybody.get(f"/draws/{root.draw.number}/replacements.json").status_code == 404
    decision = reverse("drawing:replacement", args=[one.pk])
    assert "名单公开时写入透明日志" in said(stage.city.client("chen"), decision)
    actions.release(SYSTEM, fresh(root))
    assert "已写入透明日志第" in said(stage.city.client("chen"), decision)
    rows = json.loads(anybody.get(f"/draws/{root.draw.number}/replacements.json").getvalue())["rows"]
    assert [row["out"] for row in rows] == [one.outgoing, person.outgoing]


def test_a_supplementary_draw_is_prepared_where_it_is_needed_and_says_why_it_is(city: City) -> None:
    stage = build_short_stage(city, shut_out=True)
    root = stage.drawn()
    host, waiting = stage.city.client("chen"), standing(root).unassigned
    assert "补充抽取：" in said(host, "/desk/")
    ceremony = said(host, reverse("drawing:ceremony", args=[root.draw.number]))
    address = reverse("drawing:supplement", args=[root.draw.number])
    assert f'href="{address}"' in ceremony and "户等待补充抽取" in ceremony
    assert address not in said(stage.city.client("scjg-clerk"), list_page(root))
    assert stage.city.client("scjg-clerk").get(address).status_code == 403
    page = said(host, address)
    assert waiting[0] in page and local(soon(2))[:10] in page
    response = host.post(address, settings(), follow=True)
    made = Attempt.objects.get(draw__supplements=root)
    text = response.content.decode()
    assert f"补充抽取编号 {made.draw.number}" in text and "这是补充抽取" in text
    assert "正在办理" in said(host, list_page(root))
    assert host.post(address, settings()).status_code == 409
    assert "补充抽取：" not in said(host, "/desk/").replace(f"补充抽取：{made.draw.number}", "")


def test_the_public_pages_name_the_supplementary_draw_and_what_it_supplements(city: City) -> None:
    stage = build_short_stage(city, shut_out=True)
    root = stage.drawn()
    made = supplemented(stage, root)
    anybody = Client()
    assert f"/draws/{made.draw.number}/" in said(anybody, f"/draws/{root.draw.number}/")
    page = said(anybody, f"/draws/{made.draw.number}/")
    assert f"/draws/{root.draw.number}/" in page and "它们与原来的每个检查组都有回避关系" in page
    record = said(stage.city.client("chen"), reverse("drawing:record", args=[made.draw.number]))
    assert f"为抽取 {root.draw.number} 的 1 户另组检查组" in record
    assert stage.city.client("chen").get(reverse("drawing:record-pdf", args=[made.draw.number])).status_code == 200
    rows = {row["number"]: row for row in json.loads(anybody.get("/draws.json").getvalue())["rows"]}
    assert rows[made.draw.number]["supplements"] == root.draw.number
    assert rows[root.draw.number]["supplements"] == ""
