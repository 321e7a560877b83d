"""Changes to items, guides and whatever else is a family (`families.py`) alike. A version is drafted, reviewed, put in force by its decider, superseded or
repealed; until its first day it can be called off."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar, overload

from django.db import IntegrityError, models, transaction

from sunlot.norms import clock
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from .. import policy
from ..models import Guide, GuideVersion, Item, ItemVersion, Version
from ..models.version import CODE_FORM
from ..texts import GuideText, ItemText, NewGuide, NewItem
from .families import ITEMS, Family, family_of, family_saying

V = TypeVar("V", bound=Version)
Subject = models.Model
"""An item, a guide, or another family's subject: with `code`, `organisation` and `versions`."""
New = Any
"""One that does not exist yet: a value with the columns of its row."""
Text = Any
"""What a version says: with `name`, `columns()`, `write_rows(version)` and `as_json()`."""
State = Version.State
ONE_DAY = timedelta(days=1)
_CODE = re.compile(CODE_FORM)


@overload
def draft_version(viewer: Viewer, subject: Item | NewItem, text: ItemText) -> ItemVersion: ...
@overload
def draft_version(viewer: Viewer, subject: Guide | NewGuide, text: GuideText) -> GuideVersion: ...
@overload
def draft_version(viewer: Viewer, subject: Subject | New, text: Text) -> Any: ...
@transaction.atomic
def draft_version(viewer: Viewer, subject: Any, text: Any) -> Any:
    """Begin a new item or guide (or a subject of another family), or the next version of one; returns the draft.

    There is one version at most that is being written or reviewed: Refused where there is one already, or where the
    code of a new one is taken or malformed.
    """
    family = family_saying(text)
    _require_writer(viewer, family, subject.organisation)
    locked = _locked_subject(subject) if isinstance(subject, models.Model) else _new_subject(family, subject)
    newest: Version | None = locked.versions.order_by("-number").first()
    if newest is not None and newest.is_open:
        raise Refused(
            f"{family.noun} {locked.code} 的第 {newest.number} 版还在{newest.get_state_display()}，先办完它，再起草新版本。"
        )
    _require_name(family, text)
    version: Version = locked.versions.create(
        number=newest.number + 1 if newest else 1,
        created_by_id=viewer.user_id,
        created_at=clock.now(),
        **text.columns(),
    )
    text.write_rows(version)
    version.writers.add(viewer.user_id)
    record(viewer, family.events.drafted, thing_of(locked), f"起草{title_of(version)}", after=text.as_json())
    return version


@transaction.atomic
def change_draft(viewer: Viewer, version: V, text: Text) -> V:
    """Change what a draft says. Saying the same again changes nothing and leaves no trace."""
    found, family = _locked(version), family_of(version)
    _require_writer(viewer, family, found.organisation)
    if found.state != State.DRAFT:
        raise Refused(f"{title_of(found)}现在是“{found.get_state_display()}”，只有草稿可以修改。")
    _require_name(family, text)
    before, after = family.text_of(found).as_json(), text.as_json()
    if before == after:
        return found
    columns = text.columns()
    for column, value in columns.items():
        setattr(found, column, value)
    found.save(update_fields=list(columns))
    text.write_rows(found)
    found.writers.add(viewer.user_id)
    changed = [key for key in after if before[key] != after[key]]
    record(
        viewer,
        family.events.changed,
        thing_of(found.subject),
        f"修改{title_of(found)}的草稿",
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )
    return found


@transaction.atomic
def submit(viewer: Viewer, version: V) -> V:
    """Hand a draft to whoever reviews it. Refused with everything that is missing; submitted twice is submitted once."""
    found, family = _locked(version), family_of(version)
    _require_writer(viewer, family, found.organisation)
    if found.state == State.IN_REVIEW:
        return found
    _require_move(found, State.IN_REVIEW, "提交审核")
    missing = what_is_missing(found)
    if missing:
        raise Refused(f"{title_of(found)}还不能提交：{'；'.join(missing)}。")
    found.state, found.returned_comment = State.IN_REVIEW, ""
    found.save(update_fields=["state", "returned_comment"])
    record(viewer, family.events.submitted, thing_of(found.subject), f"提交{title_of(found)}，由{family.decider}审核")
    return found


@transaction.atomic
def return_draft(viewer: Viewer, version: V, comment: str) -> V:
    """Give a version in review back to those who wrote it, with what is to be mended."""
    found, family = _locked(version), family_of(version)
    _require_decider(viewer, family, found.organisation, f"退回{family.noun}草稿")
    _require_state(found, State.IN_REVIEW, "退回")
    if not comment.strip():
        raise Refused("写明退回意见，让起草人知道改什么。")
    found.state, found.returned_comment = State.DRAFT, comment.strip()
    found.save(update_fields=["state", "returned_comment"])
    record(viewer, family.events.returned, thing_of(found.subject), f"退回{title_of(found)}：{comment.strip()}")
    return found


@transaction.atomic
def put_in_force(viewer: Viewer, version: V, effective_from: date) -> V:
    """Put a reviewed version in force from a day on, today at the earliest; the one before ends the day before.

    NotAllowed for anybody but its decider, and for whoever wrote some of the text. Refused where something is
    missing (an item's legal basis above all), for a day in the past, and for a day on which another version begins or
    which it still covers for good. Put in force twice from the same day is put in force once.
    """
    found, family = _locked(version), family_of(version)
    _require_decider(viewer, family, found.organisation, f"让{family.noun}生效")
    if found.state == State.IN_FORCE and found.effective_from == effective_from:
        return found
    _require_state(found, State.IN_REVIEW, "生效")
    if policy.wrote(viewer, found):
        raise NotAllowed(f"起草或修改过这一版的人不能让它生效，由另一位{family.reviewer}审核。")
    missing = what_is_missing(found)
    if missing:
        raise Refused(f"{title_of(found)}不能生效：{'；'.join(missing)}。")
    if effective_from < clock.today():
        raise Refused(f"生效日期 {effective_from.isoformat()} 已经过去，最早从今天起生效。")
    _end_the_one_before(found, effective_from)
    found.state, found.effective_from = State.IN_FORCE, effective_from
    found.approved_by_id, found.approved_at = viewer.user_id, clock.now()
    found.save(update_fields=["state", "effective_from", "approved_by", "approved_at"])
    record(
        viewer,
        family.events.in_force,
        thing_of(found.subject),
        f"审核通过{title_of(found)}，自 {effective_from.isoformat()} 起生效",
        after={**family.text_of(found).as_json(), "effective_from": effective_from.isoformat()},
        subject=subject_of(found),
        public=public_of(found),
    )
    return found


@transaction.atomic
def call_off(viewer: Viewer, version: V, reason: str) -> V:
    """Take back, before its first day, that a version comes into force; it is a draft again, and the one before goes on.

    Refused without a reason, from the first day on, and while a later version is being written. Called off twice is once.
    """
    found, family = _locked(version), family_of(version)
    _require_decider(viewer, family, found.organisation, "撤销生效")
    if found.state == State.DRAFT and found.returned_comment == reason.strip() != "":
        return found
    _require_state(found, State.IN_FORCE, "撤销生效")
    begins = found.effective_from
    if begins is None or begins <= clock.today():
        raise Refused(f"{title_of(found)}已经生效，不能撤销。不再用的，出新版本或废止。")
    if not reason.strip():
        raise Refused("撤销生效须写明理由。")
    if found.subject.versions.filter(number__gt=found.number).exists():
        raise Refused(f"{title_of(found)}之后的新版本已在起草，先办完它。")
    before = one_before(found)
    found.state, found.effective_from, found.returned_comment = State.DRAFT, None, reason.strip()
    found.approved_by, found.approved_at = None, None
    found.save(update_fields=["state", "effective_from", "returned_comment", "approved_by", "approved_at"])
    if before is not None:
        before.state, before.effective_to = State.IN_FORCE, None
        before.save(update_fields=["state", "effective_to"])
    record(
        viewer,
        family.events.called_off,
        thing_of(found.subject),
        f"撤销{title_of(found)}自 {begins.isoformat()} 起生效：{reason.strip()}",
        before={"effective_from": begins.isoformat()},
        after={"reason": reason.strip()},
        subject=subject_of(found),
        public=public_of(found),
    )
    return found


@transaction.atomic
def repeal(viewer: Viewer, version: V, on: date, reason: str) -> V:
    """Repeal the version in force: from the day `on` it may not be used any more. Repealed twice from the same day is once.

    Refused without a reason, for a day in the past, and for the very day on which the version begins.
    """
    found, family = _locked(version), family_of(version)
    _require_decider(viewer, family, found.organisation, f"废止{family.noun}")
    last_day = on - ONE_DAY
    if found.state == State.REPEALED and found.effective_to == last_day:
        return found
    _require_move(found, State.REPEALED, "废止")
    if not reason.strip():
        raise Refused("废止须写明理由。")
    if on < clock.today():
        raise Refused(f"废止日期 {on.isoformat()} 已经过去，最早自今天起废止。")
    if found.effective_from is not None and last_day < found.effective_from:
        earliest = found.effective_from + ONE_DAY
        raise Refused(
            f"{title_of(found)}自 {found.effective_from.isoformat()} 起生效，最早自 {earliest.isoformat()} 起废止。"
        )
    found.state, found.effective_to = State.REPEALED, last_day
    found.save(update_fields=["state", "effective_to"])
    record(
        viewer,
        family.events.repealed,
        thing_of(found.subject),
        f"废止{title_of(found)}，自 {on.isoformat()} 起：{reason.strip()}",
        after={"effective_to": last_day.isoformat(), "reason": reason.strip()},
        subject=subject_of(found),
        public=public_of(found),
    )
    return found


@dataclass(frozen=True)
class Many:
    """What became of an act on many versions: those done, and why each of the others was not."""

    done: list[Version]
    refused: list[str]


def submit_many(viewer: Viewer, versions: Iterable[V]) -> Many:
    """Submit each; what can't be submitted is said, and holds the others up in nothing."""
    return _each(versions, lambda version: submit(viewer, version))


def put_many_in_force(viewer: Viewer, versions: Iterable[V], effective_from: date) -> Many:
    """Put each in force from the same day; what can't be is said, and holds the others up in nothing."""
    return _each(versions, lambda version: put_in_force(viewer, version, effective_from))


def _each(versions: Iterable[V], act: Callable[[V], V]) -> Many:
    outcome = Many([], [])
    for version in versions:
        try:
            outcome.done.append(act(version))
        except Refused as refused:  # what this person may not do is among them
            outcome.refused.append(f"{version.code}：{refused}")
    return outcome


def one_before(version: V) -> V | None:
    """The version that ends where this one begins, None where there is none."""
    if version.effective_from is None:
        return None
    last_day = version.effective_from - ONE_DAY
    found: V | None = version.subject.versions.filter(state=State.SUPERSEDED, effective_to=last_day).first()
    return found


def what_is_missing(version: Version) -> list[str]:
    """What a version lacks before it can be reviewed or put in force, each in the user's words; empty if nothing."""
    missing = family_of(version).missing(version)
    if version.number > 1 and not version.reason.strip():
        missing.append("没有写明变更理由")
    return missing


def thing_of(subject: Subject) -> str:
    """The item's or guide's key in the trail."""
    return f"{subject._meta.model_name}:{subject.pk}"


def subject_of(version: Version) -> str:
    """The version's name in the public log: `item:WY-01:2`."""
    return f"{version.SUBJECT}:{version.code}:{version.number}"


def public_of(version: Version) -> dict[str, Any]:
    """What the public log says of it."""
    return {version.SUBJECT: version.code, "version": version.number, **family_of(version).public(version)}


def title_of(version: Version) -> str:
    """事项 WY-01 物业服务企业检查（第 2 版）."""
    return f"{family_of(version).noun} {version}（第 {version.number} 版）"


def _new_subject(family: Family, wanted: NewItem | NewGuide) -> Any:
    if not _CODE.fullmatch(wanted.code):
        raise Refused(f"{family.noun}编号由大写字母、数字和短横线组成，以字母开头，如 {family.example}。")
    try:
        with transaction.atomic():
            return family.subject.objects.create(**vars(wanted))
    except IntegrityError:
        raise Refused(f"编号 {wanted.code} 已有{family.noun}使用，换一个。") from None


def _locked_subject(subject: Subject) -> Any:
    """The item or guide as it stands now, locked."""
    rows: Any = type(subject)._default_manager.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=subject.pk)


def _locked(version: V) -> V:
    """The version as it stands now, with its subject locked: acts on one item or guide come one after another."""
    family_of(version).subject.objects.select_for_update().get(pk=version.subject_id)
    found: V = type(version)._default_manager.select_related(f"{version.SUBJECT}__organisation").get(pk=version.pk)
    return found


def _end_the_one_before(version: Version, effective_from: date) -> None:
    """Make room for `version` from `effective_from` on."""
    before: Version | None = (
        version.subject.versions.filter(effective_from__isnull=False).exclude(pk=version.pk).order_by("-number").first()
    )
    if before is None or before.effective_from is None:
        return
    if before.state == State.IN_FORCE:
        if effective_from <= before.effective_from:
            earliest = before.effective_from + ONE_DAY
            raise Refused(
                f"第 {before.number} 版自 {before.effective_from.isoformat()} 起生效，新版本最早自 {earliest.isoformat()} 起。"
            )
        before.state, before.effective_to = State.SUPERSEDED, effective_from - ONE_DAY
        before.save(update_fields=["state", "effective_to"])
    elif before.effective_to is not None and effective_from <= before.effective_to:
        earliest = before.effective_to + ONE_DAY
        raise Refused(
            f"第 {before.number} 版用到 {before.effective_to.isoformat()} 为止，新版本最早自 {earliest.isoformat()} 起。"
        )


def _require_writer(viewer: Viewer, family: Family, organisation: Organisation) -> None:
    if not family.may_write(viewer, organisation):
        raise NotAllowed(f"{organisation.name}的{family.noun}由{family.writers}起草。")


def _require_decider(viewer: Viewer, family: Family, organisation: Organisation, act: str) -> None:
    if not family.may_decide(viewer, organisation):
        raise NotAllowed(f"{act}由{family.decider}办理。")


def _require_move(version: Version, to: str, act: str) -> None:
    if to not in Version.MOVES[version.state]:
        raise Refused(f"{title_of(version)}现在是“{version.get_state_display()}”，不能{act}。刷新页面看最新情况。")


def _require_state(version: Version, state: str, act: str) -> None:
    if version.state != state:
        raise Refused(f"{title_of(version)}现在是“{version.get_state_display()}”，不能{act}。刷新页面看最新情况。")


def _require_name(family: Family, text: Text) -> None:
    if not text.name.strip():
        raise Refused("写明事项名称。" if family is ITEMS else "写明名称。")
