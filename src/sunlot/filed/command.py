"""`sunlot archive verify FILE`: check a filed inspection, years later and without the server.

Exit status: 0 everything is right and stands in the log of the key given; 1 something is wrong, with each file named;
2 wrong usage or a file that can't be opened; 3 nothing is wrong, but without `--log-key` it is not proven.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from sunlot.filed.verification import Report, verify
from sunlot.ledger.faults import LedgerError
from sunlot.ledger.known import KnownLog
from sunlot.lottery import MAX_SIZE, CannotOpen

PROVEN, WRONG, WRONG_USAGE, NOT_PROVEN = 0, 1, 2, 3

_TITLES = {
    "zip": "压缩包", "manifest": "清单", "files": "各文件", "records": "检查记录和签名", "draw": "抽取", "trail": "留痕明细",
    "log": "日志证明", "filing": "归档登记",
}  # fmt: skip
_OUTCOMES = {"passed": "通过", "failed": "不符", "skipped": "略过"}


def run(argv: Sequence[str]) -> int:
    """Run a command of `sunlot archive`; returns the exit status."""
    name = argv[0] if argv else ""
    if name == "verify":
        return _verify(argv[1:])
    if name in ("", "-h", "--help"):
        print("usage: sunlot archive verify FILE …\n\nTells more with --help.")
        return PROVEN
    return _complain("sunlot archive: verify", WRONG_USAGE)


def _verify(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="sunlot archive verify", description="Check a filed inspection without the server.", allow_abbrev=False
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the zip")
    parser.add_argument("--log-key", metavar="VKEY", help="verifier key of the transparency log, known from elsewhere")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--max-size", metavar="BYTES", type=int, default=MAX_SIZE, help="of the unpacked zip")
    options = parser.parse_args(argv)
    key = None
    if options.log_key is not None:
        try:
            key = KnownLog.by_key(options.log_key)
        except LedgerError as error:
            parser.error(f"--log-key: malformed verifier key, expected name+keyid+base64: {error}")
    try:
        report = verify(options.file, key, options.max_size)
    except CannotOpen as error:
        return _complain(str(error), WRONG_USAGE)
    for step in report.steps:
        for fault in step.faults:
            _complain(f"{step.step} {fault}", WRONG)
    if options.json:
        print(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _tell(report)
    if report.proven:
        return PROVEN
    return NOT_PROVEN if report.sound else WRONG


def _tell(report: Report) -> None:
    if report.manifest is not None:
        print(f"{report.manifest.object_name}　{report.manifest.task}　检查表 {report.manifest.number}")
    for step in report.steps:
        print(f"{step.step:<10} {_OUTCOMES[step.outcome]}  {_TITLES[step.step]}")
    for remark in report.remarks:
        print(f"说明：{remark}")
    if report.proven:
        print("结论：验证通过。各文件与归档时一致，归档清单、检查记录和公示结果都在日志里。")
    elif report.sound:
        print("结论：归档包前后一致，但没有用别处得到的日志公钥核对，不能证明它就是当时归档的那一份。")
    else:
        print("结论：验证不通过，不符之处见上。")


def _complain(line: str, status: int) -> int:
    print(line, file=sys.stderr)
    return status
