"""An object that moves to another district after the freeze: drawn as frozen, sent to the drawn team, said on the pages."""

import re
from datetime import timedelta

from django.urls import reverse

from sunlot.drawing.queries import outcome
from sunlot.inspecting.models import Form
from sunlot.organisations.models import Region
from sunlot.registry.actions import change_object
from sunlot.registry.models import InspectionObject

from .fieldwork import Fieldwork


def test_an_object_that_moved_after_the_freeze_stays_with_the_drawn_team_and_can_be_handed_on(work: Fieldwork) -> None:
    team = next(one for one in outcome(work.attempt).teams if one.zone == "150302")
    number, other = team.objects[0], team.objects[1]
    moving = InspectionObject.objects.get(number=number)
    assert work.attempt.sealed_at is not None
    InspectionObject.history.bulk_history_create([moving], default_date=work.attempt.sealed_at - timedelta(days=1))
    page = reverse("inspecting:dispatch", args=[work.attempt.pk])
    clerk = work.city.client("chen")
    assert "名录封存后迁移的对象" not in clerk.get(page).content.decode()
    before = work.attempt.result_digest
    change_object(work["chen"], moving, region=Region.objects.get(code="150304"))
    preview = clerk.get(page).content.decode()
    hand_on = reverse("drawing:replace-object", args=[work.attempt.draw.number, number]) + "?cause=moved"
    assert "名录封存后迁移的对象" in preview and hand_on in preview
    work.dispatch()
    work.attempt.refresh_from_db()
    assert work.attempt.result_digest == before, "what was drawn from the frozen roster stands"
    assert Form.objects.get(object=moving).team == team.id, "the task goes to the team that was drawn"
    form = clerk.get(reverse("inspecting:form", args=[Form.objects.get(object=moving).pk])).content.decode()
    assert "由海勃湾区迁到乌达区" in form and hand_on in form
    quiet = clerk.get(reverse("inspecting:form", args=[Form.objects.get(object__number=other).pk])).content.decode()
    assert "名录封存后" not in quiet
    reason = clerk.get(hand_on).content.decode()
    assert re.search(r'<input[^>]* value="moved"[^>]* checked', reason), "the cause is chosen already"
