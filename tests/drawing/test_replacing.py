"""An object or an inspector falls out, and who comes in follows from the draw: proposed, approved by a second person."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from sunlot.drawing import actions, queries
from sunlot.drawing.models import Attempt, Replacement
from sunlot.norms import clock
from sunlot.organisations.viewer import SYSTEM, NotAllowed, Refused
from sunlot.registry.models import Inspector
from sunlot.trail.models import Event, EventDetail

from ..cast import City
from .shorthanded import EVIDENCE, GONE, build_short_stage, drawn_object, reserve_of, standing
from .stage import Stage, entries, fresh
from .test_logged import verify
from .test_two_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
Cause = Replacement.Cause


@pytest.fixture
def stage(city: City) -> Stage:
    return build_short_stage(city)


@pytest.fixture
def root(stage: Stage) -> Attempt:
    return stage.drawn()


def propose(stage: Stage, root: Attempt, number: str, by: str = "chen") -> Replacement:
    return actions.propose_object(stage[by], root, number, Cause.DEREGISTERED, GONE, EVIDENCE)


def member(root: Attempt, department: str = "scjg") -> str:
    """An inspector of the department, in a team whose zone and department have somebody in reserve."""
    now = standing(root)
    rich = {(one.zone, one.department) for one in now.result.standby if one.order}
    return next(
        number
        for team in now.teams_of(root)
        for code, number in team.members
        if code == department and (team.zone, code) in rich
    )


def propose_member(stage: Stage, root: Attempt, number: str, by: str = "chen", **more: str) -> Replacement:
    cause = Cause.CONFLICT if more else Cause.LEAVE
    return actions.propose_inspector(stage[by], root, number, cause, "十二月外出培训", EVIDENCE, **more)


def test_an_object_is_replaced_by_the_first_of_its_reserve_at_the_smallest_team(
    stage: Stage, root: Attempt, tmp_path: Path
) -> None:
    out, bundle = drawn_object(root), queries.bundle_bytes(root)
    proposed = propose(stage, root, out)
    assert proposed.incoming == "" and standing(root).stands(out)
    approved = actions.approve_replacement(stage["wuye-head"], proposed)
    assert approved.incoming == reserve_of(root)[0]
    now = standing(root)
    attempt, team = now.holder(approved.incoming) or (None, None)
    assert team is not None and attempt is not None and team.id == approved.team and now.holder(out) is None
    others = [len(one.objects) for one in now.teams_of(root) if one.zone == team.zone]
    assert len(team.objects) - 1 <= min(others)
    (entry,) = entries("drawing.replaced")
    assert entry["subject"] == f"draw:{root.draw.number}:1"
    assert entry["public"] == {
        "result": fresh(root).result_digest,
        "team": team.id,
        "object": out,
        "out": out,
        "in": approved.incoming,
        "reason": f"已注销：{GONE}",
    }
    assert queries.bundle_bytes(root) == bundle
    assert verify(fresh(root), tmp_path).verified


def test_an_inspector_is_replaced_by_the_next_of_the_zone_and_department(stage: Stage, root: Attempt) -> None:
    out = member(root)
    now = standing(root)
    team, department = now.seat(root, out) or (None, "")
    assert team is not None
    order = next(o.order for o in now.result.standby if (o.zone, o.department) == (team.zone, department))
    approved = actions.approve_replacement(stage["scjg-head"], propose_member(stage, root, out, "scjg-clerk"))
    assert approved.incoming == order[0]
    after = next(one for one in standing(root).teams_of(root) if one.id == team.id)
    assert [m if m != (department, out) else (department, order[0]) for m in team.members] == list(after.members)
    assert after.objects == team.objects
    (entry,) = entries("drawing.replaced")
    public = entry["public"]
    assert isinstance(public, dict)
    assert (public["object"], public["out"], public["in"]) == (None, out, order[0])
    assert public["reason"] == "请假、外出等不能参加"  # of a person the cause alone


def test_one_who_must_stay_away_from_one_object_is_replaced_for_it_alone(stage: Stage, root: Attempt) -> None:
    out = member(root)
    team, department = standing(root).seat(root, out) or (None, "")
    assert team is not None
    alone = team.objects[0]
    approved = actions.approve_replacement(stage["coordinator"], propose_member(stage, root, out, object=alone))
    after = next(one for one in standing(root).teams_of(root) if one.id == team.id)
    assert after.members == team.members
    assert (department, approved.incoming) in after.members_for(alone)
    assert (department, out) not in after.members_for(alone)
    assert all((department, out) in after.members_for(one) for one in team.objects[1:])
    with pytest.raises(Refused, match="现在不检查"):
        propose_member(stage, root, out, object=alone)
    # Nobody comes in twice: the next to fall out gets the next of the reserve, or a supplementary draw.
    again = actions.approve_replacement(stage["wuye-head"], propose_member(stage, root, out))
    assert again.incoming != approved.incoming


def test_two_replacements_at_once_take_two_of_the_reserve(stage: Stage, root: Attempt) -> None:
    stratum = next(one for one in standing(root).result.strata if one.id == "C")
    first, second = (propose(stage, root, one.id) for one in stratum.drawn[:2])
    found = at_once(
        lambda: actions.approve_replacement(stage["wuye-head"], first),
        lambda: actions.approve_replacement(stage["coordinator"], second),
    )
    assert all(isinstance(one, Replacement) for one in found), found
    came = set(Replacement.objects.values_list("incoming", flat=True))
    assert len(came) == 2 and came <= set(reserve_of(root))
    assert len(entries("drawing.replaced")) == 2


def test_of_two_who_approve_the_same_at_once_one_does(stage: Stage, root: Attempt) -> None:
    one = propose_member(stage, root, member(root))
    found = at_once(
        lambda: actions.approve_replacement(stage["wuye-head"], one),
        lambda: actions.approve_replacement(stage["coordinator"], one),
    )
    assert sorted(isinstance(each, Refused) for each in found) == [False, True], found
    assert len(entries("drawing.replaced")) == 1


def test_of_two_who_propose_the_same_at_once_one_does(stage: Stage, root: Attempt) -> None:
    out = drawn_object(root)
    found = at_once(lambda: propose(stage, root, out), lambda: propose(stage, root, out, "scjg-clerk"))
    assert sorted(isinstance(each, Refused) for each in found) == [False, True], found
    assert Replacement.objects.count() == 1


def test_who_saw_another_one_coming_in_looks_again(stage: Stage, root: Attempt) -> None:
    stratum = next(one for one in standing(root).result.strata if one.id == "C")
    first, second = (propose(stage, root, one.id) for one in stratum.drawn[:2])
    seen = stratum.reserve[0].id
    actions.approve_replacement(stage["wuye-head"], first, shown=seen)
    with pytest.raises(Refused, match="再看一次"):
        actions.approve_replacement(stage["wuye-head"], second, shown=seen)
    assert Replacement.objects.get(pk=second.pk).state == "proposed"


def test_approved_and_proposed_twice_is_once_and_the_first_decision_stands(stage: Stage, root: Attempt) -> None:
    out = drawn_object(root)
    proposed = propose(stage, root, out)
    assert propose(stage, root, out).pk == proposed.pk
    with pytest.raises(Refused, match="已提出过"):
        propose(stage, root, out, "scjg-clerk")
    approved = actions.approve_replacement(stage["wuye-head"], proposed)
    assert actions.approve_replacement(stage["wuye-head"], proposed).pk == approved.pk
    with pytest.raises(Refused, match="已由"):
        actions.approve_replacement(stage["coordinator"], proposed)
    with pytest.raises(Refused, match="已由"):
        actions.refuse_replacement(stage["wuye-head"], proposed, "改变主意")
    with pytest.raises(Refused, match="不在抽中名单里，或已经替补"):
        propose(stage, root, out)
    assert len(entries("drawing.replaced")) == 1


def test_a_refusal_has_its_reason_changes_nothing_and_is_internal(stage: Stage, root: Attempt) -> None:
    proposed = propose(stage, root, drawn_object(root))
    with pytest.raises(Refused, match="写明不批准的理由"):
        actions.refuse_replacement(stage["wuye-head"], proposed, " ")
    refused = actions.refuse_replacement(stage["wuye-head"], proposed, "现场核实仍在经营")
    assert refused.state == "refused" and standing(root).stands(proposed.outgoing)
    assert entries("drawing.replaced") == []
    kinds = list(EventDetail.objects.filter(thing=proposed.thing).order_by("event_id").values_list("type", flat=True))
    assert kinds == ["drawing.replacement_proposed", "drawing.replacement_refused"]
    assert propose(stage, root, proposed.outgoing).pk != proposed.pk  # with better evidence it may be proposed anew


@pytest.mark.parametrize("username", ["wuye-head", "supervisor", "coordinator", "outsider", "leader"])
def test_only_clerks_of_those_who_take_part_propose(stage: Stage, root: Attempt, username: str) -> None:
    with pytest.raises(NotAllowed, match="经办人提出"):
        propose(stage, root, drawn_object(root), username)


def test_a_department_proposes_for_its_own_inspectors_alone(stage: Stage, root: Attempt) -> None:
    out = member(root)
    with pytest.raises(NotAllowed, match="所在部门的经办人提出"):
        propose_member(stage, root, out, "yjj-clerk")
    assert propose_member(stage, root, out, "scjg-clerk").state == "proposed"


def test_the_second_person_is_a_head_or_the_coordinator_and_never_the_proposer(stage: Stage, root: Attempt) -> None:
    proposed = propose(stage, root, drawn_object(root), "scjg-clerk")
    for username in ("chen", "scjg-clerk", "scjg-head", "yjj-head", "supervisor", "leader", "outsider"):
        with pytest.raises(NotAllowed):
            actions.approve_replacement(stage[username], proposed)
    inspectors = propose_member(stage, root, member(root))
    with pytest.raises(NotAllowed):
        actions.approve_replacement(stage["yjj-head"], inspectors)
    assert actions.approve_replacement(stage["scjg-head"], inspectors).state == "approved"
    with pytest.raises(IntegrityError), transaction.atomic():
        Replacement.objects.filter(pk=proposed.pk).update(
            state="approved", incoming="x", team="y", decided_by=proposed.proposed_by_id, decided_at=clock.now()
        )


def test_nobody_approves_being_replaced_or_coming_in(stage: Stage, root: Attempt) -> None:
    out = member(root)
    Inspector.objects.filter(number=out).update(user=stage["scjg-head"].membership.user)
    proposed = propose_member(stage, root, out)
    with pytest.raises(NotAllowed, match="您本人"):
        actions.approve_replacement(stage["scjg-head"], proposed)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "写明具体情况"),
        ("查" * 101, "超过 100 字"),
        ("联系法定代表人13812345678未果", "电话或证件号码"),
        ("零宽\u200b字符", "控制字符"),
    ],
)
def test_a_reason_that_may_not_be_public_is_refused(stage: Stage, root: Attempt, reason: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        actions.propose_object(stage["chen"], root, drawn_object(root), Cause.MOVED, reason, EVIDENCE)


def test_without_evidence_a_cause_or_a_result_nothing_is_proposed(stage: Stage, root: Attempt) -> None:
    out = drawn_object(root)
    with pytest.raises(Refused, match="附上证明材料"):
        actions.propose_object(stage["chen"], root, out, Cause.MOVED, GONE, [])
    with pytest.raises(Refused, match=r"“表\.docx”：这是 Word"):
        broken = [actions.Upload("表.docx", b"PK\x03\x04")]
        actions.propose_object(stage["chen"], root, out, Cause.MOVED, GONE, broken)
    with pytest.raises(Refused, match="选定事由"):
        actions.propose_object(stage["chen"], root, out, Cause.LEAVE, GONE, EVIDENCE)
    with pytest.raises(Refused, match="只有应当回避的"):
        actions.propose_inspector(stage["chen"], root, member(root), Cause.LEAVE, "外出", EVIDENCE, object=out)
    with pytest.raises(Refused, match="不在抽中名单里"):
        propose(stage, root, reserve_of(root)[0])
    assert not Replacement.objects.exists()


def test_with_the_reserve_used_up_an_object_is_not_replaced(city: City) -> None:
    stage = build_short_stage(city, reserve=1)
    root = stage.drawn()
    stratum = next(one for one in standing(root).result.strata if one.id == "C")
    actions.approve_replacement(stage["wuye-head"], propose(stage, root, stratum.drawn[0].id))
    with pytest.raises(Refused, match="候补已用尽"):
        propose(stage, root, stratum.drawn[1].id)


def test_what_came_in_can_go_out_again(stage: Stage, root: Attempt) -> None:
    first = actions.approve_replacement(stage["wuye-head"], propose(stage, root, drawn_object(root)))
    second = actions.approve_replacement(stage["wuye-head"], propose(stage, root, first.incoming))
    assert second.incoming == reserve_of(root)[1]
    assert standing(root).holder(first.incoming) is None


def test_what_is_decided_is_never_changed(stage: Stage, root: Attempt) -> None:
    approved = actions.approve_replacement(stage["wuye-head"], propose(stage, root, drawn_object(root)))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE drawing_replacement SET incoming = 'x' WHERE id = %s", [approved.pk])


def test_under_an_embargo_nothing_public_names_it_until_the_release(city: City, tmp_path: Path) -> None:
    stage = build_short_stage(city, release_on=clock.today() + timedelta(days=7))
    root = stage.drawn()
    approved = actions.approve_replacement(stage["wuye-head"], propose(stage, root, drawn_object(root)))
    people = actions.approve_replacement(stage["wuye-head"], propose_member(stage, root, member(root)))
    secret = (approved.outgoing, approved.incoming, people.outgoing, people.incoming)
    public = "".join(Event.objects.values_list("entry", flat=True))
    assert not any(one in public for one in secret)
    assert entries("drawing.replaced") == []
    actions.release(SYSTEM, fresh(root), "首次公示")
    actions.release(SYSTEM, fresh(root))
    outs = [entry["public"]["out"] for entry in entries("drawing.replaced")]  # type: ignore[index]  # a dict
    assert outs == [approved.outgoing, people.outgoing]
    assert verify(fresh(root), tmp_path).verified
