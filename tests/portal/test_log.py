"""The log from outside: what programs read, what people see, and that it can be believed without us."""

import json
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client

from sunlot.inspecting.models import FormPart
from sunlot.ledger.keys import parse_verifier_key
from sunlot.ledger.known import KnownLog
from sunlot.ledger.text import decode_base64
from sunlot.ledger.tree import check_consistency
from sunlot.norms import canonical
from sunlot.organisations.viewer import SYSTEM
from sunlot.registry.models import InspectionObject
from sunlot.trail import guards
from sunlot.trail.actions import record
from sunlot.trail.log import reading
from sunlot.trail.log.sealing import seal
from sunlot.trail.models import LogLeaf, LogTile, PublicEntry, Sealer
from tests.outside_reader import over_http, read_log

from ..cast import City
from ..inspecting.fieldwork import Fieldwork
from ..trail.test_sealing import PUBLIC, act, publish

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_empty_installation_says_so(client: Client) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    assert client.get("/log/vkey").status_code == 404
    assert "还没有检查点" in client.get("/log/").content.decode()


def test_a_stranger_reads_the_whole_log_over_http(live_server: object) -> None:
    act(300)
    publish()
    assert seal()
    fetch = over_http(f"{live_server.url}/log/")  # type: ignore[attr-defined]
    log = read_log(fetch, fetch("vkey").decode().strip())
    assert log.size == 301
    assert log.entries == [
        entry.encode() for entry in LogLeaf.objects.order_by("index").values_list("event__entry", flat=True)
    ]


def test_full_tiles_are_immutable_and_everything_may_be_read_from_anywhere(client: Client) -> None:
    act(300)
    assert seal()
    for path in ("tile/0/000", "tile/entries/000"):
        answer = client.get(f"/log/{path}")
        assert "immutable" in answer["Cache-Control"]
        assert answer["Access-Control-Allow-Origin"] == "*"
    assert "immutable" not in client.get("/log/tile/0/001.p/44")["Cache-Control"]
    newest = client.get("/log/checkpoint")
    assert newest["Cache-Control"] == "no-store"
    assert newest["Content-Type"].startswith("text/plain")
    assert newest["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/001.p/45",
        "tile/entries/001",
        "tile/2/000",
        "tile/0/1",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/x/000",
    ],
)
def test_nothing_is_served_beyond_the_published_size_or_under_a_second_spelling(path: str, client: Client) -> None:
    act(300)
    assert seal()
    assert client.get(f"/log/{path}").status_code == 404


def test_what_is_staged_but_not_signed_is_not_served(client: Client) -> None:
    act(3)
    assert seal()
    act(2)
    from sunlot.trail.log import sealing

    assert sealing._take_lease("dies")
    assert sealing._stage("dies")
    assert client.get("/log/tile/entries/000.p/5").status_code == 404
    assert client.get("/log/entries/4/").status_code == 404
    assert client.get("/log/proof?index=4").status_code == 404
    assert client.get("/log/entries/2/").status_code == 200


def test_a_proof_by_index_or_by_leaf_hash_convinces_who_has_the_key(client: Client) -> None:
    act(5)
    event = publish()
    vkey = client.get("/log/vkey").content.decode().strip()
    by_hash = client.get(f"/log/proof?hash={bytes(event.leaf_hash).hex()}").json()
    assert client.get(f"/log/proof?index={by_hash['index']}").json() == by_hash
    tree = KnownLog.by_key(vkey).open(by_hash["checkpoint"])
    tree.check_inclusion(
        by_hash["index"], by_hash["entry"].encode(), [decode_base64(one, "", "") for one in by_hash["proof"]]
    )
    assert by_hash["entry"] == event.entry


@pytest.mark.parametrize("query", ["", "index=-1", "index=01", "index=x", "hash=00", "index=0&hash=" + "0" * 64])
def test_a_malformed_question_is_refused(query: str, client: Client) -> None:
    publish()
    assert client.get(f"/log/proof?{query}").status_code == 400


@pytest.mark.parametrize("query", ["index=1", "index=9223372036854775808", "hash=" + "0" * 64])
def test_an_entry_that_is_not_there_is_not_proven(query: str, client: Client) -> None:
    publish()
    assert client.get(f"/log/proof?{query}").status_code == 404


def test_the_growth_from_any_size_is_proven(client: Client) -> None:
    act(3)
    assert seal()
    old = reading.newest_checkpoint()
    assert old is not None
    act(4)
    assert seal()
    found = client.get("/log/consistency?old=3").json()
    tree = KnownLog(parse_verifier_key(client.get("/log/vkey").content.decode().strip())).open(found["checkpoint"])
    proof = [decode_base64(one, "", "") for one in found["proof"]]
    check_consistency(proof, 3, 7, bytes(old.root), tree.checkpoint.root)
    assert client.get("/log/consistency?old=8").status_code == 404
    assert client.get("/log/consistency?old=x").status_code == 400


def test_the_page_says_how_the_log_stands_and_lists_public_entries_alone(client: Client) -> None:
    act(3)
    publish()
    page = client.get("/log/").content.decode()
    assert "共有 4 条" in page
    assert "试公布" in page
    assert "试办" not in page
    assert client.get("/log/entries/3/").status_code == 200
    internal = client.get("/log/entries/0/").content.decode()
    assert "内部事项" in internal
    assert "org:system" in internal
    assert "试办" not in internal


def test_what_waits_for_its_place_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    monkeypatch.setattr("sunlot.trail.actions.seal_at_once", lambda: False)
    publish()
    page = client.get("/log/").content.decode()
    assert page.count("等待入链") == 2  # the figure and the entry
    assert client.get("/log/entries/1/").status_code == 404


def test_the_page_of_an_entry_carries_what_the_browser_checks(client: Client) -> None:
    event = publish()
    page = client.get("/log/entries/0/").content.decode()
    data = json.loads(page.split('<script id="proof-data" type="application/json">')[1].split("</script>")[0])
    assert data == client.get("/log/proof?index=0").json()
    assert data["entry"] == event.entry
    assert canonical.loads(event.entry.encode())["digest"][:4] in page  # type: ignore[call-overload, index]


def test_a_stopped_log_says_what_happened_and_how_it_goes_on(client: Client) -> None:
    publish()
    from sunlot.trail.log.sealing import LogStopped, _stop

    _stop(LogStopped("数据库回到了较早的一天"))
    for path in ("/log/", "/log/entries/0/"):
        page = client.get(path).content.decode()
        assert "已停止入链" in page
        assert "数据库回到了较早的一天" in page
        assert ("sunlot log continue" in page) == (path == "/log/")
        assert "/log/#going-on" in page
    assert Sealer.objects.get().stopped_at is not None


def test_an_entry_that_no_longer_leads_to_the_root_is_not_shown_as_proven(client: Client) -> None:
    act(300)
    assert seal()
    guards.take_down(connection)
    LogTile.objects.update(hashes=bytes(8192))
    guards.put_up(connection)
    assert client.get("/log/entries/0/").status_code == 503
    assert client.get("/log/proof?index=0").status_code == 503


def test_the_list_of_public_entries_is_a_table_too(client: Client) -> None:
    event = publish()
    rows = json.loads(client.get("/log.json").getvalue())["rows"]
    assert [row["entry"] for row in rows] == [event.entry]
    assert event.entry.replace('"', '""') in client.get("/log.csv").getvalue().decode()


def test_it_is_searched_by_draw_plan_enterprise_and_publication(work: Fieldwork) -> None:
    def found(asked: str) -> set[str]:
        rows = json.loads(Client().get("/log.json", {"q": asked}).getvalue())["rows"]
        return {row["subject"].partition(":")[0] for row in rows}

    attempt, part = work.attempt, FormPart.objects.get(state=FormPart.State.PUBLISHED)
    inspected = part.form.object
    waiting = InspectionObject.objects.filter(forms__task__attempt=attempt).exclude(pk=inspected.pk)[0]
    spared = InspectionObject.objects.filter(forms__isnull=True)[0]
    plan = attempt.draw.round.plan
    for asked, subjects in {
        attempt.draw.number: {"draw"},
        str(attempt.notice_digest): {"draw"},
        str(attempt.result_digest): {"draw"},
        str(plan.number): {"plan", "draw"},
        plan.title[:6]: {"plan", "draw"},
        part.form.number: {"draw", "result"},
        part.publications.get().digest: {"draw", "result"},
        inspected.number: {"draw", "result"},
        inspected.name: {"draw", "result"},
        waiting.name: {"draw"},  # the list is public, the result is not there yet
        spared.name: set(),
        "没有这样的企业": set(),
    }.items():
        assert found(asked) == subjects, asked


def test_it_is_searched_by_the_code_of_an_item_a_guide_or_a_table_of_ratios(client: Client) -> None:
    subjects = ["item:WY-04:1", "item:WY-04:2", "item:WY-041:1", "guide:WY-ZY-01:1", "ratio_table:wuye:1"]
    with transaction.atomic():
        for subject in subjects:
            record(SYSTEM, PUBLIC, "thing:1", "试公布", subject=subject, public={"thing": "1"})
    for asked, found in {"wy-04": subjects[:2], "WY-ZY-01": subjects[3:4], "wuye": subjects[4:], "WY": []}.items():
        rows = json.loads(client.get("/log.json", {"q": asked}).getvalue())["rows"]
        assert sorted(row["subject"] for row in rows) == found, asked


def test_public_events_alone_are_listed_and_the_list_can_not_be_changed() -> None:
    act(2)
    event = publish()
    assert list(PublicEntry.objects.values_list("event_id", "type", "subject")) == [
        (event.pk, "testing.sealing_public", "thing:1")
    ]
    from django.db import DatabaseError

    with pytest.raises(DatabaseError, match="append-only"):
        PublicEntry.objects.update(subject="thing:2")


def test_the_number_of_queries_does_not_grow_with_the_log(
    client: Client, django_assert_max_num_queries: Callable[..., object], city: City
) -> None:
    for _ in range(40):
        publish()
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        client.get("/log/")
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        client.get("/log/entries/20/")
