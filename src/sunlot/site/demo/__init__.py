"""The demonstration city: made by the same actions that people use, everything invented marked 演示."""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from sunlot.norms import clock
from sunlot.organisations.models import User
from sunlot.organisations.passwords import Hashed
from sunlot.organisations.viewer import SYSTEM, Refused
from sunlot.registry import examples
from sunlot.trail.actions import record
from sunlot.trail.models import EventDetail

from . import (
    archive,
    caps,
    guides,
    handing,
    inspections,
    notices,
    people,
    reconciling,
    rosters,
    service,
    special,
    story,
)
from .events import DEMO_FILLED

Say = Callable[[str], None]
THING = "installation:demo"


def fill(say: Say) -> None:
    """Fill an empty installation; one that holds the demonstration is left as it is.

    All or nothing: the city is made in one transaction, so a run that is killed leaves an empty installation. Raises
    Refused for an installation that holds other data.
    """
    if is_filled():
        say("演示城市已在，数据保持不变。")
    elif User.objects.exists():
        raise Refused("这个安装已有其他数据，不能装入演示城市。用 SUNLOT_DATA 另指一个空目录。")
    else:
        password = f"yanshi-{secrets.token_hex(4)}"
        say("正在装入演示城市（机构、名录库、四次抽取和检查），约需半分钟 …")
        with transaction.atomic():
            cast = _build(password, say)
            record(SYSTEM, DEMO_FILLED, THING, "装入演示城市")
            _keep_accounts(password, cast)
    examples.write(Path(settings.DATA) / "examples")
    _print_accounts(say)


def is_filled() -> bool:
    """Whether this installation is the demonstration city."""
    return EventDetail.objects.filter(thing=THING, type=DEMO_FILLED.name).exists()


def accounts() -> list[dict[str, str]]:
    """The people of the demonstration: `username`, `password`, `role`, `organisation`, by role.

    Raises Refused where there is none.
    """
    path = _accounts_path()
    if not is_filled() or not path.exists():
        raise Refused("这个安装没有演示账号。先运行 sunlot demo。")
    found: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _build(password: str, say: Say) -> people.Cast:
    """The whole city, from months ago until now; the clock only moves forward and ends now."""
    end = clock.now()
    hashed = Hashed.of(password)
    with clock.moved_to(story.beginning(end)):
        cast = people.make(hashed)
        rosters.make(cast)
        say(f"名录库：{rosters.count_objects()} 个对象，{rosters.count_inspectors()} 名检查人员")
        cast.add_inspectors(hashed)
        guides.make(cast)
        caps.put_in_force(cast)
        story.tell(cast, end, say)
        archive.begin(cast)
        service.make(cast)
        reconciling.make(cast)
        special.make(cast)
        handing.make(cast)
        notices.make(cast)
        guides.prepare_changes(cast)
        cast.inspector = inspections.with_a_form_to_fill(people.SHOWN_UNIT)
    return cast


def _accounts_path() -> Path:
    return Path(settings.DATA) / "demo-accounts.json"


def _keep_accounts(password: str, cast: people.Cast) -> None:
    """The passwords of the demonstration, readable by the owner of the installation alone."""
    listed: list[dict[str, Any]] = [
        {"username": one.username, "password": password, "role": one.role.value, "organisation": one.organisation}
        for one in cast.listed()
    ]
    path = _accounts_path()
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(listed, out, ensure_ascii=False, indent=1)


def _print_accounts(say: Say) -> None:
    """The main accounts as a table, and how to get the others."""
    listed = accounts()
    say("")
    say(f"演示账号，口令都是 {listed[0]['password']}")
    for one in listed[: len(people.SHOWN) + 1]:
        username = one["username"]
        say(f"  {username:<18}{people.SHOWN.get(username, people.SHOWN_INSPECTOR)}")
    say("  其余账号（各区、各部门、检查人员）：sunlot demo --accounts")
    say("")
