"""Bundles on which both verifiers are held against each other: vectors, generated draws, and everything tampered with."""

import base64
import csv
import hashlib
import io
import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, given, settings

from sunlot.lottery import Rosters, draw
from sunlot.norms import canonical, sm3

from ..lottery.making import DICE, DRAWS, HEADERS, SPOILT, VECTORS, Case, small_case
from ..lottery.test_properties import cases, changes, spoilt_rosters

ORIGIN = "log.example/wuhai"
_SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_PUBLIC = b"\x01" + _SECRET.public_key().public_bytes_raw()
_KEY_ID = hashlib.sha256(ORIGIN.encode() + b"\n" + _PUBLIC).digest()[:4]
LOG_KEY = f"{ORIGIN}+{_KEY_ID.hex()}+{base64.b64encode(_PUBLIC).decode()}"
LOTTERY = {
    "kind": "lottery",
    "name": "双色球",
    "issue": "2026134",
    "pools": [[6, 33], [1, 16]],
    "not_before": "2026-11-24T21:15:00+08:00",
}
NUMBERS = "03-09-14-18-27-33-06"


@dataclass(frozen=True)
class Sample:
    """A bundle with a name for messages: as files, or, with `archive`, as the bytes of a zip. `key` is the log's."""

    name: str
    files: dict[str, bytes]
    key: str | None = None
    archive: bytes | None = None

    def with_files(self, name: str, files: dict[str, bytes]) -> "Sample":
        return replace(self, name=f"{self.name}: {name}", files=self.files | files)


# --- the specification's vectors -----------------------------------------------------------------------------------


def vectors() -> Iterator[Sample]:
    """All of docs/spec/vectors; those with a log both with its key and without."""
    for name in [*DRAWS, *(f"spoilt/{name}" for name in SPOILT)]:
        yield Sample(name, {path.name: path.read_bytes() for path in (VECTORS / name).iterdir()})
    for folder in sorted((VECTORS / "logged").iterdir()):
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        yield Sample(f"logged/{folder.name}", files, files["vkey.txt"].decode().strip())
        yield Sample(f"logged/{folder.name} without key", files)


# --- generated draws -----------------------------------------------------------------------------------------------


def generated(count: int) -> list[Sample]:
    """Valid draws of every kind: both hashes, parts, dice, lottery, embargo, earlier attempts, logs, folders and zips."""
    found: list[Case] = []

    # Nothing is tested here, so a machine that is busy is no fault.
    @settings(max_examples=count, database=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
    @given(cases())
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return [_varied(number, case) for number, case in enumerate(found)]


def crowded(objects: int, teams: int) -> Sample:
    """One zone in which every object may meet two or three teams only, mostly the same: nearly all make room for others."""
    rng = random.Random(1)  # noqa: S311  # test data
    case = small_case()
    ids = [f"o{number:05d}" for number in range(objects)]
    case.objects = [f"{one},s,z1,1,对象" for one in ids]
    case.inspectors = [f"p{number:03d},lead,z1" for number in range(teams)]
    case.avoid = []
    for one in ids:
        opened = {min(teams - 1, int(rng.expovariate(1) * teams / 8)) for _ in range(3)}
        case.avoid += [f"p{number:03d},{one}" for number in range(teams) if number not in opened]
    case.avoid.sort()
    case.notice["objects"] = {"strata": [{"id": "s", "quota": objects, "reserve": 0}]}
    case.notice["teams"] = [{"zone": "z1", "count": teams, "seats": [{"department": "lead", "count": 1}]}]
    return Sample(f"{objects} objects crowded into {teams} teams", case.bundle())


def _varied(number: int, case: Case) -> Sample:
    case.notice["hash"] = "sm3" if number % 4 == 1 else "sha256"
    if number % 3 == 1:
        case.notice["beacon"], case.beacon = {"kind": "dice", "rolls": 20}, DICE
    if number % 3 == 2:
        case.notice["beacon"], case.beacon = LOTTERY, NUMBERS
        earlier = [aborted(n) for n in range(number % 4)]
        case.notice |= {"attempt": 1 + len(earlier), "previous": earlier, "plan": {"number": number}}
    if number % 5 == 3:
        case.notice["release"] = "2026-12-24T00:00:00Z"
    if number % 7 == 4:
        case.notice["supplements"] = "ab" * 32
    files = in_parts(case) if number % 6 == 5 else case.bundle()
    sample = Sample(f"generated {number}", files)
    if number % 2:
        sample = replace(sample, files=files | {"log.json": log_of(files)}, key=LOG_KEY)
    if number % 8 in (2, 3):
        method = zipfile.ZIP_STORED if number % 16 < 8 else zipfile.ZIP_DEFLATED
        sample = replace(sample, archive=zipped(sample.files, method))
    return sample


def aborted(number: int) -> dict[str, Any]:
    return {"notice": f"{number + 1:064x}", "contributors": ["gone"] if number % 2 else [], "reason": f"第 {number} 次"}


def in_parts(case: Case) -> dict[str, bytes]:
    """The bundle with its objects in as many parts as it has rows, at most five."""
    files = case.files()
    size = -(-len(case.objects) // 5)
    parts = [case.objects[at : at + size] for at in range(0, len(case.objects), size)]
    if len(parts) == 1:
        return case.bundle()
    data = ["".join(f"{row}\n" for row in (HEADERS["objects"], *part)).encode() for part in parts]
    case.notice["objects"]["parts"] = [hashed(case.notice["hash"], part) for part in data]
    sealed = case.sealed()
    result = draw(sealed, Rosters(tuple(data), (files["inspectors"],), (files["avoid"],)), case.reveals(), case.beacon)
    named = {f"objects-{number:04d}.csv": part for number, part in enumerate(data, 1)}
    return named | {
        "inspectors.csv": files["inspectors"],
        "avoid.csv": files["avoid"],
        "notice.json": canonical.dumps(sealed),
        "result.json": canonical.dumps(result),
    }


def hashed(name: str, data: bytes) -> str:
    return sm3.digest(data).hex() if name == "sm3" else hashlib.sha256(data).hexdigest()


def zipped(files: dict[str, bytes], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


# --- logs ----------------------------------------------------------------------------------------------------------


def entries_of(files: dict[str, bytes]) -> list[tuple[str, dict[str, Any]]]:
    """The entries that a log must hold for this bundle, in the ceremony's order, each with its place in log.json."""
    notice, result = json.loads(files["notice.json"]), json.loads(files["result.json"])
    digest = {"notice": hashed(notice["hash"], files["notice.json"])}
    subject = f"draw:{notice['draw']}:{notice['attempt']}"
    beacon = [("beacon", entry("beacon_read", subject, "", digest | {"value": result["beacon"]}))]
    reveals = []
    for number, reveal in enumerate(result["reveals"]):
        public = digest | reveal
        if notice["release"] is not None:
            del public["nonce"]
        reveals.append(
            (f"reveals {number}", entry("nonce_revealed", subject, f"2026-11-23T10:{number:02d}:00+08:00", public))
        )
    found = [
        (f"aborted {number}", entry("aborted", f"draw:{notice['draw']}:{number + 1}", "2026-11-20T00:00:00Z", one))
        for number, one in enumerate(notice["previous"])
    ]
    found.append(("notice", entry("notice_sealed", subject, "2026-11-23T09:30:00.5+08:00", digest)))
    if notice["beacon"] is None:
        found += reveals
    elif notice["beacon"]["kind"] == "dice":
        beacon[0][1]["time"] = "2026-11-23T09:40:00Z"
        found += beacon + reveals
    else:
        beacon[0][1]["time"] = LOTTERY["not_before"]
        found += reveals + beacon
    public = digest | {"result": hashed(notice["hash"], files["result.json"])}
    found.append(("result", entry("drawn", subject, "2026-11-24T21:20:00+08:00", public)))
    return found


def entry(kind: str, subject: str, time: str, public: dict[str, Any]) -> dict[str, Any]:
    return {
        "v": 1, "time": time, "type": f"drawing.{kind}", "subject": subject, "actor": "org:zjj/coordinator",
        "public": public, "digest": "0123456789abcdef" * 4,
    }  # fmt: skip


def log_of(files: dict[str, bytes]) -> bytes:
    return json.dumps(logged(entries_of(files)), ensure_ascii=False).encode()


def logged(placed: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """log.json of these entries, as they stand, with foreign ones between them, under a checkpoint of LOG_KEY."""
    leaves: list[bytes] = []
    indexes = {}
    for place, value in placed:
        leaves.append(f"another act {len(leaves)}".encode())
        indexes[place] = len(leaves)
        leaves.append(canonical.dumps(value))
    hashes = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    text = f"{ORIGIN}\n{len(leaves)}\n{base64.b64encode(root(hashes)).decode()}\n"
    signature = base64.b64encode(_KEY_ID + _SECRET.sign(text.encode())).decode()
    log: dict[str, Any] = {
        "checkpoint": f"{text}\n— {ORIGIN} {signature}\n",
        "beacon": None,
        "reveals": [],
        "aborted": [],
    }
    for place, index in sorted(
        indexes.items(), key=lambda item: int(item[0].rpartition(" ")[2]) if " " in item[0] else 0
    ):
        name = place.partition(" ")[0]
        proof = [base64.b64encode(one).decode() for one in inclusion(index, hashes)]
        proven = {"index": index, "entry": leaves[index].decode(), "proof": proof}
        if " " in place:
            log[name].append(proven)
        else:
            log[name] = proven
    return log


def signature(text: str) -> str:
    """The line with which LOG_KEY signs a checkpoint's text."""
    return f"— {ORIGIN} {base64.b64encode(_KEY_ID + _SECRET.sign(text.encode())).decode()}\n"


def root(hashes: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(hashes[:half]) + root(hashes[half:])).digest()


def inclusion(index: int, hashes: list[bytes]) -> list[bytes]:
    """RFC 9162, section 2.1.3.1."""
    if len(hashes) == 1:
        return []
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if index < half:
        return [*inclusion(index, hashes[:half]), root(hashes[half:])]
    return [*inclusion(index - half, hashes[half:]), root(hashes[:half])]


# --- tampering -----------------------------------------------------------------------------------------------------


def tampered() -> Iterator[Sample]:
    """A small draw of each kind with one thing changed: a field of notice, result, log or roster, or a roster's bytes."""
    for whole in small_draws():
        for name in ("notice.json", "result.json"):
            for number, value in enumerate(changes(json.loads(whole.files[name]))):
                yield whole.with_files(f"{name} {number}", {name: canonical.dumps(value)})
        for number, value in enumerate(changes(json.loads(whole.files["log.json"]))):
            yield whole.with_files(f"log.json {number}", {"log.json": json.dumps(value).encode()})
        yield from _tampered_entries(whole)
        for how, files in spoilt_rosters(whole.files):
            yield whole.with_files(how, files)
        for name in list(whole.files):
            left = {other: data for other, data in whole.files.items() if other != name}
            yield replace(whole, name=f"{whole.name}: without {name}", files=left)
            yield whole.with_files(f"{name} empty", {name: b""})
            yield whole.with_files(f"{name} with a line more", {name: whole.files[name] + b"\n"})
    yield from _tampered_rows(small_draws()[0])  # the rosters of both are the same


def small_draws() -> list[Sample]:
    """Logged draws of few rows: one with dice and SHA-256, one with a lottery, earlier attempts, embargo and SM3."""
    dice, lottery = _smaller(small_case()), _smaller(small_case())
    lottery.notice |= {"beacon": LOTTERY, "attempt": 3, "previous": [aborted(0), aborted(1)], "hash": "sm3"}
    lottery.notice |= {"release": "2026-12-24T00:00:00Z", "supplements": "cd" * 32}
    lottery.beacon = NUMBERS
    return [
        Sample(name, files | {"log.json": log_of(files)}, LOG_KEY)
        for name, case in (("dice", dice), ("lottery", lottery))
        for files in (case.bundle(),)
    ]


def _smaller(case: Case) -> Case:
    case.objects = case.objects[:8]
    case.notice["objects"]["strata"] = [{"id": "A", "quota": 3, "reserve": 1}, {"id": "B", "quota": 2, "reserve": 9}]
    return case


def _tampered_entries(whole: Sample) -> Iterator[Sample]:
    """Lies that are in the log: every value of every entry changed, then proven and signed for as it stands."""
    placed = entries_of(whole.files)
    for at, (place, value) in enumerate(placed):
        for number, other in enumerate(changes(value)):
            log = logged([*placed[:at], (place, other), *placed[at + 1 :]])
            yield whole.with_files(f"entry {place} {number}", {"log.json": json.dumps(log).encode()})
    for at in range(len(placed) - 1):
        log = logged([*placed[:at], placed[at + 1], placed[at], *placed[at + 2 :]])
        yield whole.with_files(f"entries {at} and {at + 1} swapped", {"log.json": json.dumps(log).encode()})


def _tampered_rows(whole: Sample) -> Iterator[Sample]:
    """Every field of every row changed, once as it is and once with the notice made to fit, as a forger would."""
    for name in ("objects.csv", "inspectors.csv", "avoid.csv"):
        header, *rows = csv.reader(io.StringIO(whole.files[name].decode(), newline=""))
        for at, row in enumerate(rows):
            variants = [
                [*row[:n], other, *row[n + 1 :]] for n, field in enumerate(row) for other in _other_fields(field)
            ]
            for number, changed in enumerate([*variants, []]):
                left = sorted([*rows[:at], *([changed] if changed else []), *rows[at + 1 :]])
                data = "".join(",".join(fields) + "\n" for fields in (header, *left)).encode()
                sample = whole.with_files(f"{name} row {at} {number}", {name: data})
                yield sample
                yield resealed(sample, name.removesuffix(".csv"), len(left))


def _other_fields(field: str) -> list[str]:
    return [field + "x", "", "*", field.swapcase() if field.swapcase() != field else "2", '"' + field + ',"']


def resealed(sample: Sample, roster: str, count: int) -> Sample:
    """The sample with the notice's digest and count of a roster made to fit its file, and the result to the notice."""
    notice, result = json.loads(sample.files["notice.json"]), json.loads(sample.files["result.json"])
    notice[roster] |= {"parts": [hashed(notice["hash"], sample.files[f"{roster}.csv"])], "count": count}
    data = canonical.dumps(notice)
    result["notice"] = hashed(notice["hash"], data)
    return sample.with_files("resealed", {"notice.json": data, "result.json": canonical.dumps(result)})
