"""Changes to the catalogue. A version is drafted, reviewed, put in force by the coordinator, superseded or repealed;
until its first day it can be called off."""

import re
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from sunlot.norms import clock
from sunlot.norms.initials import search_keys
from sunlot.organisations.models import Organisation
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer
from sunlot.trail.actions import record

from . import events, policy
from .models import Item, ItemVersion
from .texts import ItemText, NewItem, text_of, write_bases

State = ItemVersion.State
ONE_DAY = timedelta(days=1)
_CODE = re.compile(r"[A-Z][0-9A-Z-]{1,23}")


@transaction.atomic
def draft_version(viewer: Viewer, item: Item | NewItem, data: ItemText) -> ItemVersion:
    """Begin a new item, or the next version of one; returns the draft.

    An item has one version at most that is being written or reviewed: Refused where there is one already, or where
    the code of a new item is taken or malformed.
    """
    if isinstance(item, NewItem):
        _require_writer(viewer, item.organisation)
        item = _new_item(item)
    else:
        _require_writer(viewer, item.organisation)
        item = Item.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=item.pk)
    newest = item.versions.order_by("-number").first()
    if newest is not None and newest.is_open:
        raise Refused(
            f"事项 {item.code} 的第 {newest.number} 版还在{newest.get_state_display()}，先办完它，再起草新版本。"
        )
    _require_name(data)
    version = ItemVersion.objects.create(
        item=item,
        number=newest.number + 1 if newest else 1,
        created_by_id=viewer.user_id,
        created_at=clock.now(),
        **_columns(data),
    )
    _write_text(viewer, version, data)
    record(viewer, events.ITEM_DRAFTED, thing_of(item), f"起草{_title(version)}", after=as_json(data))
    return version


@transaction.atomic
def change_draft(viewer: Viewer, version: ItemVersion, data: ItemText) -> ItemVersion:
    """Change what a draft says. Saying the same again changes nothing and leaves no trace."""
    found = _locked(version)
    _require_writer(viewer, found.item.organisation)
    if found.state != State.DRAFT:
        raise Refused(f"{_title(found)}现在是“{found.get_state_display()}”，只有草稿可以修改。")
    _require_name(data)
    before, after = as_json(text_of(found)), as_json(data)
    if before == after:
        return found
    for column, value in _columns(data).items():
        setattr(found, column, value)
    found.save(update_fields=list(_columns(data)))
    _write_text(viewer, found, data)
    changed = [key for key in after if before[key] != after[key]]
    record(
        viewer,
        events.ITEM_CHANGED,
        thing_of(found.item),
        f"修改{_title(found)}的草稿",
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )
    return found


@transaction.atomic
def submit(viewer: Viewer, version: ItemVersion) -> ItemVersion:
    """Hand a draft to the coordinator. Refused with everything that is missing; submitted twice is submitted once."""
    found = _locked(version)
    _require_writer(viewer, found.item.organisation)
    if found.state == State.IN_REVIEW:
        return found
    _require_move(found, State.IN_REVIEW, "提交审核")
    missing = what_is_missing(found)
    if missing:
        raise Refused(f"{_title(found)}还不能提交：{'；'.join(missing)}。")
    found.state, found.returned_comment = State.IN_REVIEW, ""
    found.save(update_fields=["state", "returned_comment"])
    record(viewer, events.ITEM_SUBMITTED, thing_of(found.item), f"提交{_title(found)}，由统筹科室审核")
    return found


@transaction.atomic
def return_draft(viewer: Viewer, version: ItemVersion, comment: str) -> ItemVersion:
    """Give a version in review back to those who wrote it, with what is to be mended."""
    found = _locked(version)
    _require_decider(viewer, found.item.organisation, "退回事项草稿")
    _require_state(found, State.IN_REVIEW, "退回")
    if not comment.strip():
        raise Refused("写明退回意见，让起草人知道改什么。")
    found.state, found.returned_comment = State.DRAFT, comment.strip()
    found.save(update_fields=["state", "returned_comment"])
    record(viewer, events.ITEM_RETURNED, thing_of(found.item), f"退回{_title(found)}：{comment.strip()}")
    return found


@transaction.atomic
def put_in_force(viewer: Viewer, version: ItemVersion, effective_from: date) -> ItemVersion:
    """Put a reviewed version in force from a day on, today at the earliest; the one before ends the day before.

    NotAllowed for anybody but the coordinator, and for whoever wrote some of the text. Refused without a legal
    basis, for a day in the past, and for a day on which another version begins or which it still covers for good.
    Put in force twice from the same day is put in force once.
    """
    found = _locked(version)
    _require_decider(viewer, found.item.organisation, "让事项生效")
    if found.state == State.IN_FORCE and found.effective_from == effective_from:
        return found
    _require_state(found, State.IN_REVIEW, "生效")
    if policy.wrote(viewer, found):
        raise NotAllowed("起草或修改过这一版的人不能让它生效，由另一位统筹人员审核。")
    missing = what_is_missing(found)
    if missing:
        raise Refused(f"{_title(found)}不能生效：{'；'.join(missing)}。")
    if effective_from < clock.today():
        raise Refused(f"生效日期 {effective_from.isoformat()} 已经过去，最早从今天起生效。")
    _end_the_one_before(found, effective_from)
    found.state, found.effective_from = State.IN_FORCE, effective_from
    found.approved_by_id, found.approved_at = viewer.user_id, clock.now()
    found.save(update_fields=["state", "effective_from", "approved_by", "approved_at"])
    record(
        viewer,
        events.ITEM_IN_FORCE,
        thing_of(found.item),
        f"审核通过{_title(found)}，自 {effective_from.isoformat()} 起生效",
        after={**as_json(text_of(found)), "effective_from": effective_from.isoformat()},
        subject=subject_of(found),
        public={"item": found.item.code, "version": found.number},
    )
    return found


@transaction.atomic
def call_off(viewer: Viewer, version: ItemVersion, reason: str) -> ItemVersion:
    """Take back, before its first day, that a version comes into force; it is a draft again, and the one before goes on.

    Refused without a reason, from the first day on, and while a later version is being written. Called off twice is once.
    """
    found = _locked(version)
    _require_decider(viewer, found.item.organisation, "撤销生效")
    if found.state == State.DRAFT and found.returned_comment == reason.strip() != "":
        return found
    _require_state(found, State.IN_FORCE, "撤销生效")
    begins = found.effective_from
    if begins is None or begins <= clock.today():
        raise Refused(f"{_title(found)}已经生效，不能撤销。不再用的，出新版本或废止。")
    if not reason.strip():
        raise Refused("撤销生效须写明理由。")
    if found.item.versions.filter(number__gt=found.number).exists():
        raise Refused(f"{_title(found)}之后的新版本已在起草，先办完它。")
    before = one_before(found)
    found.state, found.effective_from, found.returned_comment = State.DRAFT, None, reason.strip()
    found.approved_by, found.approved_at = None, None
    found.save(update_fields=["state", "effective_from", "returned_comment", "approved_by", "approved_at"])
    if before is not None:
        before.state, before.effective_to = State.IN_FORCE, None
        before.save(update_fields=["state", "effective_to"])
    record(
        viewer,
        events.ITEM_CALLED_OFF,
        thing_of(found.item),
        f"撤销{_title(found)}自 {begins.isoformat()} 起生效：{reason.strip()}",
        before={"effective_from": begins.isoformat()},
        after={"reason": reason.strip()},
        subject=subject_of(found),
        public={"item": found.item.code, "version": found.number},
    )
    return found


@transaction.atomic
def repeal(viewer: Viewer, version: ItemVersion, on: date, reason: str) -> ItemVersion:
    """Repeal the version in force: from the day `on` it may not be used any more. Repealed twice from the same day is once.

    Refused without a reason, for a day in the past, and for the very day on which the version begins.
    """
    found = _locked(version)
    _require_decider(viewer, found.item.organisation, "废止事项")
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
            f"{_title(found)}自 {found.effective_from.isoformat()} 起生效，最早自 {earliest.isoformat()} 起废止。"
        )
    found.state, found.effective_to = State.REPEALED, last_day
    found.save(update_fields=["state", "effective_to"])
    record(
        viewer,
        events.ITEM_REPEALED,
        thing_of(found.item),
        f"废止{_title(found)}，自 {on.isoformat()} 起：{reason.strip()}",
        after={"effective_to": last_day.isoformat(), "reason": reason.strip()},
        subject=subject_of(found),
        public={"item": found.item.code, "version": found.number},
    )
    return found


def one_before(version: ItemVersion) -> ItemVersion | None:
    """The version that ends where this one begins, None where there is none."""
    if version.effective_from is None:
        return None
    last_day = version.effective_from - ONE_DAY
    return ItemVersion.objects.filter(item_id=version.item_id, state=State.SUPERSEDED, effective_to=last_day).first()


def what_is_missing(version: ItemVersion) -> list[str]:
    """What a version lacks before it can be reviewed or put in force, each in the user's words; empty if nothing."""
    missing = []
    if not version.bases.exists():
        missing.append("没有检查依据，凡是法律法规规章没有规定的，一律不得擅自开展检查")
    if not version.kinds.exists():
        missing.append("没有选定检查对象类别")
    if not version.content.strip():
        missing.append("没有填写检查内容")
    if not version.modes:
        missing.append("没有选定检查方式")
    if version.number > 1 and not version.reason.strip():
        missing.append("没有写明变更理由")
    return missing


def thing_of(item: Item) -> str:
    """The item's key in the trail."""
    return f"item:{item.pk}"


def subject_of(version: ItemVersion) -> str:
    """The version's name in the public log."""
    return f"item:{version.item.code}:{version.number}"


def as_json(data: ItemText) -> dict[str, Any]:
    """What an item says as JSON values, for the trail and for comparing two versions."""
    return {
        "name": data.name,
        "category": data.category,
        "kinds": sorted(kind.name for kind in data.kinds),
        "content": data.content,
        "modes": sorted(data.modes),
        "bases": [[basis.law, basis.article, basis.text] for basis in data.bases],
        "reason": data.reason,
    }


def columns_of_name(name: str) -> dict[str, str]:
    """The columns that follow from an item's name."""
    return {"name": name, "search_keys": search_keys(name).text[:500]}


def _columns(data: ItemText) -> dict[str, Any]:
    return {
        **columns_of_name(data.name.strip()),
        "category": ItemVersion.Category(data.category).value,
        "content": data.content,
        "modes": [ItemVersion.Mode(mode).value for mode in data.modes],
        "reason": data.reason,
    }


def _write_text(viewer: Viewer, version: ItemVersion, data: ItemText) -> None:
    """What has tables of its own: kinds, bases, and who wrote."""
    version.kinds.set(data.kinds)
    write_bases(version, data.bases)
    version.writers.add(viewer.user_id)


def _new_item(wanted: NewItem) -> Item:
    if not _CODE.fullmatch(wanted.code):
        raise Refused("事项编号由大写字母、数字和短横线组成，以字母开头，如 WY-04。")
    try:
        with transaction.atomic():
            return Item.objects.create(code=wanted.code, organisation=wanted.organisation)
    except IntegrityError:
        raise Refused(f"编号 {wanted.code} 已有事项使用，换一个。") from None


def _locked(version: ItemVersion) -> ItemVersion:
    """The version as it stands now, with its item locked: acts on one item come one after another."""
    Item.objects.select_for_update().get(pk=version.item_id)
    return ItemVersion.objects.select_related("item__organisation").get(pk=version.pk)


def _end_the_one_before(version: ItemVersion, effective_from: date) -> None:
    """Make room for `version` from `effective_from` on."""
    before = (
        ItemVersion.objects.filter(item_id=version.item_id, effective_from__isnull=False)
        .exclude(pk=version.pk)
        .order_by("-number")
        .first()
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


def _require_writer(viewer: Viewer, organisation: Organisation) -> None:
    if not policy.may_write(viewer, organisation):
        raise NotAllowed(f"{organisation.name}的事项由本科室（单位）的经办人或统筹科室起草。")


def _require_decider(viewer: Viewer, organisation: Organisation, act: str) -> None:
    if not policy.may_decide(viewer, organisation):
        raise NotAllowed(f"{act}由统筹科室办理。")


def _require_move(version: ItemVersion, to: str, act: str) -> None:
    if to not in ItemVersion.MOVES[version.state]:
        raise Refused(f"{_title(version)}现在是“{version.get_state_display()}”，不能{act}。刷新页面看最新情况。")


def _require_state(version: ItemVersion, state: str, act: str) -> None:
    if version.state != state:
        raise Refused(f"{_title(version)}现在是“{version.get_state_display()}”，不能{act}。刷新页面看最新情况。")


def _require_name(data: ItemText) -> None:
    if not data.name.strip():
        raise Refused("写明事项名称。")


def _title(version: ItemVersion) -> str:
    return f"事项 {version.item.code} {version.name}（第 {version.number} 版）"
