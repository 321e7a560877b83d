"""Making results public: who inspects publishes, the check alone, corrections in the open (notice, part 4 (4))."""

import hashlib
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sunlot.inspecting import issuing
from sunlot.inspecting.models import Category, Form, FormPart
from sunlot.organisations.viewer import NotAllowed, Refused
from sunlot.planning.models import Plan
from sunlot.publishing import actions, queries
from sunlot.publishing.models import Publication
from sunlot.registry.models import Entity, Involvement
from sunlot.trail.models import Event

from ..inspecting.fieldwork import DAY, NAME, Fieldwork, on
from ..inspecting.test_record import HOSTILE

LIST = "/desk/publishing/"


def public_events() -> list[dict[str, object]]:
    entries = [json.loads(entry) for entry in Event.objects.order_by("pk").values_list("entry", flat=True)]
    return [entry for entry in entries if str(entry["type"]).startswith("publishing.")]


def test_a_result_is_published_with_the_check_alone_and_stands_in_the_log(sent: Fieldwork) -> None:
    part = sent.decided(sent.part("zjj-wuye"), problem=True, remark="内部说明")
    publication = actions.publish_part(sent["chen"], part, "已督促在小区公示栏张贴分摊清册。")
    content = json.loads(publication.content)
    assert content == {
        "result": "sunlot-result/1",
        "form": part.form.number,
        "task": part.form.task.title,
        "object": {
            "number": part.form.object.number,
            "name": part.form.object.name,
            "region": part.form.object.region_id,
        },
        "department": {"code": "zjj-wuye", "name": "乌海市住房和城乡建设局物业科"},
        "inspected_on": "2026-09-01",
        "mode": "现场检查",
        "items": [{"item": one.version.item.code, "name": one.version.name} for one in part.findings.all()],
        "categories": ["发现问题已责令改正"],
        "statement": "已督促在小区公示栏张贴分摊清册。",
        "correction": None,
    }
    persons = [NAME, "内部说明", "维修资金使用未公示", *(member.inspector.name for member in part.members.all())]
    assert not any(words in publication.content for words in persons)
    assert publication.digest == hashlib.sha256(publication.content.encode()).hexdigest()
    (entry,) = public_events()
    assert (entry["type"], entry["subject"]) == (
        "publishing.result_published",
        f"result:{part.form.number}:zjj-wuye",
    )
    assert entry["public"] == {"result": publication.digest}
    assert sent.again(part).state == FormPart.State.PUBLISHED


def test_the_page_shows_what_will_be_public_and_publishes_it(sent: Fieldwork) -> None:
    part = sent.decided(sent.part())
    client = sent.city.client("chen")
    page = reverse("publishing:part", args=[part.pk])
    assert page in client.get("/desk/").content.decode()
    shown = client.get(page).content.decode()
    assert "将公示的内容" in shown
    assert "公示检查结果</button>" in shown
    done = client.post(reverse("publishing:publish", args=[part.pk]), {"statement": ""}, follow=True).content.decode()
    assert "已公示，社会公众现在可以查到" in done
    assert "首次公示" in done
    assert page not in client.get("/desk/").content.decode().split("刚刚发生")[0]


@pytest.mark.parametrize("username", ["wuye-head", "scjg-clerk", "supervisor", "leader", "outsider", "hbw-clerk"])
def test_only_the_clerk_of_the_department_that_inspected_publishes_and_corrects(sent: Fieldwork, username: str) -> None:
    part = sent.decided(sent.part("zjj-wuye"))
    with pytest.raises(NotAllowed, match="由物业科的经办人公示"):
        actions.publish_part(sent[username], part)
    actions.publish_part(sent["chen"], part)
    with pytest.raises(NotAllowed, match="谁检查、谁录入、谁公示"):
        actions.correct(sent[username], part, [Category.NO_ACTIVITY], "", "登记错误")


def test_nothing_is_published_before_its_review_and_nothing_corrected_before_it_is_public(sent: Fieldwork) -> None:
    part = sent.recorded(sent.part())
    with pytest.raises(Refused, match="复核通过后才能公示"):
        actions.publish_part(sent["chen"], part)
    with pytest.raises(Refused, match="还没有公示"):
        actions.correct(sent["chen"], part, [Category.NO_ACTIVITY], "", "登记错误")
    page = sent.city.client("chen").get(reverse("publishing:part", args=[part.pk])).content.decode()
    assert "这次检查视为未完成" in page
    answer = sent.city.client("chen").post(reverse("publishing:publish", args=[part.pk]), {"statement": "写好的话"})
    assert answer.status_code == 422
    assert not Publication.objects.exists()


def test_publishing_twice_publishes_once(sent: Fieldwork) -> None:
    part = sent.decided(sent.part())
    assert actions.publish_part(sent["chen"], part) == actions.publish_part(sent["chen"], part, "另一句")
    assert (Publication.objects.count(), len(public_events())) == (1, 1)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("负责人身份证150302198001011234", "身份证号“150302198001011234”"),
        ("联系电话13847312345", "电话号码“13847312345”"),
        ("电话0473-3998765", "电话号码“0473-3998765”"),
        (f"由{NAME}签收", f"个人姓名“{NAME}”"),
        ("法定代表人额尔敦在场", "个人姓名“额尔敦”"),
        ("拟罚款五千元", "这里只公示检查本身"),
        ("长" * 501, "超过 500 字"),
    ],
)
def test_a_statement_that_names_a_person_or_a_penalty_is_refused_and_stays_typed(
    sent: Fieldwork, statement: str, words: str
) -> None:
    part = sent.part()
    entity = Entity.objects.create(name="敖包物业", representative="额尔敦", region_id="150302")
    Involvement.objects.create(object=part.form.object, entity=entity, part=Involvement.Part.ITSELF)
    sent.decided(part)
    answer = sent.city.client("chen").post(reverse("publishing:publish", args=[part.pk]), {"statement": statement})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert statement in page
    if len(statement) <= 500:  # the field itself counts characters
        assert words in page
    with pytest.raises(Refused, match=words):
        actions.publish_part(sent["chen"], part, statement)
    assert not Publication.objects.exists()


def test_a_correction_is_a_new_row_and_both_stay_visible(sent: Fieldwork) -> None:
    part = sent.decided(sent.part())
    first = actions.publish_part(sent["chen"], part)
    client = sent.city.client("chen")
    address = reverse("publishing:correct", args=[part.pk])
    given = {"categories": [Category.PENDING], "statement": "有一项待后续处理。", "reason": ""}
    assert client.post(address, given).status_code == 422
    with on(DAY.replace(day=3)):
        client = sent.city.client("chen")
        done = client.post(address, given | {"reason": "原登记有误"}, follow=True).content.decode()
        client.post(address, given | {"reason": "原登记有误"})
    second = Publication.objects.get(part=part, number=2)
    assert Publication.objects.filter(part=part).count() == 2
    for words in (
        "首次公示",
        "未发现问题",
        "第 1 次更正",
        "发现问题待后续处理",
        "原登记有误",
        "与检查记录中各项的填写不一致",
    ):
        assert words in done
    assert (second.categories, second.reason) == (["8"], "原登记有误")
    assert json.loads(second.content)["correction"] == {"replaces": first.digest, "reason": "原登记有误"}
    assert public_events()[1]["public"] == {"result": second.digest, "replaces": first.digest}
    assert sent.again(part).state == FormPart.State.CORRECTED
    assert list(queries.in_force()) == [second]
    assert list(queries.published()) == [second, first]
    with pytest.raises(Refused, match="没有需要更正的"):
        actions.correct(sent["chen"], part, ["8"], "有一项待后续处理。", "再改一次")
    with pytest.raises(Refused, match="不能与其他结果同时选"):
        actions.correct(sent["chen"], part, ["1", "8"], "", "登记错误")


def test_several_categories_of_one_result_go_together_everywhere(sent: Fieldwork) -> None:
    both = (Category.NOT_PUBLISHED, Category.ORDERED)
    labels = [one.label for one in both]
    part = sent.decided(sent.part(), problem=True, categories=both)
    paper = issuing.KINDS["result_notice"].build(issuing.Frame(part, "试-1", DAY))
    assert list(paper.results) == labels  # type: ignore[attr-defined]  # the notice's own
    publication = actions.publish_part(sent["chen"], part)
    assert json.loads(publication.content)["categories"] == labels
    desk = sent.city.client("chen").get(LIST, {"format": "csv"})
    assert "；".join(labels) in b"".join(desk.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a streaming response
    public = Client()
    page = public.get(f"/results/{part.form.number}/{part.organisation.code}/").content.decode()
    assert all(label in page for label in labels)
    for category, count in (("2", 1), ("5", 1), ("1", 0), ("8", 0)):
        found = public.get("/results.json", {"category": category})
        assert json.loads(b"".join(found.streaming_content))["count"] == count, category  # type: ignore[attr-defined]  # a streaming response


def test_hostile_words_are_published_as_text(sent: Fieldwork) -> None:
    part = sent.decided(sent.part())
    client = sent.city.client("chen")
    page = client.post(
        reverse("publishing:publish", args=[part.pk]), {"statement": HOSTILE}, follow=True
    ).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert json.loads(Publication.objects.get().content)["statement"] == HOSTILE


def test_the_last_part_closes_the_form_and_the_last_form_completes_the_plan(sent: Fieldwork) -> None:
    forms = list(Form.objects.order_by("number"))
    for number, form in enumerate(forms):
        for department in ("zjj-wuye", "scjg", "yjj"):
            assert Plan.objects.get(pk=sent.stage.plan.pk).state == Plan.State.DRAWN
            part = sent.decided(sent.part(department, number))
            form.refresh_from_db()
            assert form.state != Form.State.CLOSED
            actions.publish_part(sent.clerk(part), part)
        form.refresh_from_db()
        assert form.state == Form.State.CLOSED
    assert Plan.objects.get(pk=sent.stage.plan.pk).state == Plan.State.COMPLETED


def test_late_is_marked_and_unpublished_counts_as_unfinished(sent: Fieldwork) -> None:
    part = sent.decided(sent.part())
    with on(DAY.replace(day=29)):
        client = sent.city.client("chen")
        assert "待公示</span>" in client.get(LIST).content.decode()
        assert "没有符合条件" in client.get(LIST, {"stand": "late"}).content.decode()
    with on(DAY.replace(day=30)):
        client = sent.city.client("chen")
        page = client.get(LIST, {"stand": "late"}).content.decode()
        assert part.form.object.name in page
        assert "公示逾期 1 个工作日" in page
        assert "视为未完成" in page
        assert "已逾期" in client.get("/desk/").content.decode()
        actions.publish_part(sent["chen"], part)
        assert "超过期限" in client.get(LIST, {"stand": "published"}).content.decode()
        assert "超过期限" in client.get(reverse("publishing:part", args=[part.pk])).content.decode()


def test_every_page_for_owner_colleague_stranger_and_nobody(sent: Fieldwork) -> None:
    part = sent.decided(sent.part("zjj-wuye"))
    page = reverse("publishing:part", args=[part.pk])
    expected = {"chen": 200, "wuye-head": 200, "supervisor": 200, "scjg-clerk": 404, "outsider": 404}
    assert {name: sent.city.client(name).get(page).status_code for name in expected} == expected
    for name in ("publish", "correct"):
        address = reverse(f"publishing:{name}", args=[part.pk])
        given = {"categories": ["1"], "reason": "更正", "statement": ""}
        assert sent.city.client("wuye-head").post(address, given).status_code == 403
        assert sent.city.client("scjg-clerk").post(address, given).status_code == 404
        assert sent.city.client("chen").get(address).status_code == 405
        assert Client().post(address).url.startswith("/accounts/")
    assert sent.city.client("chen").post(LIST).status_code == 405
    assert Client().get(LIST).status_code == 302
    assert not Publication.objects.exists()


def test_the_list_is_scoped_filtered_exported_and_flat(sent: Fieldwork) -> None:
    for number in range(3):
        sent.decided(sent.part("zjj-wuye", number))
    other = sent.decided(sent.part("scjg"))
    client = sent.city.client("chen")
    name = sent.form().object.name

    def count(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        return len(found)

    assert count(LIST) == count(f"{LIST}?q={name}")
    page = client.get(LIST).content.decode()
    assert page.count('<th scope="row">') == 3
    assert other.organisation.name not in page
    assert client.get(LIST, {"stand": "waiting", "q": name}).content.decode().count('<th scope="row">') == 1
    body = b"".join(client.get(LIST, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert body.splitlines()[0].startswith("检查表编号,检查对象,对象编号,检查部门")
    assert "2026-09-29" in body
