"""`sunlot log watch`, `export --from`, `witness` and `proof`: for anybody, without an installation.

Exit status: 0 everything is right; 1 something is wrong, with the evidence named; 2 wrong usage; 3 the log could not be
read just now.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sunlot.ledger.faults import LedgerError
from sunlot.ledger.keys import VerifierKey, parse_verifier_key
from sunlot.ledger.known import KnownLog
from sunlot.ledger.text import decode_base64
from sunlot.norms import clock

from . import mirroring, monitor, witness
from .following import Broken, read_key
from .sources import FolderSource, HttpSource, Missing, Source, Unreachable

RIGHT, WRONG, WRONG_USAGE, UNREACHABLE = 0, 1, 2, 3

_ANEW = "证据已保存，请转交监督单位。查清之后仍要看新的这一本，换一个 --state 文件重新开始；旧的状态文件和证据请留存。"


def source_named(text: str) -> Source:
    """An address or a folder as a log to read. Raises argparse.ArgumentTypeError."""
    if "://" not in text:
        return FolderSource(Path(text))
    try:
        return HttpSource(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def key_named(text: str) -> VerifierKey:
    """A verifier key on the command line. Raises argparse.ArgumentTypeError."""
    try:
        return parse_verifier_key(text)
    except LedgerError as error:
        raise argparse.ArgumentTypeError(f"malformed verifier key, expected name+keyid+base64: {error}") from None


def watch(argv: Sequence[str]) -> int:
    """Follow a log and its draws."""
    parser = _parser("watch", "Follow a log: every checkpoint must continue the last, every draw must keep the rules.")
    parser.add_argument(
        "log", type=source_named, metavar="URL", help="the log's address, https://host/log/, or a folder"
    )
    parser.add_argument("--state", required=True, type=Path, metavar="FILE", help="what was seen last is kept here")
    parser.add_argument("--vkey", type=key_named, metavar="VKEY", help="the log's key, known from elsewhere")
    parser.add_argument(
        "--witness", type=key_named, action="append", default=[], metavar="VKEY", help="a witness's key, to check by"
    )
    parser.add_argument("--once", action="store_true", help="look once, as from cron (the default)")
    parser.add_argument("--interval", type=float, metavar="S", help="go on looking, every S seconds, until a fault")
    parser.add_argument("--acknowledge", action="store_true", help="the faults in the state file have been seen")
    options = parser.parse_args(argv)
    if options.once and options.interval is not None:
        parser.error("--once and --interval exclude each other")
    if options.interval is not None and options.interval < 1:
        parser.error("--interval must be at least one second")
    while True:
        status = _attempt(options)
        if options.interval is None or options.acknowledge or status in (WRONG, WRONG_USAGE):
            return status
        time.sleep(options.interval)


def _attempt(options: argparse.Namespace) -> int:
    """One look, or one acknowledgement, from what the state file holds now; returns the exit status."""
    try:
        state = _state(options)
        return _acknowledge(options.state, state) if options.acknowledge else _look(options, state)
    except monitor.BadState as error:
        return _complain(str(error), WRONG_USAGE)
    except (Unreachable, Missing) as error:
        return _complain(f"现在读不到日志：{error}", UNREACHABLE)


def _state(options: argparse.Namespace) -> monitor.State:
    """The state kept so far; on first sight one for the key given, or for the key that the log names."""
    state = monitor.load(options.state)
    if state is not None:
        if options.vkey is not None and str(options.vkey) != state.vkey:
            raise monitor.BadState(f"{options.state} follows the log of {state.vkey}, not of {options.vkey}")
        return state
    if options.vkey is not None:
        return monitor.State(str(options.vkey))
    found = read_key(options.log)
    try:
        parse_verifier_key(found)
    except LedgerError as error:
        raise Unreachable(f"vkey: {error}") from error
    print(f"第一次看到这本日志，记下它自称的公钥，请与别处得到的核对：{found}")
    return monitor.State(found)


def _acknowledge(path: Path, state: monitor.State) -> int:
    for fault in state.open_faults:
        print(f"已知悉：{fault.words}")
        fault.acknowledged = True
    monitor.save(path, state)
    return RIGHT


def _look(options: argparse.Namespace, state: monitor.State) -> int:
    found = monitor.look(options.log, state, options.state, clock.now(), options.witness)
    for fault in state.open_faults:
        _complain(f"不符：{fault.words}（{fault.found_at} 发现）", WRONG)
        for name in fault.evidence:
            _complain(f"  证据 {name}", WRONG)
    for remark in found.remarks:
        print(f"说明：{remark}")
    if not found.followed:
        return _complain(
            f"结论：日志不是上次那一本的延续，或取不全，停在 {found.size} 条，没有再往下看。{_ANEW}", WRONG
        )
    if state.open_faults:
        return _complain("结论：有不符之处。证据已保存，请转交监督单位；查清之后用 --acknowledge 标为已知悉。", WRONG)
    cosigned = f"，见证：{'、'.join(found.cosigned)}" if found.cosigned else ""
    print(f"{clock.iso(clock.now())} 从 {found.old} 条到 {found.size} 条，全部相符{cosigned}", flush=True)
    return RIGHT


def export(argv: Sequence[str]) -> int:
    """Copy a log from elsewhere into a folder. `sunlot log export` without `--from` is the installation's own."""
    parser = _parser("export", "Copy a log into a folder that any web server can serve; run again it adds what is new.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    said = "copy the log at this address; without it, that of this installation"
    parser.add_argument("--from", dest="source", type=source_named, metavar="URL", help=said)
    parser.add_argument("--vkey", type=key_named, metavar="VKEY", help="the log's key, known from elsewhere")
    options = parser.parse_args(argv)
    if options.source is None:
        parser.error("--vkey belongs to --from: this installation knows its own key")
    try:
        key = options.vkey or parse_verifier_key(read_key(options.source))
    except (LedgerError, Missing, Unreachable) as error:
        return _complain(f"现在读不到日志：{error}", UNREACHABLE)
    return mirror(options.source, key, options.folder)


def mirror(source: Source, key: VerifierKey, folder: Path) -> int:
    """Bring a mirror up to its log and say what was done; returns the exit status."""
    try:
        done = mirroring.mirror(source, key, folder)
    except Broken as broken:
        return _complain(f"不符，没有导出：{broken}", WRONG)
    except (Unreachable, Missing) as error:
        return _complain(f"现在读不到日志：{error}", UNREACHABLE)
    except (ValueError, OSError) as error:
        return _complain(str(error), WRONG)
    missing = f"，还缺 {done.missing} 份抽取公告（没有公开，或读不到）" if done.missing else ""
    print(f"{folder}：从 {done.old} 条到 {done.size} 条，写了 {done.files} 个文件{missing}")
    return RIGHT


def witness_service(argv: Sequence[str]) -> int:
    """Make a witness's key, or serve as a witness."""
    parser = _parser(
        "witness", "Cosign the checkpoints of logs, each only if it continues the last (C2SP tlog-witness)."
    )
    parser.add_argument("--key", required=True, type=Path, metavar="FILE", help="the witness's own key")
    parser.add_argument(
        "--make-key", metavar="NAME", help="make the key under this name, print its verifier key, and end"
    )
    parser.add_argument("--listen", metavar="HOST:PORT", default="127.0.0.1:8010")
    parser.add_argument("--state", type=Path, metavar="FILE", help="what was cosigned last is kept here")
    parser.add_argument("--log", type=key_named, action="append", metavar="VKEY", help="a log to cosign; once for each")
    options = parser.parse_args(argv)
    try:
        if options.make_key is not None:
            print(witness.make_key(options.make_key, options.key).verifier)
            return RIGHT
        host, _, port = options.listen.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            parser.error(f"--listen: expected host:port, found {options.listen!r}")
        if options.state is None or not options.log:
            parser.error("a witness needs --state and at least one --log")
        witness.check_state(options.state)
        served = witness.Witness(witness.read_key(options.key), options.log, options.state)
        server = witness.WitnessServer((host.strip("[]"), int(port)), served)
    except (LedgerError, OSError, witness.BadState) as error:
        return _complain(str(error), WRONG)
    print(f"见证 {served.key.verifier}，地址 http://{host}:{server.server_address[1]}/", flush=True)
    with server:
        server.serve_forever()
    return RIGHT


def proof(argv: Sequence[str]) -> int:
    """Check a proof that was downloaded from a log's page."""
    parser = _parser("proof", "Check the proof of one entry, as a log's page gives it.")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--vkey", required=True, type=key_named, metavar="VKEY", help="the log's key, known from elsewhere"
    )
    options = parser.parse_args(argv)
    try:
        value = json.loads(options.file.read_bytes())
        index, entry, hashes = (
            value["index"],
            str(value["entry"]),
            [decode_base64(one, "证明", "") for one in value["proof"]],
        )
        if not isinstance(index, int) or isinstance(index, bool):
            raise TypeError(f"index {index!r}")
        tree = KnownLog(options.vkey).open(str(value["checkpoint"]))
        tree.check_inclusion(index, entry.encode(), hashes)
    except OSError as error:
        return _complain(str(error), WRONG_USAGE)
    except LedgerError as error:
        return _complain(f"不符：{error}", WRONG)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return _complain(f"不是日志的证明文件：{error}", WRONG)
    print(f"相符：这一条是日志 {options.vkey.name} 的第 {index} 条，由 {tree.size} 条的检查点所管\n{entry}")
    return RIGHT


def _parser(name: str, about: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"sunlot log {name}", description=about, allow_abbrev=False)


def _complain(line: str, status: int) -> int:
    print(line, file=sys.stderr, flush=True)
    return status
