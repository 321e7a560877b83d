"""Changes to the bodies that experts come from: testing bodies, institutes, trade associations."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from sunlot.norms import credit_code as codes
from sunlot.organisations.viewer import Refused, Viewer
from sunlot.trail.actions import record
from sunlot.trail.events import Actor

from .. import events, policy
from ..locks import take_registry_lock
from ..models import Institution
from .common import change, in_words, locked, save

_WHO = "专家所在单位由聘请单位的经办人或统筹科室登记。"


def institution_named(actor: Actor, name: str, kind: str = Institution.Kind.OTHER) -> Institution:
    """The institution of this name, entered on its first mention. Called inside an action's transaction."""
    take_registry_lock()
    found = Institution.objects.filter(name=name.strip()).first()
    if found is None:
        found = Institution(name=name.strip(), kind=kind)
        save(found, actor)
    return found


@transaction.atomic
def add_institution(
    viewer: Viewer,
    *,
    name: str,
    kind: str,
    credit_code: str = "",
    qualification: str = "",
    qualification_expires: date | None = None,
) -> Institution:
    """Enter a body before any of its experts. Raises Refused where one of that name stands, or the code is wrong."""
    policy.require(viewer, policy.may_keep_institutions(viewer), _WHO)
    made = Institution(
        name=name.strip(),
        kind=Institution.Kind(kind),
        credit_code=_checked(credit_code),
        qualification=qualification.strip(),
        qualification_expires=qualification_expires,
    )
    try:
        with transaction.atomic():
            save(made, viewer)
    except IntegrityError:
        raise Refused(f"已有“{name.strip()}”。在列表中找到它后修改。") from None
    after = {"name": made.name, "kind": made.kind, "credit_code": made.credit_code}
    record(viewer, events.INSTITUTION_ADDED, f"institution:{made.pk}", f"登记专家所在单位“{made.name}”", after=after)
    return made


@transaction.atomic
def change_institution(
    viewer: Viewer, institution: Institution, *, version: int | None = None, **facts: Any
) -> Institution:
    """Change what is known of a body; nothing changed is nothing done.

    Raises Refused for a taken name and a wrong code, Stale where `version` is no longer the one in force.
    """
    policy.require(viewer, policy.may_keep_institutions(viewer), _WHO)
    current = locked(institution, version)
    before, after = change(current, facts | {"credit_code": _checked(str(facts["credit_code"]))})
    if not after:
        return current
    try:
        with transaction.atomic():
            save(current, viewer, list(after))
    except IntegrityError:
        raise Refused(f"已有“{current.name}”，两个单位不能同名。") from None
    words = f"修改专家所在单位：{in_words(Institution, before, after)}"
    record(viewer, events.INSTITUTION_CHANGED, f"institution:{current.pk}", words, before=before, after=after)
    return current


def _checked(text: str) -> str:
    """The code as it is stored, empty for none."""
    if not text.strip():
        return ""
    found = codes.check(text)
    if found.faults:
        raise Refused(" ".join(str(fault) for fault in found.faults))
    return found.code
