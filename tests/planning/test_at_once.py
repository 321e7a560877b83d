"""Two people at the same moment: one act is done, the other is told or finds it done."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import close_old_connections, connection

from sunlot.organisations.viewer import Refused
from sunlot.planning import actions
from sunlot.planning.models import MergeRequest, Plan, PlanVersion
from sunlot.planning.together import actions as together
from sunlot.trail.models import EventDetail

from ..cast import build_city
from .test_together import rival
from .town import Town, build_town

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start together; what each returned, or its Refused."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(at: int, act: Callable[[], object]) -> None:
        close_old_connections()
        try:
            barrier.wait(timeout=10)
            results[at] = act()
        except Refused as refused:
            results[at] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=entry) for entry in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.fixture
def busy_town(transactional_db: None) -> Town:
    return build_town(build_city())


def test_two_plans_begun_at_once_get_two_numbers(busy_town: Town) -> None:
    plans = at_once(busy_town.draft, busy_town.draft)
    assert all(isinstance(plan, Plan) for plan in plans), plans
    assert Plan.objects.values("number").distinct().count() == 2


def test_a_plan_submitted_by_two_at_once_has_one_version(busy_town: Town) -> None:
    plan = busy_town.draft()
    found = at_once(*(lambda u=u: actions.submit_plan(busy_town[u], plan) for u in ("chen", "coordinator")))
    assert all(isinstance(one, Plan) for one in found), found
    assert PlanVersion.objects.filter(plan=plan).count() == 1
    assert EventDetail.objects.filter(type="planning.plan_submitted").count() == 1


def test_the_last_two_participants_confirming_at_once_bring_the_plan_to_the_head(busy_town: Town) -> None:
    plan = busy_town.submitted()
    parts = {part.organisation.code: part for part in plan.participants.select_related("organisation")}
    at_once(
        lambda: actions.confirm_participation(busy_town["scjg-head"], parts["scjg"]),
        lambda: actions.confirm_participation(busy_town["yjj-head"], parts["yjj"]),
    )
    assert Plan.objects.get(pk=plan.pk).state == Plan.State.CONFIRMED


def test_signed_while_it_is_being_changed_the_signature_is_under_what_stands_or_refused(busy_town: Town) -> None:
    plan = busy_town.head_signed()
    at_once(
        lambda: actions.sign_as_leader(busy_town["leader"], plan, busy_town.proof("leader")),
        lambda: actions.change_plan(busy_town["chen"], plan, replace(busy_town.content, title="改名")),
    )
    stands = Plan.objects.get(pk=plan.pk)
    assert (stands.state, stands.title, stands.version) in {
        (Plan.State.PUBLISHED.value, busy_town.content.title, 1),
        (Plan.State.DRAFT.value, "改名", 2),
    }


def test_a_leader_signing_in_two_windows_publishes_once(busy_town: Town) -> None:
    plan = busy_town.head_signed()
    sign = lambda: actions.sign_as_leader(busy_town["leader"], plan, busy_town.proof("leader"))  # noqa: E731 -- twice the same
    found = at_once(sign, sign)
    assert all(isinstance(one, Plan) for one in found), found
    assert EventDetail.objects.filter(type="planning.plan_published").count() == 1


def test_a_merge_agreed_to_and_declined_at_once_has_one_answer_and_the_plans_say_the_same(busy_town: Town) -> None:
    plan, other = busy_town.submitted(), rival(busy_town)
    request = together.ask_to_merge(busy_town["chen"], plan, other, "一次检查")
    found = at_once(
        lambda: together.agree_to_merge(busy_town["scjg-clerk"], request),
        lambda: together.decline_to_merge(busy_town["scjg-head"], request, "时间不合"),
    )
    assert sorted(type(one).__name__ for one in found) == ["MergeRequest", "Refused"], found
    state = MergeRequest.objects.get().state
    left = Plan.objects.get(pk=other.pk).state
    assert (state, left) in {("agreed", Plan.State.WITHDRAWN), ("declined", Plan.State.CONFIRMED)}


def test_a_merge_agreed_to_while_the_plan_that_stays_is_signed_loses_nobodys_confirmation(busy_town: Town) -> None:
    plan, other = busy_town.confirmed(), rival(busy_town)
    request = together.ask_to_merge(busy_town["chen"], plan, other, "一次检查")
    at_once(
        lambda: together.agree_to_merge(busy_town["scjg-clerk"], request),
        lambda: actions.sign_as_head(busy_town["wuye-head"], plan, busy_town.proof("wuye-head")),
    )
    stands = Plan.objects.get(pk=plan.pk)
    assert (stands.state, stands.version, stands.digest) == (Plan.State.DRAFT, 2, "")
    assert MergeRequest.objects.get().state == "agreed"
