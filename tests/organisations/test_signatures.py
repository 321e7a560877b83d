"""Signing by account and on paper: the same person never twice, nothing signed that was not shown."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import RequestFactory

from sunlot.norms import clock
from sunlot.organisations import signatures
from sunlot.organisations.models import Signature
from sunlot.organisations.signatures import Page, Proof, Thing
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.files import store
from sunlot.trail.models import EventDetail
from tests.cast import PASSWORD, City, build_city

DIGEST, OTHER = "ab" * 32, "cd" * 32
PAGE = Page("testing:7", "试签计划", DIGEST, "科室负责人")
State = Signature.State


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A kind of thing that can be signed: the state of the one there is, and who was told of its confirmation."""
    state = {"digest": DIGEST, "confirmed": ""}

    def resolve(viewer: Viewer, keys: object) -> dict[str, Thing]:
        if not viewer.organisation.path.startswith("zjj/") or viewer.organisation.code.startswith("wd"):
            return {}
        page = Page("testing:7", "试签计划", state["digest"], "科室负责人")
        clerk = viewer.role_code in ("clerk", "coordinator")
        return {"7": Thing("试签计划", "/desk/", pages=(page,), may_enter=clerk, may_confirm=clerk)}

    def confirmed(viewer: Viewer, signature: Signature) -> None:
        if state["confirmed"] == "refuse":
            raise Refused("计划已撤回。")
        state["confirmed"] += viewer.username

    monkeypatch.setattr(signatures, "_THING_KINDS", {})
    signatures.register_thing("testing", resolve, confirmed=confirmed)
    yield state


def proof(viewer: Viewer) -> Proof:
    return Proof(viewer.user_id, clock.now())


def uploaded(viewer: Viewer) -> Signature:
    return signatures.upload_paper(viewer, PAGE, "吴科长", store(b"scan"), "scan.pdf")


def test_a_page_is_signed_once_however_often_it_is_signed(city: City) -> None:
    head = city["wuye-head"]
    first = signatures.sign(head, PAGE, proof(head), "同意")
    assert signatures.sign(head, PAGE, proof(head)) == first
    assert (first.name, first.organisation, first.role, first.comment) == ("吴科长", head.organisation, "head", "同意")
    assert EventDetail.objects.filter(type="signature.signed").count() == 1


def test_another_content_is_another_signature(city: City) -> None:
    head = city["wuye-head"]
    signatures.sign(head, PAGE, proof(head))
    signatures.sign(head, Page(PAGE.thing, PAGE.title, OTHER, PAGE.capacity), proof(head))
    assert Signature.objects.count() == 2


def test_a_proof_is_the_own_one_and_fresh(city: City) -> None:
    head = city["wuye-head"]
    stale = Proof(head.user_id, clock.now() - signatures.PROOF_LASTS - timedelta(seconds=1))
    for wrong in (proof(city["chen"]), stale):
        with pytest.raises(Refused, match="再输入一次密码"):
            signatures.sign(head, PAGE, wrong)
    assert not Signature.objects.exists()


def test_a_wrong_password_proves_nothing_and_counts_towards_the_lockout(city: City) -> None:
    head, request = city["wuye-head"], RequestFactory().post("/desk/")
    with pytest.raises(Refused, match="密码不对，没有签署"):
        signatures.prove_by_password(request, head, "wrong")
    assert signatures.prove_by_password(request, head, PASSWORD).user_id == head.user_id
    assert EventDetail.objects.get(type="access.sign_in_failed").thing == f"user:{head.user_id}"


def test_not_signing_needs_its_reason(city: City) -> None:
    with pytest.raises(Refused, match="写明理由"):
        signatures.refuse(city["wuye-head"], PAGE, "  ")
    refused = signatures.refuse(city["wuye-head"], PAGE, " 范围过大 ")
    assert (refused.state, refused.comment) == (State.REFUSED, "范围过大")


def test_paper_counts_only_after_a_second_person_has_compared_it(city: City, things: dict[str, str]) -> None:
    paper = uploaded(city["chen"])
    assert paper.state == State.UNCONFIRMED
    done = signatures.confirm_paper(city["coordinator"], paper)
    assert (done.state, done.confirmed_by) == (State.SIGNED, city["coordinator"].membership.user)
    assert things["confirmed"] == "coordinator"


def test_whoever_uploaded_a_paper_does_not_confirm_it(city: City, things: dict[str, str]) -> None:
    paper = uploaded(city["chen"])
    with pytest.raises(NotAllowed, match="由另一人核对"):
        signatures.confirm_paper(city["chen"], paper)
    with pytest.raises(NotAllowed, match="由另一人核对"):
        signatures.reject_paper(city["chen"], paper, "不符")
    assert Signature.objects.get().state == State.UNCONFIRMED


@pytest.mark.parametrize("username", ["leader", "supervisor", "outsider", "scjg-clerk"])
def test_only_whom_the_room_names_uploads_and_confirms(city: City, things: dict[str, str], username: str) -> None:
    with pytest.raises(NotAllowed):
        uploaded(city[username])
    paper = uploaded(city["chen"])
    with pytest.raises(NotAllowed):
        signatures.confirm_paper(city[username], paper)
    with pytest.raises(NotAllowed):
        signatures.reject_paper(city[username], paper, "不符")


def test_a_paper_whose_thing_has_changed_is_not_confirmed(city: City, things: dict[str, str]) -> None:
    paper = uploaded(city["chen"])
    things["digest"] = OTHER
    with pytest.raises(Refused, match="有变动"):
        signatures.confirm_paper(city["coordinator"], paper)


def test_a_paper_of_somebody_who_signed_meanwhile_is_not_confirmed(city: City, things: dict[str, str]) -> None:
    paper = uploaded(city["chen"])
    signatures.sign(city["wuye-head"], PAGE, proof(city["wuye-head"]))
    with pytest.raises(Refused, match="吴科长已经签署过"):
        signatures.confirm_paper(city["coordinator"], paper)


def test_what_the_room_refuses_takes_the_confirmation_back(city: City, things: dict[str, str]) -> None:
    paper = uploaded(city["chen"])
    things["confirmed"] = "refuse"
    with pytest.raises(Refused, match="计划已撤回"):
        signatures.confirm_paper(city["coordinator"], paper)
    assert Signature.objects.get().state == State.UNCONFIRMED
    assert not EventDetail.objects.filter(type="signature.paper_confirmed").exists()


def test_a_rejected_paper_is_void_for_ever_and_can_be_uploaded_anew(city: City, things: dict[str, str]) -> None:
    paper = uploaded(city["chen"])
    with pytest.raises(Refused, match="写明不符之处"):
        signatures.reject_paper(city["coordinator"], paper, "")
    assert signatures.reject_paper(city["coordinator"], paper, "没有盖章").state == State.VOID
    with pytest.raises(Refused, match="已作废"):
        signatures.confirm_paper(city["coordinator"], paper)
    assert uploaded(city["chen"]) != paper


def test_the_same_scan_twice_is_one_paper(city: City, things: dict[str, str]) -> None:
    assert uploaded(city["chen"]) == uploaded(city["chen"])


@pytest.mark.django_db(transaction=True)
def test_two_confirming_at_once_confirm_once(things: dict[str, str]) -> None:
    city = build_city()
    second = city.add("chen2", "程经办", "zjj-wuye", city["chen"].role)
    paper, start, failures = uploaded(city["chen"]), Barrier(2), []

    def confirm(viewer: Viewer) -> None:
        try:
            start.wait()
            signatures.confirm_paper(viewer, paper)
        except Exception as error:  # noqa: BLE001 -- whatever goes wrong in a thread, the test must see it
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=confirm, args=(viewer,)) for viewer in (city["coordinator"], second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Signature.objects.get().state == State.SIGNED
    assert EventDetail.objects.filter(type="signature.paper_confirmed").count() == 1
    assert things["confirmed"] in ("coordinator", "chen2")
