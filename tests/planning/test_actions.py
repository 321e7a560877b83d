"""A plan's way through its actions: each in order, once, and by the right person."""



from sunlot.planning import queries
from sunlot.planning.content import canonical_text, digest_of
from sunlot.planning.models import Plan
from sunlot.trail.models import Event

from .town import Town

State = Plan.State


def test_a_plan_goes_from_draft_to_published_and_its_digest_is_public(town: Town) -> None:
    plan = town.published()
    assert plan.state == State.PUBLISHED
    assert plan.number == f"150300-{plan.created_at.year}-P0001"
    assert digest_of(canonical_text(queries.rules_of(plan))) == plan.digest
    public = Event.objects.filter(entry__contains="planning.plan_published")
    assert [plan.digest in event.entry and f'"subject":"plan:{plan.number}"' in event.entry for event in public] == [
        True
    ]
    assert [p.pk for p in queries.published_plans()] == [plan.pk]
