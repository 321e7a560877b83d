"""Changes to the dictionaries: kinds of object and fields of competence. Words are added and retired, never deleted."""

import re

from django.db import IntegrityError, transaction

from sunlot.norms import clock
from sunlot.norms.text import trim
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import events, policy
from ..models import Competence, ObjectKind

_CODE = re.compile(r"[a-z][0-9a-z-]{0,23}")  # as the constraint of the table says


@transaction.atomic
def add_competence(viewer: Viewer, code: str, name: str, note: str = "") -> Competence:
    """A new field of competence, and with it the pool of experts `expert-<code>`. Refused where code or name is taken."""
    _require_keeper(viewer)
    if not trim(name):
        raise Refused("写明专业领域的名称。")
    if not _CODE.fullmatch(code):
        raise Refused("代码以小写字母开头，只用小写字母、数字和短横。")
    try:
        with transaction.atomic():
            made = Competence.objects.create(
                code=code, name=trim(name), note=trim(note), set_by_id=viewer.user_id, set_at=clock.now()
            )
    except IntegrityError:
        raise Refused(f"代码“{code}”或名称“{trim(name)}”已有专业领域使用。") from None
    after = {"code": made.code, "note": made.note}
    record(viewer, events.WORD_ADDED, f"competence:{made.pk}", f"增加专业领域“{made.name}”", after=after)
    return made


@transaction.atomic
def change_competence(viewer: Viewer, competence: Competence, *, note: str, is_active: bool) -> Competence:
    """Its note, and whether new items and inspectors may be given it. The name is what the registries carry: it stays."""
    _require_keeper(viewer)
    found = Competence.objects.select_for_update().get(pk=competence.pk)
    before = {"note": found.note, "is_active": found.is_active}
    after = {"note": trim(note), "is_active": is_active}
    if before == after:
        return found
    found.note, found.is_active = trim(note), is_active
    found.set_by_id, found.set_at = viewer.user_id, clock.now()
    found.save(update_fields=["note", "is_active", "set_by", "set_at"])
    words = "修改" if is_active == before["is_active"] else "恢复使用" if is_active else "停用"
    record(
        viewer,
        events.WORD_CHANGED,
        f"competence:{found.pk}",
        f"{words}专业领域“{found.name}”",
        before=before,
        after=after,
    )
    return found


@transaction.atomic
def add_kind(viewer: Viewer, code: str, name: str, nature: str) -> ObjectKind:
    """A new kind of object. Refused where code or name is taken."""
    _require_keeper(viewer)
    if not trim(code) or not trim(name):
        raise Refused("写明对象类别的代码和名称。")
    try:
        with transaction.atomic():
            made = ObjectKind.objects.create(code=trim(code), name=trim(name), nature=ObjectKind.Nature(nature).value)
    except IntegrityError:
        raise Refused(f"代码“{trim(code)}”或名称“{trim(name)}”已有对象类别使用。") from None
    after = {"code": made.code, "nature": made.nature}
    record(viewer, events.WORD_ADDED, f"kind:{made.pk}", f"增加检查对象类别“{made.name}”", after=after)
    return made


def _require_keeper(viewer: Viewer) -> None:
    if not policy.may_keep_words(viewer):
        raise NotAllowed("字典由统筹科室维护。")
