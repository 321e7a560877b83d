"""Every main page on the demonstration city: for all roles, on the desk and on the phone, with and without scripts."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import FilePayload, Page, Response, expect

from sunlot.drawing import actions as drawing
from sunlot.drawing.models import Attempt
from sunlot.inspecting.models import Extension, FormPart, Reassignment, WrittenRecord
from sunlot.organisations.models import Membership
from sunlot.organisations.viewer import Viewer
from sunlot.planning.models import Plan
from sunlot.publishing.models import Publication
from sunlot.registry import examples, imports
from sunlot.registry.models import (
    DuplicatePair,
    Entity,
    Expert,
    Import,
    InspectionObject,
    Inspector,
    Licence,
    Merge,
)
from sunlot.site import demo
from sunlot.trail.models import EventDetail

from .. import axe
from ..cast import viewer_of
from ..drawing.stage import soon
from .visitors import DESK, PHONE, Visitors, go

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OK, NOT_FOUND = 200, 404
# These are ceremonies of the moment; without scripts they show the moment at which they were opened.
NEED_SCRIPTS = ("/wall/",)


@dataclass(frozen=True)
class Visit:
    """A page and who looks at it; nobody's name for the public."""

    who: str
    address: str
    status: int = OK


@pytest.mark.looks
def test_every_main_page_is_sound_for_everybody(visitors: Visitors, tmp_path_factory: pytest.TempPathFactory) -> None:
    demo.fill(lambda line: None)
    visitors.password = demo.accounts()[0]["password"]
    visitors.expected = {NOT_FOUND}
    faults = []
    for visit in itertools.chain(before_the_draw(), at_the_draw()):
        faults += look(visitors, visit)
    faults += without_scripts(visitors, [*public(), *staff()])
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)
    search_lists(visitors)
    send_forms(visitors)


# --- which pages ---------------------------------------------------------------------------------------------------


def before_the_draw() -> list[Visit]:
    plan = Plan.objects.get(state=Plan.State.PUBLISHED)
    return [*public(), *staff(), Visit("wuye", f"/desk/drawing/prepare/{plan.pk}/")]


def public() -> list[Visit]:
    drawn = Attempt.objects.filter(result__isnull=False).select_related("draw").order_by("pk")[0]
    result = Publication.objects.select_related("part__form__object", "part__organisation").order_by("pk")[0]
    part = result.part
    addresses = [
        "/",
        "/verify/",
        "/items/",
        "/items/WY-01/",
        "/items/changes/",
        "/guides/",
        "/guides/WY-XZ-01/",
        "/plans/",
        f"/plans/{Plan.objects.get(state=Plan.State.PUBLISHED).number}/",
        "/draws/",
        f"/draws/{drawn.draw.number}/",
        "/results/",
        f"/results/{part.form.number}/{part.organisation.code}/",
        "/enterprises/",
        f"/enterprises/{part.form.object.number}/",
        "/log/",
        "/log/entries/0/",
        "/accounts/login/",
    ]
    return [*(Visit("", address) for address in addresses), Visit("", "/nothing/", NOT_FOUND)]


def staff() -> list[Visit]:
    """The pages of each role; where several see the same page, one of them looks."""
    return [*(Visit(who, address) for who, addresses in _staff().items() for address in addresses), *_written()]


def _written() -> Iterator[Visit]:
    """Records beside the form: one that is being written, one that is complete, by whoever wrote them and their clerk."""
    State = WrittenRecord.State  # noqa: N806 -- a class
    ended = [FormPart.State.PUBLISHED, FormPart.State.CORRECTED]
    for found in (
        WrittenRecord.objects.filter(state=one).exclude(part__state__in=ended) for one in (State.DRAFT, State.COMPLETE)
    ):
        record = found.select_related("begun_by").order_by("pk")[0]
        yield Visit(record.begun_by.username, f"/field/{record.part_id}/written/{record.pk}/")
        yield Visit("jijian", f"/desk/inspecting/written/{record.pk}/")


def _open_pair() -> str:
    pair = DuplicatePair.objects.filter(state=DuplicatePair.State.OPEN)[0]
    return f"/desk/registry/duplicates/{pair.first_id}-{pair.second_id}/"


def _staff() -> dict[str, list[str]]:
    plan = Plan.objects.get(state=Plan.State.PUBLISHED)
    site = Attempt.objects.get(draw__round__plan__created_by__username="zhianjian")
    recorded = FormPart.objects.filter(state=FormPart.State.RECORDED, organisation__code="zjj-zhianjian")[0]
    late = FormPart.objects.filter(state=FormPart.State.DECIDED, organisation__code="zjj-chengjian")[0]
    inspector, open_part = _inspector_with_a_form()
    granted = Extension.objects.select_related("part").get(state=Extension.State.APPROVED)
    return {
        "wuye": [
            "/desk/",
            "/desk/catalogue/",
            "/desk/catalogue/WY-01/",
            "/desk/catalogue/WY-01/edit/",
            "/desk/catalogue/guides/",
            "/desk/catalogue/guides/WY-XZ-01/",
            "/desk/catalogue/guides/WY-XZ-01/edit/",
            "/desk/catalogue/review/",
            "/desk/catalogue/words/",
            "/desk/planning/laws/",
            "/desk/registry/imports/items/",
            "/desk/registry/objects/",
            f"/desk/registry/objects/{InspectionObject.objects.order_by('pk')[0].pk}/",
            "/desk/registry/objects/new/",
            "/desk/registry/objects/new/?kind=gas",
            "/desk/registry/objects/?kind=site&asof=2026-11-01",
            f"/desk/registry/objects/{Merge.objects.get().kept_id}/",
            f"/desk/registry/objects/{Licence.objects.order_by('pk')[0].object_id}/",
            "/desk/registry/duplicates/?state=open",
            _open_pair(),
            "/desk/registry/risk-rules/",
            "/desk/registry/objects/bulk/trade/?which=all&kind=site",
            "/desk/registry/duplicates/entities/",
            f"/desk/registry/objects/{Merge.objects.get().kept_id}/merge/",
            "/desk/registry/bulk-edits/",
            "/desk/registry/imports/marks/",
            "/desk/registry/imports/licences/",
            "/desk/registry/inspectors/?asof=2026-11-01",
            "/desk/registry/entities/",
            f"/desk/registry/entities/{Entity.objects.order_by('pk')[0].pk}/",
            "/desk/registry/inspectors/",
            f"/desk/registry/inspectors/{Inspector.objects.get(number='zjj-wuye-001').pk}/",
            f"/desk/registry/inspectors/{Inspector.objects.get(number='zjj-wuye-001').pk}/avoid/",
            "/desk/registry/inspectors/borrow/",
            "/desk/registry/experts/",
            f"/desk/registry/experts/{Expert.objects.order_by('pk')[0].pk}/",
            "/desk/registry/experts/new/",
            "/desk/registry/loans/",
            "/desk/planning/capacity/",
            "/desk/registry/imports/objects/",
            f"/desk/registry/imports/{_faulty_import().pk}/",
            "/desk/planning/",
            "/desk/planning/new/",
            f"/desk/planning/{plan.number}/",
            f"/desk/planning/{plan.number}/sheet/",
            f"/desk/planning/{plan.number}/together/",
            "/desk/visits/calendar/subscription/",
            "/desk/drawing/",
            "/desk/publishing/",
            "/desk/organisations/",
            "/desk/organisations/units/zjj-wuye/",
            "/desk/organisations/account/",
        ],
        "zhianjian": [
            f"/desk/drawing/{site.draw.number}/",
            f"/desk/drawing/{site.draw.number}/record/",
            "/desk/inspecting/",
            f"/desk/inspecting/forms/{recorded.form_id}/",
            f"/desk/inspecting/dispatch/{site.pk}/",
            f"/desk/inspecting/tasks/{site.task.pk}/",
            f"/desk/inspecting/forms/{granted.part.form_id}/",
            f"/desk/inspecting/parts/{_open_part(granted.part.organisation_id).pk}/extension/",
            f"/desk/inspecting/parts/{_open_part(granted.part.organisation_id).pk}/hand-on/",
            f"/desk/inspecting/extensions/{granted.pk}/",
            f"/desk/inspecting/reassignments/{Reassignment.objects.get().pk}/",
        ],
        "zhianjian-head": ["/desk/", f"/desk/inspecting/parts/{recorded.pk}/review/"],
        "chengjian": ["/desk/", "/desk/publishing/", f"/desk/publishing/parts/{late.pk}/"],
        "fagui": ["/desk/", "/desk/catalogue/new/", "/desk/registry/inspectors/review/"],
        "scjg": ["/desk/", "/desk/planning/"],
        "hbw-zjj": ["/desk/", "/desk/registry/objects/"],
        "shichang": ["/desk/", f"/desk/inspecting/tasks/{site.task.pk}/"],
        "leader": ["/desk/", "/desk/planning/", "/desk/visits/calendar/"],
        "unit-head": ["/desk/", f"/desk/inspecting/extensions/{Extension.objects.get(state='asked').pk}/"],
        "jijian": ["/desk/", "/desk/drawing/"],
        inspector: [
            "/field/?plain=1",
            f"/field/{open_part.pk}/",
            f"/field/{open_part.pk}/written/",
            f"/field/{open_part.pk}/obstacle/",
            "/desk/",
            "/desk/inspecting/",
        ],
        "zjj-wuye-001": ["/desk/registry/me/", "/desk/registry/me/avoid/", "/desk/registry/me/leave/"],
        "sysadmin": [
            "/desk/",
            "/desk/organisations/",
            "/desk/organisations/people/",
            "/desk/organisations/people/wuye/",
            "/desk/organisations/new-person/",
            "/desk/registry/imports/accounts/",
            f"/desk/registry/imports/{_imported_accounts().pk}/",
            f"/desk/registry/imports/{_imported_accounts().pk}/accounts/",
        ],
        "secadmin": [
            "/desk/",
            "/desk/organisations/people/wuye/",
            f"/desk/registry/imports/{_imported_accounts().pk}/accounts/",
        ],
        "auditor": [
            "/desk/",
            "/desk/organisations/trail/",
            f"/desk/organisations/trail/{EventDetail.objects.order_by('-pk')[0].pk}/",
        ],
    }


def _open_part(organisation: int) -> FormPart:
    """A part of the unit for which nothing was asked yet."""
    open_ones = FormPart.objects.filter(organisation=organisation, state=FormPart.State.OPEN, extensions__isnull=True)
    return open_ones.filter(form__task__plan__isnull=False).order_by("pk")[0]


def _faulty_import() -> Import:
    """The example with typical faults, uploaded by 物业科 and not yet confirmed."""
    found = Import.objects.filter(state=Import.State.PREVIEW).first()
    return found or imports.upload(viewer("wuye"), Import.Target.OBJECTS, examples.FAULTY, examples.faulty())


def _imported_accounts() -> Import:
    """The example of a list of accounts, taken in and waiting for slips and roles."""
    found = Import.objects.filter(target=Import.Target.ACCOUNTS).first()
    if found is None:
        admin = viewer("sysadmin")
        found = imports.upload(admin, Import.Target.ACCOUNTS, examples.ACCOUNTS, examples.accounts())
        imports.apply(admin, found, accept_warnings=False)
    return found


def _inspector_with_a_form() -> tuple[str, FormPart]:
    """Somebody who has a form to fill in."""
    waiting = FormPart.objects.filter(state=FormPart.State.OPEN, began_at=None, organisation__code="zjj-zhianjian")
    part = waiting.order_by("pk")[0]
    return part.members.select_related("inspector")[0].inspector.number, part


def at_the_draw() -> Iterator[Visit]:
    """The ready plan is prepared: the clerk commits, the wall waits, then everybody has committed."""
    plan = Plan.objects.get(state=Plan.State.PUBLISHED)
    attempt = drawing.prepare(viewer("wuye"), plan, Attempt.Beacon.DICE, soon(2))
    yield Visit("wuye", f"/desk/drawing/{attempt.draw.number}/")
    yield Visit("wuye", f"/desk/drawing/{attempt.draw.number}/wall/")


def viewer(username: str) -> Viewer:
    return viewer_of(Membership.objects.get(user__username=username).pk)


# --- looking at them -----------------------------------------------------------------------------------------------


def look(visitors: Visitors, visit: Visit) -> list[str]:
    """What is wrong with a page at both widths, a line for each fault."""
    page = at(visitors, visit.who)
    page.set_viewport_size({"width": DESK, "height": 900})
    answer = go(page, visit.address)
    faults = shape(page, answer, visit) + violations(page, visit, DESK)
    page.set_viewport_size({"width": PHONE, "height": 844})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > PHONE and not visit.address.endswith("/wall/"):  # the wall is a projector's
        faults.append(f"{visit.who} {visit.address}: {width} px wide on a phone")
    return faults + violations(page, visit, PHONE)


def at(visitors: Visitors, who: str) -> Page:
    """The browser of this person, or of somebody of the public."""
    if who not in visitors.pages:
        page = visitors.open()
        visitors.pages[who] = visitors.sign_in(page, who) if who else page
    return visitors.pages[who]


def bare(visitors: Visitors, who: str) -> Page:
    """The same with scripts switched off; the clerk signs in that way too."""
    name = f"{who}, without scripts"
    if name not in visitors.pages:
        like = at(visitors, who) if who not in ("", "wuye") else None
        page = visitors.open(scripts=False, like=like)
        visitors.pages[name] = visitors.sign_in(page, who) if who == "wuye" else page
    return visitors.pages[name]


def shape(page: Page, answer: Response | None, visit: Visit) -> list[str]:
    """Status, title and the one main heading."""
    faults = []
    if answer is None or answer.status != visit.status:
        faults.append(f"{visit.who} {visit.address}: answered {answer and answer.status}")
    if not page.title().removesuffix("阳光摇号").strip(" ·"):
        faults.append(f"{visit.who} {visit.address}: no title")
    headings = page.locator("h1").all_inner_texts()
    if len(headings) != 1 or not headings[0].strip():
        faults.append(f"{visit.who} {visit.address}: main headings {headings}")
    return faults


def violations(page: Page, visit: Visit, width: int) -> list[str]:
    """What axe finds serious or critical."""
    return [f"{visit.who} {visit.address} at {width}: {fault}" for fault in axe.faults(page)]


# --- without scripts -----------------------------------------------------------------------------------------------


def without_scripts(visitors: Visitors, visits: list[Visit]) -> list[str]:
    """The same pages with JavaScript switched off."""
    faults = []
    for visit in visits:
        if visit.address.endswith(NEED_SCRIPTS):
            continue
        page = bare(visitors, visit.who)
        faults += [f"without scripts: {fault}" for fault in shape(page, go(page, visit.address), visit)]
    return faults


def search_lists(visitors: Visitors) -> None:
    """A list is narrowed by its search and by a filter, and the address tells which."""
    for who, address, words in (
        ("", "/items/", "物业"),
        ("", "/enterprises/", "物业"),
        ("wuye", "/desk/registry/objects/", "wyfw"),
        ("wuye", "/desk/registry/inspectors/", "001"),
        ("wuye", "/desk/planning/", "物业"),
    ):
        page = bare(visitors, who)
        go(page, address)
        total = page.locator(".chosen .end").inner_text()
        page.locator("form[role=search] [name=q]").first.fill(words)
        page.get_by_role("button", name="查找").first.click()
        assert "q=" in page.url
        assert page.locator(".chosen").inner_text() != total, address
        assert page.locator("tbody tr, .todo li, .cards li").count() > 0, address


def send_forms(visitors: Visitors) -> None:
    """A plan is tried, a roster uploaded, a half-filled form saved, and somebody signs out."""
    page = bare(visitors, "wuye")
    go(page, "/desk/planning/new/")
    page.get_by_role("checkbox", name="物业服务企业", exact=True).check()
    page.get_by_role("button", name="试算").click()
    expect(page.locator("#preview")).to_contain_text("处使计划无法实施")
    go(page, "/desk/registry/imports/objects/")
    roster = FilePayload(name=examples.CLEAN, mimeType="application/octet-stream", buffer=examples.clean())
    page.get_by_label("名单文件").set_input_files(roster)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对后再导入")
    inspector, part = _inspector_with_a_form()
    phone = bare(visitors, inspector)
    go(phone, f"/field/{part.pk}/")
    phone.get_by_role("button", name="开始检查，记下时间").click()
    phone.get_by_role("button", name="保存", exact=True).last.click()
    expect(phone.locator(".messages")).to_contain_text("已保存")
    go(page, "/desk/")
    page.get_by_role("button", name="退出").click()
    go(page, "/desk/")
    expect(page.get_by_role("heading", level=1)).to_have_text("工作人员登录")
