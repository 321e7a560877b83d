"""`sunlot import`: the page's import without the page (docs/architecture.md, Running it).

By default only the preview, and nothing is stored. Exit 0, or 1 if the file is refused or `--apply` met faults; the good
rows are taken all the same.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sunlot.desk.models import Job
from sunlot.desk.running import do_here
from sunlot.organisations.models import Membership
from sunlot.organisations.viewer import NotAllowed, Refused, Viewer

from . import imports
from .imports.preview import Preview
from .imports.rows import Finding, Verdict
from .imports.steps import require_importer
from .models import Import

_MOST_LINES = 50


def run(argv: list[str]) -> int:
    """Run `sunlot import` with these arguments; django.setup() has been called. Returns the exit code."""
    options = _parser().parse_args(argv)
    try:
        report, words, code = _import(options)
    except Refused as refusal:
        report, words, code = _report(None, {}, str(refusal)), [], 1
        if not options.json:
            sys.stderr.write(f"{refusal}\n")
    if options.json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    elif words:
        sys.stdout.write("\n".join(words) + "\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sunlot import", description="Bring a roster from Excel or CSV into the registry."
    )
    parser.add_argument("target", choices=list(Import.Target.values), help="what the roster lists")
    parser.add_argument("file", metavar="FILE", help="xlsx, xls, ods or csv")
    parser.add_argument("--user", required=True, metavar="NAME", help="the account that imports, in its role as clerk")
    parser.add_argument("--sheet", metavar="S", help="the sheet to read; by default the first with a head")
    parser.add_argument("--apply", action="store_true", help="take the good rows; without it, only look")
    parser.add_argument("--accept-warnings", action="store_true", help="take rows with warnings too")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    return parser


def _import(options: argparse.Namespace) -> tuple[dict[str, Any], list[str], int]:
    """The report, the same in words, and the exit code."""
    viewer = _viewer(options.user, options.target)
    path = Path(options.file)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"读不到文件 {path}：{error.strerror}。") from error
    found = imports.look(viewer, options.target, path.name, content, options.sheet)
    accepted = bool(options.accept_warnings)
    done: imports.Applied | None = None
    if options.apply and found.good(accepted):
        roster = imports.upload(viewer, options.target, path.name, content, options.sheet)
        _wait(roster)
        done = imports.apply(viewer, roster, accept_warnings=accepted)
        if done.going_on:
            _wait(roster)
            done = imports.Applied.of(Import.objects.get(pk=roster.pk))
    counts = found.counts(accepted)
    if done is not None:
        counts |= {"new": done.new, "changed": done.changed, "same": done.same}
    elif options.apply:
        counts |= {"new": 0, "changed": 0, "same": 0}
    faulty = bool(found.missing) or counts["faulty"] > 0
    return _report(found, counts, None), _words(found, counts, done), 1 if options.apply and faulty else 0


def _wait(roster: Import) -> None:
    """Do the import's long job here, or watch the worker that has taken it up. Raises Refused where it ended early."""
    job = imports.job_of_import(roster)
    if job is None:
        return
    ended = do_here(job, lambda now: sys.stderr.write(f"{now.title}：{now.done} / {now.total} {now.unit}\n"))
    roster.refresh_from_db()
    if ended.state != Job.State.DONE:
        raise Refused(f"{ended.title}{ended.get_state_display()}：{ended.words}")


def _viewer(username: str, target: str) -> Viewer:
    """The person in the first of its roles that may import. Raises Refused where there is none."""
    held = list(
        Membership.objects.held()
        .filter(user__username=username, user__is_active=True, organisation__is_active=True)
        .select_related("user", "organisation__parent", "organisation__region")
        .order_by("pk")
    )
    if not held:
        raise Refused(f"没有用户“{username}”，或其账号没有角色。")
    for membership in held:
        viewer = Viewer(membership, address="")
        try:
            require_importer(viewer, target)
        except NotAllowed:
            continue
        return viewer
    raise Refused(
        f"“{username}”不能导入名单。检查对象及其信用标记、许可证由经办人或统筹科室导入，执法检查人员和专家由所在单位的经办人导入，"
        "事项由起草人导入。"
    )


def _report(found: Preview | None, counts: dict[str, int], refused: str | None) -> dict[str, Any]:
    """The JSON of the command, as docs/architecture.md gives it."""
    findings = found.findings if found else []
    faults = [_listed(one) for one in findings if one.verdict == Verdict.FAULT]
    if found and found.missing:
        faults = [
            {"row": None, "column": label, "message": f"文件中没有找到“{label}”这一列。"} for label in found.missing
        ]
    return {
        "refused": refused,
        "rows": counts.get("rows", 0),
        "new": counts.get("new", 0),
        "changed": counts.get("changed", 0),
        "same": counts.get("same", 0),
        "warnings": [_listed(one) for one in findings if one.verdict == Verdict.WARNING],
        "faults": faults,
    }


def _listed(finding: Finding) -> dict[str, Any]:
    return {"row": finding.row, "column": finding.column, "message": _message(finding)}


def _message(finding: Finding) -> str:
    return f"{finding.what}。{finding.mend}" if finding.mend else f"{finding.what}。"


def _words(found: Preview, counts: dict[str, int], done: "imports.Applied | None") -> list[str]:
    """The outcome for a person at a terminal: the faults first, then what was or would be done."""
    lines = [f"没有找到“{label}”这一列，不能导入。" for label in found.missing]
    shown = [one for one in found.findings if one.verdict != Verdict.MENDED]
    for one in shown[:_MOST_LINES]:
        lines.append(f"第 {one.row} 行 {one.column}“{one.value}”：{_message(one)}（{Verdict(one.verdict).label}）")
    mended = counts["mended"]
    if len(shown) > _MOST_LINES:
        lines.append(f"另有 {len(shown) - _MOST_LINES} 处，用 --json 列出全部。")
    if mended:
        lines.append(f"已自动整理 {mended} 处（全角字符、空格、日期写法等），不影响内容。")
    if done is not None:
        return [*lines, f"已导入：{done.words}。"]
    lines.append(
        f"共 {counts['rows']} 行：新增 {counts['new']}，有变化 {counts['changed']}，无变化 {counts['same']}，"
        f"待确认 {counts['confirm']}，有错误 {counts['faulty']}。没有写入名录库，加 --apply 导入。"
    )
    return lines
