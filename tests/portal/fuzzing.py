"""Bundles changed at random: values, spellings, rows, entries of the log, signed notes and zips, most of them with
digests, result and log made to fit afterwards, so that the change is judged by the step that it belongs to."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sunlot.lottery import Refused, Rosters, draw
from sunlot.norms import canonical

from .corpus import Sample, entries_of, hashed, logged, signature
from .zips import random_zip

_TEXTS = (
    "", "a", "A", "-", "*", "0", "01", " ", "\u200b", "\ufeff", "\u2028", "\x00", "\x7f", "\x85", "\u00a0", "\u3000", "é", "甲",
    "\U0001f600", "a" * 64, "a" * 65, "a\n", "__proto__", "constructor", "ſ", "K", "İ", "org:a", "org:a/b/c", "org:\u2003a",
    "2026-11-23T09:30:00+08:00", "2026-11-23T09:30:00.0000Z", "0" * 64, "F" * 64, "f" * 64, "f" * 63 + "\n", "sha256", "sm3",
    "dice", "lottery", "1" * 20, "01-02", "draw:x:1", "drawing.drawn", '"', ",", "/", "\\", "１", "٣",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 20, 50, 51, 99, 100, 1000, 1001, 9999, 2**32, 2**53 - 1, 1 - 2**53, [], {}, [1], [[]],
    [None], {"a": 1}, {"__proto__": 1},
)  # fmt: skip
_JSON_PIECES = (
    b"", b" ", b"\n", b"\r", b"\t", b"\x0b", b"\x00", b"\xef\xbb\xbf", b"\xc2\xa0", b"-0", b"0", b"-", b"1e1", b".0", b"00",
    b"9007199254740992", b"9007199254740991", b"\\", b"\\u0061", b"\\ud800", b"\\udc00", b"\\ud83d\\ude00", b"\\u0000",
    b"\\u00e9", b"\\/", b'"', b"\xff", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"[", b"]", b"{", b"}", b",", b":", b"null",
    b"true", b"NaN", b'"a":1,', b'"a":1,"\\u0061":1,', b"\\u2028", b"\x7f", b"\\u001f", b"//", b"[" * 16, b"\\u12G4", b"'",
    b"\xc0\xaf", b"+1", b"1_0", b"0x1",
)  # fmt: skip
_CSV_PIECES = (
    b'"', b'""', b",", b"\n", b"\r", b"\r\n", b" ", b"\t", b"\x00", b"*", b"\xef\xbb\xbf", b"\xe2\x80\x8b", b"\xc2\x85", b"\xff",
    b"a", b"A", b"0", b"1000", b"1001", b"-", b"\xe7\x94\xb2", b"\xed\xa0\x80", b"\x7f", b"'", b'"a,b"', b'"a"', b'"a""b"', b"",
)  # fmt: skip
_NOTE_PIECES = (
    "\n", "\n\n", " ", "\u00a0", "\u2003", "\ufeff", "\x85", "\x1c", "\u200b", "—", "— ", "+", "=", "A", "AAAA", "\r", "\t", "é",
    "\u2028", "\x7f", "\u180e", "\x9f", "/", "0", "1",
)  # fmt: skip


def mutated(wholes: list[Sample], seed: int, count: int) -> Iterator[Sample]:
    """So many samples, each one of `wholes` (files, not zips) with something changed. The same for the same seed."""
    rng = random.Random(seed)  # noqa: S311  # test data
    for number in range(count):
        change = rng.choice(_CHANGES)
        whole = rng.choice(wholes)
        yield replace(change(rng, whole), name=f"{whole.name}: {change.__name__.strip('_')} {number}")


def _values(rng: random.Random, whole: Sample) -> Sample:
    files = dict(whole.files)
    for _ in range(rng.choice((1, 1, 2, 3))):
        name = rng.choice(("notice.json", "notice.json", "result.json", "log.json"))
        if name in files:
            files[name] = _dumps(_changed(rng, json.loads(files[name])))
        if rng.random() < 0.8:
            files = _fitted(rng, files)
    return replace(whole, files=files)


def _entries(rng: random.Random, whole: Sample) -> Sample:
    """Lies that are in the log, proven and signed for as they stand."""
    placed = entries_of(whole.files)
    for _ in range(rng.choice((1, 1, 2))):
        at = rng.randrange(len(placed))
        placed[at] = placed[at][0], _changed(rng, placed[at][1])
    if rng.random() < 0.1:
        rng.shuffle(placed)
    with suppress(canonical.CanonicalError):  # nothing that JSON can say in this way
        return whole.with_files("", {"log.json": _dumps(logged(placed))})
    return whole


def _json_text(rng: random.Random, whole: Sample) -> Sample:
    name = rng.choice([name for name in whole.files if name.endswith(".json")])
    data = _spliced(rng, whole.files[name], _JSON_PIECES)
    return replace(whole, files=_fitted(rng, whole.files | {name: data}, log=False))


def _spelling(rng: random.Random, whole: Sample) -> Sample:
    name = rng.choice([name for name in whole.files if name.endswith(".json")])
    value = json.loads(whole.files[name])
    spelt = json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 1, "\t")))
    return whole.with_files("", {name: spelt.encode()})


def _rows(rng: random.Random, whole: Sample) -> Sample:
    name = rng.choice([name for name in whole.files if name.endswith(".csv")])
    data = whole.files[name]
    if rng.random() < 0.5:
        data = _spliced(rng, data, _CSV_PIECES)
    else:
        lines = data.split(b"\n")
        at = rng.randrange(len(lines))
        fields = lines[at].split(b",")
        place = rng.randrange(len(fields))
        fields[place] = rng.choice((*_CSV_PIECES, fields[place].swapcase(), rng.choice(lines).split(b",")[0]))
        lines[at : at + 1] = rng.choice(([b",".join(fields)], [], [lines[at]] * 2))
        if rng.random() < 0.6:
            lines[1:-1] = sorted(lines[1:-1])
        data = b"\n".join(lines)
    return replace(whole, files=_fitted(rng, whole.files | {name: data}))


def _notes(rng: random.Random, whole: Sample) -> Sample:
    if "log.json" not in whole.files:
        return whole
    log = json.loads(whole.files["log.json"])
    text, _, line = log["checkpoint"].rpartition("\n\n")
    text += "\n"

    def spliced(some: str) -> str:
        at = rng.randrange(len(some) + 1)
        return some[:at] + rng.choice(_NOTE_PIECES) + some[at + rng.randrange(2) :]

    other = spliced(text)
    extended = text + rng.choice(("ext\n", "\n", "é\n", "\u2028\n", "x" * 10**6 + "\n"))
    log["checkpoint"] = rng.choice(
        (
            f"{other}\n{signature(other)}",
            f"{extended}\n{signature(extended)}",
            spliced(log["checkpoint"]),
            f"{text}\n{spliced(line)}",
            f"{text}\n— {spliced('witness')} {spliced('AAAAAAA=')}\n{line}",
        )
    )
    return whole.with_files("", {"log.json": json.dumps(log).encode()})


def _names(rng: random.Random, whole: Sample) -> Sample:
    files = dict(whole.files)
    source = rng.choice(list(files))
    name = rng.choice(
        ("objects-0001.csv", "avoid-0000.csv", "objects.csv ", "OBJECTS.csv", "readme.txt", "log.JSON", "x.csv")
    )
    files[name] = files[source]
    if rng.random() < 0.3:
        del files[source]
    return replace(whole, files=files)


def _zips(rng: random.Random, whole: Sample) -> Sample:
    return replace(whole, files={}, archive=random_zip(rng, whole.files))


_CHANGES: tuple[Callable[[random.Random, Sample], Sample], ...] = (
    _values, _values, _entries, _json_text, _json_text, _spelling, _rows, _rows, _notes, _names, _zips, _zips,
)  # fmt: skip


def _spliced(rng: random.Random, data: bytes, pieces: tuple[bytes, ...]) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(pieces) + data[at + rng.choice((0, 0, 1, 2)) :]


def _fitted(rng: random.Random, files: dict[str, bytes], *, log: bool = True) -> dict[str, bytes]:
    """The files with the notice made to fit the rosters, the result the notice, and the log both, as far as they can be."""
    files = dict(files)
    with suppress(Exception):  # what was changed may have any form, and then stays as it is
        notice = json.loads(files["notice.json"])
        result = json.loads(files["result.json"])
        rosters = {
            name: sorted(one for one in files if one.startswith(name)) for name in ("objects", "inspectors", "avoid")
        }
        for name, parts in rosters.items():
            notice[name]["parts"] = [hashed(notice["hash"], files[part]) for part in parts]
            if rng.random() < 0.9:
                notice[name]["count"] = sum(files[part].count(b"\n") - 1 for part in parts)
        files["notice.json"] = _dumps(notice)
        result["notice"] = hashed(notice["hash"], files["notice.json"])
        if rng.random() < 0.6:
            contents = [tuple(files[part] for part in parts) for parts in rosters.values()]
            with suppress(Refused):
                result = draw(notice, Rosters(*contents), result["reveals"], result["beacon"])
        files["result.json"] = _dumps(result)
    if log and "log.json" in files:
        with suppress(Exception):
            files["log.json"] = _dumps(logged(entries_of(files)))
    return files


def _dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(errors="surrogatepass")


def _places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    if isinstance(value, (dict, list)):
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(item, (*above, name))


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for name in place:
        value = value[name]
    return value


def _changed(rng: random.Random, whole: Any) -> Any:
    """A copy of a JSON value with one thing in it changed."""
    value = copy.deepcopy(whole)
    places = list(_places(value))
    place = rng.choice(places)
    if place and rng.random() < 0.1:
        del _at(value, place[:-1])[place[-1]]
        return value
    new = _other(rng, _at(value, place), lambda: copy.deepcopy(_at(whole, rng.choice(places))))
    if not place:
        return new
    _at(value, place[:-1])[place[-1]] = new
    return value


def _other(rng: random.Random, old: Any, elsewhere: Callable[[], Any]) -> Any:
    kinds = [lambda: [old], lambda: {"a": old}, elsewhere, lambda: rng.choice(_VALUES), lambda: rng.choice(_TEXTS)]
    if isinstance(old, str):
        at = rng.randrange(len(old) + 1)
        kinds += [lambda: old[:at] + rng.choice(_TEXTS) + old[at:], lambda: old[:at] + old[at + 1 :]]
    elif isinstance(old, int):
        kinds += [lambda: old + 1, lambda: old - 1, lambda: str(old), lambda: bool(old)]
    elif isinstance(old, list) and old:
        kinds += [lambda: [*old, rng.choice(old)], lambda: old[0], lambda: rng.sample(old, len(old))]
    elif isinstance(old, dict) and old:
        kinds += [lambda: list(old.values()), lambda: rng.choice(list(old.values())), lambda: old | {"more": 1}]
    return rng.choice(kinds)()
