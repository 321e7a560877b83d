"""Who sees what: a district its own, a unit its own people, contacts only those who keep the entry."""

import pytest
from django.test import Client

from sunlot.organisations.roles import Role
from sunlot.registry import actions, examples, imports, queries
from sunlot.registry.models import Inspector
from sunlot.trail.models import EventDetail
from tests.cast import City

from .makers import enterprise, inspector


def refusals() -> int:
    return EventDetail.objects.filter(type="access.refused").count()


def test_the_wrong_district_s_address_typed_by_hand_is_404_and_an_event(town: City) -> None:
    entry = enterprise(1)
    for page in ("", "edit/", "state/", "risk/"):
        assert town.client("outsider").get(f"/desk/registry/objects/{entry.pk}/{page}").status_code == 404
    assert refusals() == 4
    event = EventDetail.objects.filter(type="access.refused").latest("event_id")
    assert event.username == "outsider"
    assert f"object:{entry.pk}" in event.whole.replace("inspectionobject", "object")
    assert town.client("outsider").get("/desk/registry/objects/999999/").status_code == 404
    assert refusals() == 4, "what does not exist is no attempt"


def test_a_district_s_list_holds_its_own_objects_only(town: City) -> None:
    enterprise(1)
    enterprise(2, region="150304", name="乌达物业")
    page = town.client("outsider").get("/desk/registry/objects/").content.decode()
    assert "乌达物业" in page
    assert "沙枣花1号" not in page
    assert {one.region_id for one in queries.objects_seen(town["hbw-clerk"])} == {"150302"}
    assert queries.objects_seen(town["chen"]).count() == 2


def test_an_entity_from_elsewhere_is_seen_where_it_builds(town: City) -> None:
    builder = enterprise(1, kind="developer-unit").entities.get()
    site = enterprise(2, kind="site", region="150304", credit_code="", number="150304202601010101")
    assert not queries.entities_seen(town["outsider"]).exists()
    actions.involve(town["chen"], site, builder, "builder")
    assert queries.entities_seen(town["outsider"]).get() == builder
    assert town.client("outsider").get(f"/desk/registry/entities/{builder.pk}/").status_code == 200


@pytest.mark.parametrize("user", ["sysadmin", "secadmin"])
def test_the_administrators_see_no_business_data(town: City, user: str) -> None:
    entry = enterprise(1)
    found = inspector(town, "wy-001")
    client = town.client(user)
    for page in ("objects/", f"objects/{entry.pk}/", "inspectors/", f"inspectors/{found.pk}/", "objects/?format=csv"):
        assert client.get(f"/desk/registry/{page}").status_code == 403
    viewer = town[user]
    assert not queries.objects_seen(viewer).exists()
    assert not queries.entities_seen(viewer).exists()
    assert not queries.inspectors_seen(viewer).exists()


def test_nobody_gets_in_without_signing_in(town: City) -> None:
    entry = enterprise(1)
    for page in (
        "objects/",
        f"objects/{entry.pk}/",
        "entities/",
        "inspectors/",
        "inspectors/review/",
        "imports/objects/",
    ):
        answer = Client().get(f"/desk/registry/{page}")
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]


def test_contacts_are_masked_for_those_who_do_not_keep_the_entry(town: City) -> None:
    entry = enterprise(1, town["chen"])
    address = f"/desk/registry/objects/{entry.pk}/"
    own = town.client("chen").get(address).content.decode()
    partner = town.client("scjg-clerk").get(address).content.decode()
    assert "王芳" in own
    assert "13812341234" in own
    assert "王芳" not in partner
    assert "138****1234" in partner
    exported = b"".join(town.client("scjg-clerk").get("/desk/registry/objects/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "138****1234" in exported
    assert "13812341234" not in exported


def test_inspectors_are_seen_in_their_own_department_s_tree(town: City) -> None:
    own = inspector(town, "wy-001")
    partner = inspector(town, "sc-001", "scjg-clerk")
    assert list(queries.inspectors_seen(town["coordinator"])) == [own]
    assert list(queries.inspectors_seen(town["scjg-head"])) == [partner]
    before = refusals()
    assert town.client("chen").get(f"/desk/registry/inspectors/{partner.pk}/").status_code == 404
    assert refusals() == before + 1


@pytest.mark.parametrize(
    ("user", "page", "expected"),
    [
        ("chen", "objects/new/", 200),
        ("coordinator", "objects/new/", 200),
        ("supervisor", "objects/new/", 403),
        ("auditor", "imports/objects/", 403),
        ("coordinator", "imports/inspectors/", 403),
        ("chen", "imports/inspectors/", 200),
        ("chen", "inspectors/review/", 403),
        ("coordinator", "inspectors/review/", 200),
        ("leader", "objects/", 200),
    ],
)
def test_who_may_open_which_page(town: City, user: str, page: str, expected: int) -> None:
    assert town.client(user).get(f"/desk/registry/{page}").status_code == expected


def test_an_import_belongs_to_the_organisation_that_uploaded_it(town: City) -> None:
    roster = imports.upload(town["chen"], "objects", "名单.xlsx", examples.clean())
    before = refusals()
    for page in ("", "faulty.xlsx"):
        assert town.client("outsider").get(f"/desk/registry/imports/{roster.pk}/{page}").status_code == 404
    assert town.client("outsider").post(f"/desk/registry/imports/{roster.pk}/apply/").status_code == 404
    assert refusals() == before + 3


def test_a_role_that_only_reads_is_refused_by_the_action_too(town: City) -> None:
    entry = enterprise(1, town["chen"])
    viewer = town.add("reader", "李领导", "zjj", Role.STEERING)
    with pytest.raises(Exception, match="由其管理单位的经办人或统筹科室修改"):
        actions.set_risk(viewer, entry, "D", "举报")
    assert Inspector.objects.count() == 0
