"""Bundles that somebody made to mislead or to break a verifier: each rule of the notice, of rosters, of zips, of JSON, of
times and of signed notes broken once."""

import base64
import io
import json
import random
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from sunlot.norms import canonical

from ..lottery.making import small_case
from ..lottery.test_archive import GOOD, HOSTILE, with_zip64_end, zipped
from ..lottery.test_bundle import MISSING_OR_WRONG
from ..lottery.test_notice_rules import RULES
from ..lottery.test_rosters import REFUSED
from .corpus import LOG_KEY, ORIGIN, Sample, entries_of, hashed, log_of, logged, resealed, signature, small_draws
from .zips import Entry, write_zip

# The specification bounds no line of a roster; that `sunlot verify` reads none over a MiB is its own.
_UNSPECIFIED = "a line of more than a MiB"

TIMES = """
    2026-11-23T09:30:00+08:00 2026-11-23T09:30:00.5Z 2026-11-23t09:30:00Z 2026-11-23T09:30:00z 2026-11-23T24:00:00Z
    2026-11-23T23:59:60Z 2026-11-23T09:30Z 2026-11-23T09:30:00 2026-11-23T09:30:00+0800 2026-11-23T09:30:00+24:00
    2026-11-23T09:30:00+23:59 2026-11-23T09:30:00-00:00 2026-02-29T00:00:00Z 2024-02-29T00:00:00Z 1900-02-29T00:00:00Z
    2000-02-29T00:00:00Z 0000-02-29T00:00:00Z 0000-01-01T00:00:00Z 0001-01-01T00:00:00+23:59 9999-12-31T23:59:59-23:59
    2026-11-23T09:30:00.Z 2026-13-01T00:00:00Z 2026-00-01T00:00:00Z 2026-01-00T00:00:00Z 2026-11-23T09:60:00Z
    ２026-11-23T09:30:00Z 2026-11-23T09:30:00.123456789012345678901234567890Z 2026-11-23T09:30:00+08:60
    2026-11-23T02:59:59.9999999999999999999999Z 2026-11-23T03:00:00Z 2026-11-23T11:00:00.000+08:00
    2026-11-24T21:15:00+08:00 2026-11-24T13:15:00Z 2026-11-24T13:14:59.999Z
""".split()

JSONS = [
    b"{}", b"[]", b"null", b"1", b"", b" ", b'{"a":1,"a":1}', b'{"__proto__":1}', '{"é":1}'.encode(), b'["\\ud800"]',
    b'["\\ud83d\\ude00"]', '["\U0001f600"]'.encode(), b"[-0]", b"[0.0]", b"[1e1]", b"[9007199254740991]",
    b"[9007199254740992]", b"[-9007199254740991]", b"[01]", b"[+1]", b"[1,]", b'["\\x"]', b'["\t"]', b'["\x7f"]',
    b'["\\u0000"]', b"[" * 16 + b"]" * 16, b"[" * 17 + b"]" * 17, b"[" * 16 + b"1" + b"]" * 16,
    b"[" * 16 + b"{}" + b"]" * 16, b"\xef\xbb\xbf{}", b"{}x", b"tru", b"True", b"{a:1}", b"{'a':1}", b'{"a"}',
    b'{"a":}', b"{,}", b"[,]", b'["a" "b"]', b"/**/{}", b"\xff", b'"\\u12"', b"[1 2]", b"NaN", b"-", b"[1.]", b'"',
]  # fmt: skip

FIELDS = ["", "a", "B", "甲", '"甲"', '"甲,"', '"a""b"', '"', 'a"b', "\u200b", "\ufeff", "\x7f", "\x00", "\x85", "\u2010",
          "\u206a", "\U0001f600", "*", "0", "1000", "1001", "01", " a", "é·", "a" * 64, "a" * 65, "\r", '""', '"""']  # fmt: skip

SEQUENCES = [
    b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xff", b"\x80", b"\xc3",
    b"\xe4\xb8", b"\xf0\x9f\x98\x80", b"\xc2\x85", b"\xc2\xa0", b"\xe2\x80\x8b", b"\xe2\x80\xa8", b"\xe2\x81\xa5",
    b"\xe2\x81\xa6", b"\xef\xbb\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf",
]  # fmt: skip


def hostile() -> Iterator[Sample]:
    """All of them."""
    dice, lottery = small_draws()
    yield from _broken_rules()
    for name, (roster, data, _) in REFUSED.items():
        if name != _UNSPECIFIED:
            sample = dice.with_files(f"{roster} with {name}", {f"{roster}.csv": data})
            yield resealed(sample, roster, max(0, data.count(b"\n") - 1))
    yield from _fields(dice)
    for sample in (dice, lottery):
        yield from _times(sample)
        yield from _actors(sample)
    yield from _misplaced(dice)
    for data in JSONS:
        for name in ("notice.json", "result.json", "log.json"):
            yield dice.with_files(f"{name} {data[:30]!r}", {name: data})
    yield from _notes(dice)
    yield from _zips()


def _broken_rules() -> Iterator[Sample]:
    for name, (spoil, _) in RULES.items():
        case = small_case()
        result = case.draw()
        spoil(case)
        files = {f"{roster}.csv": data for roster, data in case.files().items()}
        files |= {"notice.json": canonical.dumps(case.sealed()), "result.json": canonical.dumps(result)}
        yield Sample(f"rule {name}", files)
    for name, (changed, _, _) in MISSING_OR_WRONG.items():
        yield Sample(name, {file: data for file, data in (GOOD | changed).items() if data is not None})


def _fields(whole: Sample) -> Iterator[Sample]:
    """A field of a row replaced by each of many texts, and bytes that are no UTF-8 or no plain text."""
    for name, at in (("objects", 3), ("inspectors", 4), ("avoid", 1)):
        lines = whole.files[f"{name}.csv"].decode().split("\n")
        for column in range(len(lines[0].split(","))):
            for text in FIELDS:
                fields = lines[at].split(",")
                fields[column] = text
                data = "\n".join([*lines[:at], ",".join(fields), *lines[at + 1 :]]).encode()
                sample = whole.with_files(f"{name}.csv column {column} {text!r}", {f"{name}.csv": data})
                yield resealed(sample, name, data.count(b"\n") - 1)
    for sequence in SEQUENCES:
        data = whole.files["objects.csv"].replace("对象0".encode(), b"x" + sequence)
        yield resealed(whole.with_files(f"name {sequence!r}", {"objects.csv": data}), "objects", 8)


def _times(whole: Sample) -> Iterator[Sample]:
    """Every time of the notice and of the log replaced by each of TIMES."""
    placed = entries_of(whole.files)
    for text in [*TIMES, "2026-11-23T09:30:00Z\n", "2026-11-23 09:30:00Z"]:
        for name in ("sealed_at", "reveal_by", "release"):
            notice, result = json.loads(whole.files["notice.json"]), json.loads(whole.files["result.json"])
            notice[name] = text
            data = canonical.dumps(notice)
            result["notice"] = hashed(notice["hash"], data)
            files = {"notice.json": data, "result.json": canonical.dumps(result)}
            yield whole.with_files(f"{name} {text!r}", files)
        for at, (place, entry) in enumerate(placed):
            log = logged([*placed[:at], (place, entry | {"time": text}), *placed[at + 1 :]])
            yield whole.with_files(f"{place} at {text!r}", {"log.json": json.dumps(log).encode()})
    public = placed[0][1]["public"] | {"__proto__": {}}
    log = logged([(placed[0][0], placed[0][1] | {"public": public}), *placed[1:]])
    yield whole.with_files("a member __proto__", {"log.json": json.dumps(log).encode()})


def _actors(whole: Sample) -> Iterator[Sample]:
    """Actors that are none, in an entry that the log holds as it stands."""
    (place, entry), *others = entries_of(whole.files)
    for actor in ("org:a", "org:a/b", "org:a/b/c", "org:a ", "org:", "org:/a", "org:a/", "a", "org:甲/乙", "org:a\n", "org:a\x1cb",
                  "org:a\x85", "org:\u00a0", "org:a\ufeffb", "org:a\u2028", ["org:a/b"], {"org:a": 1}, None, 1):  # fmt: skip
        log = logged([(place, entry | {"actor": actor}), *others])
        yield whole.with_files(f"actor {actor!r}", {"log.json": json.dumps(log).encode()})


def _misplaced(whole: Sample) -> Iterator[Sample]:
    """Values that a careless comparison takes for others: a list for the object that holds it, 1 for true, null for none."""

    def claiming(name: str, claim: Callable[[dict[str, Any]], object], place: str = "", **said: Any) -> Sample:
        """The result with a claim in it, as the log has it; the log says something else at one place."""
        result = json.loads(whole.files["result.json"])
        claim(result)
        data = canonical.dumps(result)
        entries = dict(entries_of(whole.files))
        entries["result"]["public"]["result"] = hashed("sha256", data)
        if place:
            entries[place]["public"].update(said)
        log = json.dumps(logged(list(entries.items()))).encode()
        return whole.with_files(name, {"result.json": data, "log.json": log})

    yield claiming(
        "a team that is its objects", lambda result: result["teams"].__setitem__(0, result["teams"][0]["objects"])
    )
    yield claiming(
        "a stratum that is its list", lambda result: result["objects"].__setitem__(0, result["objects"][0]["drawn"])
    )
    first = "reveals 0"
    yield claiming(
        "1 that the log calls true", lambda result: result["reveals"][0].update(nonce=[1]), first, nonce=[True]
    )
    yield claiming("a nonce that is not there", lambda result: result["reveals"][0].pop("nonce"), first, nonce=None)
    yield claiming("a value that is not there", lambda result: result.pop("beacon"), "beacon", value=None)
    case = small_case()
    case.notice["beacon"] = case.beacon = None
    files = case.bundle()
    files["log.json"] = log_of(files)
    result = json.loads(files["result.json"])
    del result["beacon"]
    files["result.json"] = canonical.dumps(result)
    yield Sample("no beacon, and none in the result", files, LOG_KEY)


def _notes(whole: Sample) -> Iterator[Sample]:
    """Checkpoints signed as they stand, and good ones with other signature lines."""
    log: dict[str, Any] = json.loads(whole.files["log.json"])
    _, size, root = log["checkpoint"].split("\n")[:3]
    good = f"{ORIGIN}\n{size}\n{root}\n"
    texts = [
        f"{good}extension\n", f"{good}\nextension\n", f"{ORIGIN}\n0{size}\n{root}\n", f"{ORIGIN}x\n{size}\n{root}\n",
        f"{ORIGIN}\n{size}\n{root[:-1]}\n", f"{ORIGIN}\n{size}\n{root}=\n", f"{ORIGIN}\n{size}\n",
        f"{ORIGIN}\n+{size}\n{root}\n", f"{ORIGIN}\n{size} \n{root}\n", f"{good}— x y\n", f"{good}x\r\n", f"{good}\t\n",
        f"{ORIGIN}\n9223372036854775808\n{root}\n", f"{ORIGIN}\n0\n{root}\n", f"{ORIGIN}\n{int(size) + 1}\n{root}\n",
    ]  # fmt: skip
    own, other = signature(good), signature(good + "x")
    foreign = f"— {ORIGIN} {base64.b64encode(b'abcd' + b'x' * 64).decode()}\n"
    short = f"— {ORIGIN} {base64.b64encode(base64.b64decode(own.split()[2])[:67]).decode()}\n"
    lines = [
        own, f"— other/w AAAAAAA=\n{own}", f"— other/w AAAA\n{own}", f"— other/w AAAA*AA=\n{own}", f"— w AAAAAAB=\n{own}",
        f"— w AAAAAAA\n{own}", f"{other}{own}", f"{own}{other}", f"{own}{own}", own.replace("—", "-"), own[:-1], f"\n{own}",
        f"{own}\n", f"— a b AAAAAAA=\n{own}", f"— a+b AAAAAAA=\n{own}", *(f"— a{sign}b AAAAAAA=\n{own}" for sign in "\ufeff\x7f\x80\x85\u00a0\u200b\u2028\u180e"), f"—  AAAAAAA=\n{own}", f"{foreign}{own}", foreign,
        short, "".join(f"— w{n} AAAAAAA=\n" for n in range(99)) + own,
        "".join(f"— w{n} AAAAAAA=\n" for n in range(100)) + own,
    ]  # fmt: skip
    notes = [f"{text}\n{signature(text)}" for text in texts] + [f"{good}\n{some}" for some in lines]
    for number, note in enumerate(notes):
        data = json.dumps(log | {"checkpoint": note}).encode()
        yield whole.with_files(f"checkpoint {number} {note!r}", {"log.json": data})


def _zips() -> Iterator[Sample]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of names twice
        archives = {name: make() for name, (make, _) in HOSTILE.items()}
    archives["zip64 end"] = with_zip64_end()
    archives |= _written_by_hand()
    for name in ("con", "a:b", "a\\b", "a/b", "..", ".", "a ", "é.txt", "甲.txt", "a\x01", "objects-0000.csv", "objects-1.csv",
                 "OBJECTS.csv", "objects-00001.csv", "objects-００01.csv", "inspectors-9999.csv"):  # fmt: skip
        archives[f"a file {name!r}"] = zipped(GOOD | {name: b""})
    for name, data in archives.items():
        yield Sample(f"zip with {name}", {}, archive=data)
    rng = random.Random(7)  # noqa: S311  # test data
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        whole = zipped(GOOD, method)
        directory = whole.find(b"PK\x01\x02")
        for number in range(400):
            data = bytearray(whole)
            data[rng.randrange(directory if number % 2 else 0, len(data))] ^= 1 << rng.randrange(8)
            yield Sample(f"zip {method} with a bit changed {number}", {}, archive=bytes(data))
    yield replace(Sample("a zip that was streamed", {}), archive=_streamed())


def _written_by_hand() -> dict[str, bytes]:
    """What zipfile does not write: forms that are sound, and fields that are wrong."""
    good = [Entry(name.encode(), data) for name, data in GOOD.items()]
    others = {
        "a name in GBK": Entry("说明.txt".encode("gbk"), b"x", flags=0),
        "a name in code page 437": Entry(b"\x82.txt", b"x", flags=0),
        "a name that begins with a mark": Entry("\ufeffnotice.json".encode(), b"x"),
        "one name in two code pages": Entry("é.txt".encode(), b"x"),
        "an empty file described behind at length": Entry(b"x", b"", 0, described_behind=True, wide_descriptor=True),
        "an empty file described behind": Entry(b"x", b"", 0, described_behind=True),
        "a file described behind without mark": Entry(b"x", b"xy", described_behind=True, marked_descriptor=False),
        "a wide entry": Entry(b"x", b"xy", wide=True),
        "another file that is damaged": Entry(b"x", b"xy", wrong={"crc": 1}),
        "another stored file of another size": Entry(b"x", b"xy", 0, wrong={"size": 9}),
        "another file too large for its data": Entry(b"x", b"xy", wrong={"size": 10**6}),
    }
    found = {name: write_zip([*good, entry]) for name, entry in others.items()}
    found["one name in two code pages"] = write_zip(
        [*good, others["one name in two code pages"], Entry(b"\x82.txt", b"", flags=0)]
    )
    for bit in range(16):
        flags = {"flags": 1 << bit, "local flags": 1 << bit}
        found[f"flag {bit}"] = write_zip([*good, Entry(b"x", b"xy", wrong=flags)])
    for name, wrong in (("no", {}), ("rest", {"rest": 45}), ("disks", {"disks": 2}), ("count", {"count": 4})):
        found[f"a zip64 end, wrong: {name}"] = write_zip(good, zip64_end=True, wrong=wrong)
    return found


def _streamed() -> bytes:
    """As a program writes it to a pipe: sizes stand behind the data."""

    class Pipe(io.RawIOBase):
        data = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:  # type: ignore[override]  # bytes are what comes
            self.data += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in GOOD.items():
            archive.writestr(name, content)
    return pipe.data
