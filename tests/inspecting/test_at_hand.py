"""What the catalogue puts at the inspector's hand: guides, sub-items, findings to take up, and items that are repealed."""

from datetime import timedelta

from django.urls import reverse

from sunlot.catalogue import actions as catalogue
from sunlot.catalogue.models import GuideVersion, Item, ItemVersion
from sunlot.catalogue.texts import GuideText, NewGuide
from sunlot.inspecting import records
from sunlot.norms import clock

from .fieldwork import Fieldwork, on
from .test_record import post_record


def page_of(work: Fieldwork) -> str:
    part = work.part()
    return str(work.client(work.inspector(part)).get(reverse("field:part", args=[part.pk])).content.decode())


def test_the_guide_in_force_stands_on_the_form_with_its_eight_parts(sent: Fieldwork) -> None:
    parts = {part: f"- {GuideVersion.label_of(part)}要求" for part in GuideVersion.PARTS}
    text = GuideText("物业抽查细则", [Item.objects.get(code="WY-01")], parts)
    wanted = NewGuide("WY-XZ-01", sent.city.organisations["zjj-wuye"], "rules", "medium")
    draft = catalogue.submit(sent["chen"], catalogue.draft_version(sent["chen"], wanted, text))
    assert "物业抽查细则" not in page_of(sent)
    catalogue.put_in_force(sent["coordinator"], draft, clock.today())
    page = page_of(sent)
    assert "物业抽查细则" in page and all(f"{GuideVersion.label_of(part)}要求" in page for part in GuideVersion.PARTS)


def test_sub_items_and_materials_stand_with_their_item(sent: Fieldwork) -> None:
    page = page_of(sent)
    assert "承接查验和资料移交" in page and "共用设施设备维护保养台账（最近一年）" in page


def test_findings_ticked_stand_with_the_note_and_are_enough_for_a_problem(sent: Fieldwork) -> None:
    part = sent.part()
    client = sent.client(sent.inspector(part))
    offered = ItemVersion.objects.get(item__code="WY-01").offered_findings.all()
    assert offered[0].get_follow_up_display() in page_of(sent)
    ticked = {"answer-WY-01": "problem", "note-WY-01": "", "offers-WY-01": [str(offered[0].position)]}
    post_record(client, part, **ticked)
    saved = sent.again(part)
    assert records.said(saved.findings.all()[0]) == [offered[0].text]
    assert not [gap for gap in records.gaps(saved, records.data_of(saved)) if "写明情况" in gap.words]
    assert (
        post_record(client, saved, **{**ticked, "offers-WY-01": ["999999"], "note-WY-01": "3 号楼"}).status_code == 422
    )
    assert records.said(sent.again(part).findings.all()[0]) == [offered[0].text, "3 号楼"]


def test_what_belongs_to_a_problem_is_not_written_for_an_item_in_order(sent: Fieldwork) -> None:
    part = sent.part()
    sending = {
        "answer-WY-01": "fine", "offers-WY-01": ["0"], "severity-WY-01": "serious", "measured-WY-01": "浓度｜0.3|%LEL||20",
    }  # fmt: skip
    post_record(sent.client(sent.inspector(part)), part, **sending)
    answered = records.data_of(sent.again(part)).findings["WY-01"]
    assert (answered.offers, answered.severity) == ((), "")
    assert str(answered.measured[0]) == "浓度 0.3%LEL（限值 不高于 20）"


def test_an_item_repealed_since_the_draw_is_not_inspected_any_more(sent: Fieldwork) -> None:
    part = sent.part()
    repealed = ItemVersion.objects.get(item__code="WY-01")
    tomorrow = clock.today() + timedelta(days=1)
    catalogue.repeal(sent["coordinator"], repealed, tomorrow, "依据已删去")
    with on(tomorrow):
        assert "已废止，不能再检查" in page_of(sent)
        post_record(sent.client(sent.inspector(part)), part, **{"answer-WY-01": "fine"})
        saved = sent.again(part)
        assert "已废止" in " ".join(gap.words for gap in records.gaps(saved, records.data_of(saved)))
        post_record(sent.client(sent.inspector(part)), saved, **{"answer-WY-01": "na"})
        saved = sent.again(part)
        assert "已废止" not in " ".join(gap.words for gap in records.gaps(saved, records.data_of(saved)))
