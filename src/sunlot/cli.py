"""The `sunlot` command: a table of commands, each with a handler that imports what it needs when it is called.

The draw's commands need no Django and start at once; those of the installation are `sunlot.site.commands`.
Exit status of the draw's commands: 0 done or verified, 1 refused or a step failed, 2 wrong usage or a file that cannot
be opened, 3 reproduced but not proven by a log.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from sunlot.lottery import Report, Rosters
    from sunlot.norms.canonical import Json

DONE, REFUSED, WRONG_USAGE, NOT_PROVEN = 0, 1, 2, 3
INTERRUPTED = 130

_STEP_TITLES = {
    "files": "文件", "notice": "公告", "commitments": "承诺与揭示", "beacon": "信标", "seed": "种子",
    "objects": "抽中与候补对象", "teams": "检查组", "assignment": "对象分派", "result": "结果文件",
    "log": "日志", "order": "先后次序",
}  # fmt: skip
_OUTCOMES = {"passed": "通过", "failed": "不符", "skipped": "略过"}


def _draw(argv: Sequence[str]) -> int:
    parser = _parser("draw", "Carry out a draw and write its bundle.")
    parser.add_argument("--notice", required=True, type=Path, help="notice.json")
    _add_rosters(parser)
    parser.add_argument("--reveals", required=True, type=Path, help="JSON list of {contributor, nonce}")
    parser.add_argument("--beacon", metavar="VALUE", help="value of the beacon, when the notice asks for one")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="new folder for the bundle")
    options = parser.parse_args(argv)

    from sunlot.lottery import check_target, draw, result_digest, write_folder

    notice = _read_json(options.notice)
    reveals = _read_json(options.reveals)
    rosters = _rosters(options)
    if not isinstance(notice, dict):
        _refuse_shape(options.notice, "对象", notice)
    if not isinstance(reveals, list):
        _refuse_shape(options.reveals, "数组", reveals)
    check_target(options.out)
    result = draw(notice, rosters, reveals, options.beacon)  # type: ignore[arg-type]  # draw() checks each reveal
    write_folder(options.out, notice, rosters, result)
    _say(f"种子 {result['seed']}")
    _say(f"结果摘要 {result_digest(result, str(notice['hash']))}")  # type: ignore[arg-type]  # a result is JSON
    _say(f"材料包 {options.out}")
    return DONE


def _verify(argv: Sequence[str]) -> int:
    from sunlot.lottery import MAX_SIZE, verify

    parser = _parser("verify", "Verify a bundle: run its draw again and compare.")
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="folder or zip")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--log-key", metavar="VKEY", help="verifier key of the transparency log")
    parser.add_argument(
        "--max-size", metavar="BYTES", type=_whole_number, default=MAX_SIZE, help="of the unpacked bundle"
    )
    options = parser.parse_args(argv)
    reader = None
    if options.log_key is not None:
        from sunlot.ledger.faults import LedgerError
        from sunlot.ledger.known import KnownLog

        try:
            reader = KnownLog.by_key(options.log_key)
        except LedgerError as error:
            parser.error(f"--log-key: malformed verifier key, expected name+keyid+base64: {error}")
    report = verify(options.bundle, options.max_size, reader)
    for step in report.steps:
        for fault in step.faults:
            _complain(f"{step.step} {fault}")
    if options.json:
        import json

        _say(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _tell(report)
    if report.verified:
        return DONE
    return REFUSED if report.failed else NOT_PROVEN


def _tell(report: "Report") -> None:
    for step in report.steps:
        _say(f"{step.step:<12} {_OUTCOMES[step.outcome]}  {_STEP_TITLES[step.step]}")
    for remark in report.remarks:
        _say(f"说明：{remark}")
    if report.verified:
        _say("结论：验证通过。按公告、名录和各方揭示的数重新抽取，结果完全一致，且日志证明名录在先。")
    elif report.reproduced and report.failed:
        _say("结论：验证不通过。结果可以重现，但日志与材料包不符。")
    elif report.reproduced:
        _say("结论：结果可以重现，但没有核对日志，不能证明名录在先。")
    else:
        _say("结论：验证不通过。")


def _nonce(argv: Sequence[str]) -> int:
    parser = _parser("nonce", "Make a new secret number and its commitment.")
    parser.add_argument("--draw", required=True, metavar="ID", type=_identifier)
    parser.add_argument("--attempt", required=True, metavar="N", type=_attempt)
    parser.add_argument("--contributor", required=True, metavar="ID", type=_identifier)
    parser.add_argument("--hash", choices=("sha256", "sm3"), default="sha256")
    options = parser.parse_args(argv)

    import secrets

    from sunlot.lottery.seeding import commitment

    nonce = secrets.token_hex(32)
    _say(f"nonce {nonce}")
    _say(f"commitment {commitment(options.draw, options.attempt, options.contributor, nonce, options.hash)}")
    return DONE


def _notice(argv: Sequence[str]) -> int:
    parser = _parser("notice", "Fill digests and counts into a notice and check it.")
    parser.add_argument("--template", required=True, type=Path, help="notice.json without digests and counts")
    _add_rosters(parser)
    parser.add_argument("--out", required=True, type=Path, help="the finished notice.json")
    options = parser.parse_args(argv)

    from sunlot.lottery import build_notice, notice_digest, write_file_whole
    from sunlot.norms import canonical

    inputs = (options.template, *options.objects, *options.inspectors, *options.avoid)
    template = _read_json(options.template)
    if not isinstance(template, dict):
        _refuse_shape(options.template, "对象", template)
    if any(_is_same_file(options.out, path) for path in inputs):
        parser.error("--out must not be one of the input files")
    notice = build_notice(template, _rosters(options))
    write_file_whole(options.out, canonical.dumps(notice))  # type: ignore[arg-type]  # a notice is JSON
    _say(f"公告摘要 {notice_digest(notice)}")  # type: ignore[arg-type]  # a notice is JSON
    return DONE


def _installation(name: str) -> Callable[[Sequence[str]], int]:
    """The handler of a command that needs Django."""

    def handler(argv: Sequence[str]) -> int:
        from sunlot.site import commands

        return commands.run(name, list(argv))

    return handler


def _log(argv: Sequence[str]) -> int:
    """Those who watch a log from outside need no installation."""
    from sunlot.watching import commands

    outside: dict[str, _Handler] = {
        "watch": commands.watch,
        "witness": commands.witness_service,
        "proof": commands.proof,
    }
    name = argv[0] if argv else ""
    if name in outside:
        return outside[name](argv[1:])
    if name == "export" and any(one.split("=")[0] in ("--from", "--vkey", "--help", "-h") for one in argv):
        return commands.export(argv[1:])
    if name in ("", "-h", "--help"):
        _say("usage: sunlot log verify|watch|export|witness|proof|continue|key …\n\nEach tells more with --help.")
        return DONE
    return _installation("log")(argv)


def _archive(argv: Sequence[str]) -> int:
    """Whoever holds a filed inspection checks it without an installation."""
    from sunlot.filed import command

    return command.run(argv)


_Handler = Callable[[Sequence[str]], int]

COMMANDS: dict[str, tuple[str, _Handler]] = {
    "draw": ("carry out a draw and write its bundle", _draw),
    "verify": ("verify a bundle", _verify),
    "nonce": ("make a secret number and its commitment", _nonce),
    "notice": ("fill in and check a notice", _notice),
    "init": ("make the first administrators of an empty installation", _installation("init")),
    "demo": ("fill an empty installation with the demonstration city", _installation("demo")),
    "serve": ("serve the site, with the background worker", _installation("serve")),
    "worker": ("run the background worker alone", _installation("worker")),
    "import": ("import objects or inspectors from a spreadsheet", _installation("import")),
    "log": ("the transparency log: verify, watch, export, witness, proof, continue, key", _log),
    "archive": ("verify a filed inspection, years later and without the server", _archive),
    "check": ("say what is wrong with the settings", _installation("check")),
    "manage": ("Django's own commands", _installation("manage")),
}
"""Every command: what it does in a line, and its handler (arguments to exit status)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; never a traceback for what a user or a file can cause."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # replaced by a test
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # see above
    try:
        status = _dispatch(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away. Nothing more can be said there, and Python must not try once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        _help()
        return DONE
    if arguments[0] == "--version":
        from sunlot import __version__

        _say(f"sunlot {__version__}")
        return DONE
    command = COMMANDS.get(arguments[0])
    if command is None:
        _complain(f"sunlot: unknown command {arguments[0]!a}; see sunlot --help")
        return WRONG_USAGE
    if arguments[0] not in _DRAW_COMMANDS:
        return command[1](arguments[1:])
    return _guarded(command[1], arguments[1:])


_DRAW_COMMANDS = ("draw", "verify", "nonce", "notice", "archive")


def _guarded(handler: _Handler, argv: Sequence[str]) -> int:
    """Run a handler of the draw; faults become lines of standard error."""
    from sunlot.lottery.errors import CannotOpen, Refused

    try:
        return handler(argv)
    except Refused as refusal:
        for fault in refusal.faults:
            _complain(str(fault))
        return REFUSED
    except CannotOpen as error:
        _complain(str(error))
        return WRONG_USAGE
    except SystemExit as leaving:  # argparse has said what is wrong
        return leaving.code if isinstance(leaving.code, int) else WRONG_USAGE


def _help() -> None:
    _say("usage: sunlot COMMAND …\n\nSunlot 阳光摇号: inspections by lot that anybody can verify.\n\ncommands:")
    for name, (summary, _) in COMMANDS.items():
        _say(f"  {name:<8} {summary}")
    _say("\nsunlot COMMAND --help tells more about one.")


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"sunlot {name}", description=description, allow_abbrev=False)


def _add_rosters(parser: argparse.ArgumentParser) -> None:
    for name in ("objects", "inspectors", "avoid"):
        parser.add_argument(
            f"--{name}", required=True, type=Path, action="append", metavar="CSV", help="once for each part, in order"
        )


def _rosters(options: argparse.Namespace) -> "Rosters":
    from sunlot.lottery import Rosters
    from sunlot.lottery.sources import open_regular

    rosters = Rosters(tuple(options.objects), tuple(options.inspectors), tuple(options.avoid))
    for path in (*options.objects, *options.inspectors, *options.avoid):
        open_regular(path).close()  # a file that is not there is told before anything else
    return rosters


def _read_json(path: Path) -> "Json":
    from sunlot.lottery import MAX_JSON, Fault, Refused
    from sunlot.lottery.sources import file_pieces
    from sunlot.norms import canonical

    data = bytearray()
    for piece in file_pieces(path):
        data += piece
        if len(data) > MAX_JSON:
            raise Refused([Fault(str(path), "", f"至多 {MAX_JSON} 字节", "更长")])
    try:
        return canonical.loads(bytes(data))
    except canonical.CanonicalError as error:
        raise Refused([Fault(str(path), error.place, error.expected, error.found)]) from None


def _refuse_shape(path: Path, expected: str, found: object) -> NoReturn:
    from sunlot.lottery import Fault, Refused
    from sunlot.lottery.errors import show

    raise Refused([Fault(str(path), "", expected, show(found))])


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _identifier(text: str) -> str:
    from sunlot.lottery.text import is_identifier

    if not is_identifier(text):
        raise argparse.ArgumentTypeError("expected letters, digits and . _ - (64 at most, a letter or digit first)")
    return text


def _attempt(text: str) -> int:
    number = _whole_number(text)
    if number < 1 or text.startswith("0"):
        raise argparse.ArgumentTypeError("expected a whole number from 1 on")
    return number


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) < 2**53):
        raise argparse.ArgumentTypeError("expected a whole number below 2^53")
    return int(text)


def _say(line: str) -> None:
    print(line)


def _complain(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
