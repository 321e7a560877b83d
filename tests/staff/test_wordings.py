"""A department's own words on its documents: saved in versions, looked at before, restored, and never more than text."""

from sunlot.documents.parts import Slots
from sunlot.documents.visit_notice import RIGHTS
from sunlot.staff.models import Wording
from sunlot.staff.queries import slots_for
from sunlot.trail.queries import history
from tests.cast import City
from tests.documents.test_printed_forms import needs_poppler, text_of

BUREAU = "/desk/organisations/wordings/zjj/visit_notice/"
SECTION = "/desk/organisations/wordings/zjj-wuye/visit_notice/"
TYPST = '#read("/etc/passwd") #import "x.typ": * $a$ *b*'


def words(after: int = 0, **typed: str) -> dict[str, str | int]:
    return {"heading": "", "rights": "", "closing": "", "contact": "", "after": after, **typed}


def test_the_coordinator_words_the_bureaus_notices_and_a_section_its_own_line(city: City) -> None:
    bureau, section = city.organisations["zjj"], city.organisations["zjj-wuye"]
    page = city.client("coordinator").post(BUREAU, words(heading="乌海市住建局", contact="电话 1"), follow=True)
    assert "之后生成的检查告知书都用它" in page.text
    assert RIGHTS.splitlines()[0] in city.client("chen").get(SECTION).text, "what an empty slot is left to is shown"
    city.client("chen").post(SECTION, words(contact="电话 2"))
    assert slots_for(section, "visit_notice") == Slots(heading="乌海市住建局", contact="电话 2")
    assert slots_for(bureau, "visit_notice") == Slots(heading="乌海市住建局", contact="电话 1")
    assert slots_for(city.organisations["hbw-zjj"], "visit_notice") == Slots(), "another bureau has its own name"
    assert [entry.words for entry in history("wording:zjj:visit_notice")] == [
        "变更乌海市住房和城乡建设局的检查告知书用语，第 1 版"
    ]


def test_an_old_version_is_restored_as_a_new_one_and_the_same_words_are_no_version(city: City) -> None:
    client = city.client("coordinator")
    for after, closing in enumerate(("一", "二", "二")):
        client.post(BUREAU, words(after=after, closing=closing))
    assert [one.number for one in Wording.objects.all()] == [2, 1]
    page = client.post(BUREAU, {"restore": "1"}, follow=True)
    assert "已恢复第 1 版的用语，现为第 3 版" in page.text and "同第 1 版" in page.text
    assert slots_for(city.organisations["zjj"], "visit_notice").closing == "一"


def test_who_saves_over_a_newer_version_is_told_and_loses_nothing(city: City) -> None:
    client = city.client("coordinator")
    client.post(BUREAU, words(closing="先存的"))
    page = client.post(BUREAU, words(closing="后存的"))
    assert page.status_code == 422
    assert "已有人保存了新的版本" in page.text and "后存的" in page.text
    assert Wording.objects.count() == 1


def test_a_department_is_worded_by_its_own_people_alone(city: City) -> None:
    assert city.client("chen").post(BUREAU, words(closing="越权")).status_code == 403
    assert city.client("wuye-head").get(SECTION).status_code == 200
    assert city.client("wuye-head").post(SECTION, words(closing="越权")).status_code == 403
    assert city.client("outsider").get(BUREAU).status_code == 404
    assert city.client("auditor").get(BUREAU).status_code == 403
    assert city.client("coordinator").get(BUREAU.replace("visit_notice", "nothing")).status_code == 404
    assert not Wording.objects.exists()


@needs_poppler
def test_the_sample_shows_what_was_just_typed_as_the_text_it_is(city: City) -> None:
    client = city.client("coordinator")
    shown = client.post(f"{BUREAU}preview.pdf", words(heading=TYPST[:60], rights=f"第一段{TYPST}\r\n第二段"))
    assert shown["Content-Type"] == "application/pdf"
    text = text_of(shown.content)
    assert "第一段" + TYPST.replace(" ", "") in text and TYPST[:20].replace(" ", "") in text and "样张" in text
    assert not Wording.objects.exists(), "looking saves nothing"
    client.post(BUREAU, words(closing="存过的话"))
    assert "存过的话" in text_of(client.get(f"{BUREAU}preview.pdf?version=1").content)
    for kind in ("site_record", "questioning_record", "result_notice", "correction_order", "transfer_letter"):
        assert client.get(BUREAU.replace("visit_notice", kind)).status_code == 200
        assert client.get(f"{BUREAU.replace('visit_notice', kind)}preview.pdf").content.startswith(b"%PDF")
