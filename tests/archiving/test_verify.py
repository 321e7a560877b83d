"""`sunlot archive verify`: a file years later, without the server; and every way in which one can be spoilt."""

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sunlot.cli import main
from sunlot.filed import verify
from sunlot.ledger.known import KnownLog
from sunlot.trail.log import reading

from ..inspecting.fieldwork import Fieldwork
from .filing import entries, filed, packed, repacked

pytestmark = pytest.mark.django_db(transaction=True)


def changed(content: bytes, old: bytes, new: bytes) -> bytes:
    assert old in content
    return content.replace(old, new, 1)


def test_a_file_is_proven_by_the_logs_key_and_every_spoilt_one_names_what_is_spoilt(
    sent: Fieldwork, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = filed(sent)
    whole, vkey = packed(case), str(reading.verifier_key())
    path = tmp_path / "file.zip"
    path.write_bytes(whole)
    assert main(["archive", "verify", str(path), "--log-key", vkey]) == 0
    said = capsys.readouterr()
    assert said.err == "" and "验证通过" in said.out and case.form.object.name in said.out
    assert main(["archive", "verify", str(path)]) == 3
    assert "不能证明" in capsys.readouterr().out
    key = KnownLog.by_key(vkey)
    assert packed(case) == whole, "the same bytes each time"

    files = entries(whole)
    photo = next(name for name in files if name.startswith("evidence-"))
    record = next(name for name in files if name.startswith("record-zjj-wuye"))
    result = next(name for name in files if name.startswith("result-"))
    signature = next(name for name in files if name.startswith("signature-"))
    manifest = json.loads(files["manifest.json"])

    def canonical(value: object) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()

    def forged(**members: object) -> bytes:
        return canonical({**manifest, **members})

    without = lambda name: {one: content for one, content in files.items() if one != name}  # noqa: E731
    spoilt: list[tuple[str, dict[str, bytes], str, str]] = [
        *(
            (f"changed {name}", {**files, name: content[:-1] + bytes([content[-1] ^ 1])}, "files", name)
            for name, content in files.items()
            if name not in ("manifest.json", "log.json")
        ),
        *((f"without {name}", without(name), "files", name) for name in (photo, record, result, signature, "draw.zip")),
        ("a longer photo", {**files, photo: files[photo] + b"!"}, "files", photo),
        ("something besides", {**files, "extra.txt": b"x"}, "files", "extra.txt"),
        ("no manifest", without("manifest.json"), "manifest", "manifest.json"),
        ("no form of a manifest", {**files, "manifest.json": b"{}"}, "manifest", "format"),
        ("a spaced manifest", {**files, "manifest.json": b" " + files["manifest.json"]}, "manifest", "manifest.json"),
        (
            "another manifest",
            {**files, "manifest.json": forged(filed_at="2026-09-01T00:00:00+08:00")},
            "filing",
            "manifest.json",
        ),
        ("another edition", {**files, "manifest.json": forged(edition=2)}, "filing", "filing.subject"),
        (
            "a path in the manifest",
            {**files, "manifest.json": forged(files=[{**manifest["files"][0], "name": "../case.pdf"}])},
            "manifest",
            "files[0].name",
        ),
        (
            "a record of another department",
            {**files, "manifest.json": forged(parts=[{**manifest["parts"][0], "organisation": "nobody"}])},
            "records",
            "organisation.code",
        ),
        (
            "evidence taken out of both",
            {
                **without(photo),
                "manifest.json": forged(files=[one for one in manifest["files"] if one["name"] != photo]),
            },
            "records",
            "evidence[0]",
        ),
        (
            "no proof",
            {**files, "log.json": changed(files["log.json"], b'"proof":["', b'"proof":["A')},
            "log",
            "entries[0]",
        ),
        (
            "another checkpoint",
            {**files, "log.json": changed(files["log.json"], b"\\n\\n", b"0\\n\\n")},
            "log",
            "checkpoint",
        ),
        ("no log at all", {**files, "log.json": b"[]"}, "log", "log.json"),
        ("deep JSON", {**files, "log.json": b"[" * 100_000 + b"]" * 100_000}, "log", "log.json"),
    ]
    for name, content, step, place in spoilt:
        path.write_bytes(repacked(content))
        report = verify(path, key)
        failed = {one.step: [str(fault) for fault in one.faults] for one in report.steps if one.faults}
        assert not report.sound and not report.proven, name
        assert any(place in words for words in failed.get(step, [])), (name, failed)
    path.write_bytes(repacked({**files, photo: b"x" + files[photo][1:]}))
    assert main(["archive", "verify", str(path), "--log-key", vkey, "--json"]) == 1
    said = capsys.readouterr()
    assert f"files {photo}" in said.err and json.loads(said.out)["proven"] is False

    path.write_bytes(repacked(without("log.json")))
    assert main(["archive", "verify", str(path), "--log-key", vkey]) == 3
    assert "没有 log.json" in capsys.readouterr().out


def test_a_hostile_zip_is_refused_in_a_word_and_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def zipped(*names: str, content: bytes = b"x", method: int = zipfile.ZIP_STORED) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name in names:
                archive.writestr(name, content)
        return out.getvalue()

    twice = zipped("a.txt", "b.txt").replace(b"b.txt", b"a.txt")
    bomb = zipped("manifest.json", content=b"0" * 50_000_000, method=zipfile.ZIP_DEFLATED)
    lying = bytearray(zipped("manifest.json"))
    size = lying.index(b"PK\x01\x02") + 24  # of the unpacked file, in the directory alone
    lying[size : size + 4] = struct.pack("<I", 5)
    for content, words in (
        (b"", "zip 文件"),
        (b"PK\x03\x04 and nothing", "zip 文件"),
        (zipped("../manifest.json"), "不含路径"),
        (zipped("a/b.txt"), "不含路径"),
        (twice, "不重复的文件名"),
        (bomb, "至多 32000000 字节"),
        (bytes(lying), "与目录一致"),
        (zipped("manifest.json", content=b"["), "manifest.json"),
    ):
        path = tmp_path / "hostile.zip"
        path.write_bytes(content)
        assert main(["archive", "verify", str(path)]) == 1
        assert words in capsys.readouterr().err
    path.write_bytes(bomb)
    assert main(["archive", "verify", str(path), "--max-size", "1000"]) == 1
    assert "展开后至多 1000 字节" in capsys.readouterr().err
    assert main(["archive", "verify", str(tmp_path / "nothing.zip")]) == 2
    assert main(["archive", "verify", str(path), "--log-key", "nonsense"]) == 2
    assert main(["archive", "what"]) == 2


def test_checking_needs_no_django_and_no_installation(tmp_path: Path) -> None:
    code = (
        "import sys; from sunlot.cli import main; main(['archive', 'verify', sys.argv[1]]);"
        "bad = [name for name in sys.modules if name.split('.')[0] == 'django'];"
        "sys.exit(9 if bad else 0)"
    )
    path = tmp_path / "none.zip"
    path.write_bytes(b"x")
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=tmp_path, env={**os.environ, "SUNLOT_DATA": str(tmp_path / "no")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "no").exists()
