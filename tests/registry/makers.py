"""Entries for the tests, made by the product's own actions."""

from datetime import date, timedelta
from typing import Any

from sunlot.catalogue.models import Competence, ObjectKind
from sunlot.norms import clock
from sunlot.organisations.models import Region
from sunlot.organisations.viewer import SYSTEM
from sunlot.registry import actions
from sunlot.registry.models import Expert, InspectionObject, Inspector
from sunlot.trail.events import Actor
from tests.cast import City

from .files import code


def enterprise(serial: int, actor: Actor = SYSTEM, **changes: Any) -> InspectionObject:
    """An enterprise in 海勃湾区, as the installation itself enters it unless an actor is named."""
    region = Region.objects.get(code=changes.pop("region", "150302"))
    kind = ObjectKind.objects.get(code=changes.pop("kind", "property"))
    values = {
        "name": f"沙枣花{serial}号物业服务有限公司",
        "credit_code": code(serial),
        "contact": "王芳",
        "phone": "13812341234",
    }
    return actions.create_object(actor, region=region, kind=kind, **(values | changes))


def inspector(town: City, number: str, user: str = "chen", **changes: Any) -> Inspector:
    """A person recommended by this clerk for its own unit."""
    values = {
        "name": "王芳",
        "certificate": f"ZF{number}",
        "certificate_expires": clock.today() + timedelta(days=400),
        "recommendation": "从事执法五年，培训考核合格",
    }
    viewer = town[user]
    return actions.recommend_inspector(viewer, number=number, organisation=viewer.organisation, **(values | changes))


def with_test(
    town: City, found: Inspector, user: str = "chen", subject: str = "", days_ago: int = 30, **facts: Any
) -> Inspector:
    """The same person with a passed test."""
    day = clock.today() - timedelta(days=days_ago)
    actions.record_assessment(town[user], found, subject=subject, tested_on=day, **facts)
    return found


def on_duty(town: City, number: str, **changes: Any) -> Inspector:
    """A reviewed inspector of 物业科."""
    found = with_test(town, inspector(town, number, **changes))
    return actions.review_inspector(town["coordinator"], found, accept=True, comment="核对无误")


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def expert(town: City, number: str = "zj-001", user: str = "chen", **changes: Any) -> Expert:
    """An expert of gas, recommended by this clerk for its own unit."""
    values = {
        "name": "钱教授",
        "organisation": town[user].organisation,
        "institution": actions.institution_named(town["chen"], "内蒙古燃气研究院", "institute"),
        "fields": [Competence.objects.get(code="gas")],
        "engaged_until": in_days(300),
        "recommendation": "燃气行业二十年",
    }
    return actions.recommend_expert(town[user], number=number, **(values | changes))


def engaged(town: City, number: str = "zj-001", **changes: Any) -> Expert:
    """The same, reviewed."""
    return actions.review_expert(town["coordinator"], expert(town, number, **changes), accept=True, comment="资历相符")
