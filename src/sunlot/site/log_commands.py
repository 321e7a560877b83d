"""`sunlot log verify`, `export`, `continue` and `key`: the log of this installation, from its database.

Exit status as of the other commands of `sunlot log` (`sunlot.watching.commands`).
"""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sunlot.ledger.keys import parse_verifier_key
from sunlot.organisations.models import Membership
from sunlot.organisations.roles import Role
from sunlot.organisations.viewer import SYSTEM, Viewer
from sunlot.portal.draws import public_notice
from sunlot.trail.events import Actor
from sunlot.trail.log import continuing, keyring, reading
from sunlot.trail.log.published import PublishedFiles
from sunlot.trail.log.verifying import verify_log
from sunlot.watching import commands as watching
from sunlot.watching.sources import Missing

RIGHT, WRONG, WRONG_USAGE = watching.RIGHT, watching.WRONG, watching.WRONG_USAGE


def _verify(argv: Sequence[str]) -> int:
    parser = _parser("verify", "Read the whole log again from the database and name the first difference.")
    parser.add_argument("--vkey", type=watching.key_named, metavar="VKEY", help="the log's key, known from elsewhere")
    options = parser.parse_args(argv)
    report = verify_log(str(options.vkey) if options.vkey else None)
    for fault in report.faults:
        print(f"不符：{fault}", file=sys.stderr)
    stopped = reading.state()
    if stopped is not None and stopped.stopped_at is not None:
        print(f"说明：日志已停止入链：{stopped.stopped_why}")
    read = (
        f"读了 {report.size} 条、{report.details} 份明细、{report.checkpoints} 个检查点，{reading.waiting()} 条等待入链"
    )
    print(f"{read}。{'全部相符。' if report.is_sound else f'有 {report.count} 处不符，先看第一处。'}")
    return RIGHT if report.is_sound else WRONG


def _export(argv: Sequence[str]) -> int:
    parser = _parser("export", "Write the log of this installation into a folder; run again it adds what is new.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args(argv).folder
    key = reading.verifier_key()
    if key is None:
        return _refuse("还没有检查点，没有可导出的日志。")
    return watching.mirror(_Site(), parse_verifier_key(key), folder)


class _Site(PublishedFiles):
    """The published log with the notice files beside it, as `watching.notices` looks for them."""

    def read(self, path: str, most: int) -> bytes:
        if asked := re.fullmatch(r"\.\./draws/([^/]+)/([0-9]+)/notice\.json", path):
            notice = public_notice(asked[1], int(asked[2]))
            if notice is None or len(notice) > most:
                raise Missing(path)
            return notice
        return super().read(path, most)


def _continue(argv: Sequence[str]) -> int:
    parser = _parser("continue", "Let a stopped log go on; the reason becomes an entry of it (docs/operations.md).")
    parser.add_argument(
        "--reason",
        required=True,
        metavar="TEXT",
        help="what happened and what was done; it may become public for ever, so no names",
    )
    parser.add_argument(
        "--user", metavar="NAME", help="the system administrator who decides; by default the installation"
    )
    options = parser.parse_args(argv)
    actor: Actor | None = _administrator(options.user) if options.user else SYSTEM
    if actor is None:
        return _refuse(f"“{options.user}”不是在任的系统管理员。")
    try:
        event = continuing.continue_log(actor, options.reason)
    except continuing.NothingToContinue:
        return _refuse("日志没有停止。")
    except keyring.KeyMissing as missing:
        return _refuse(f"{missing}（应在 {keyring.folder()}）。")
    except ValueError as error:
        return _refuse(str(error))
    print(f"日志已恢复，理由已写入：{event.entry}")
    if reading.waiting():
        print(f"还有 {reading.waiting()} 条等待入链。")
    return RIGHT


def _key(argv: Sequence[str]) -> int:
    _parser("key", "Print the log's verifier key.").parse_args(argv)
    key = reading.verifier_key()
    if key is None:
        return _refuse("还没有公钥：第一次入链时生成。")
    print(key)
    return RIGHT


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "verify": _verify,
    "export": _export,
    "continue": _continue,
    "key": _key,
}


def run(argv: Sequence[str]) -> int:
    """Run a command of `sunlot log` that needs the installation; returns the exit status."""
    command = COMMANDS.get(argv[0]) if argv else None
    if command is None:
        return _refuse("sunlot log: verify, watch, export, witness, proof, continue or key", WRONG_USAGE)
    return command(argv[1:])


def _administrator(username: str) -> Viewer | None:
    membership = (
        Membership.objects.filter(
            user__username=username,
            user__is_active=True,
            role=Role.SYSTEM_ADMINISTRATOR,
            ended_at__isnull=True,
            organisation__is_active=True,
        )
        .select_related("user", "organisation__parent", "organisation__region")
        .first()
    )
    return Viewer(membership, "") if membership else None


def _parser(name: str, about: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"sunlot log {name}", description=about, allow_abbrev=False)


def _refuse(message: str, status: int = WRONG) -> int:
    print(message, file=sys.stderr)
    return status
