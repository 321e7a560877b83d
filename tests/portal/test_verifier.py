"""The verifier in the browser and `sunlot verify` know nothing of each other; over the same bundles they must agree on
every step's outcome."""

import base64
import hashlib
import json
import os
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Route, sync_playwright

from sunlot.ledger.known import KnownLog
from sunlot.lottery import Report, verify
from sunlot.norms import canonical

from ..chromium import find_chromium
from ..lottery.making import write_as
from .corpus import LOG_KEY, Sample, crowded, generated, small_draws, tampered, vectors
from .fuzzing import mutated
from .hostile import hostile

pytestmark = pytest.mark.browser

ORIGIN = "http://verifier.test"
BATCH = 500
STEPS = ("files", "notice", "commitments", "beacon", "seed", "objects", "teams", "assignment", "result", "log", "order")

RUN = """async (address) => {
    const { verify } = await import("/static/portal/verify/verify.js");
    const { readKey } = await import("/static/sunlot/js/note.js");
    const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const samples = await (await fetch(address)).json();
    return samples.map(({ zip, files, key }) => {
        const source = zip === null
            ? { files: Object.entries(files).map(([name, data]) => ({ name, bytes: bytes(data) })) }
            : { zip: bytes(zip) };
        return verify(source, { key: key && readKey(key) }).report;
    });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    """An empty page that has the verifier's modules, without crypto.subtle as on a network without HTTPS, and no server."""
    page = browser.new_page()
    page.set_default_timeout(120_000)

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path == "/":
            route.fulfill(content_type="text/html", body="<!doctype html><title>verifier</title>")
        else:
            route.fulfill(path=str(finders.find(path.removeprefix("/static/"))))

    page.route(f"{ORIGIN}/**", serve)
    page.add_init_script(
        "Object.defineProperty(Crypto.prototype, 'subtle', { get() { throw new Error('no crypto.subtle'); } });"
    )
    page.goto(f"{ORIGIN}/")
    return page


def in_browser(page: Page, samples: list[Sample]) -> list[dict[str, Any]]:
    """The reports of the page's verifier."""
    reports: list[dict[str, Any]] = []
    for at in range(0, len(samples), BATCH):
        body = json.dumps([as_json(sample) for sample in samples[at : at + BATCH]])
        address = f"{ORIGIN}/samples-{at}.json"
        page.route(address, answering(body))
        reports += page.evaluate(RUN, address)
        page.unroute(address)
    return reports


def as_json(sample: Sample) -> dict[str, Any]:
    return {
        "zip": None if sample.archive is None else base64.b64encode(sample.archive).decode(),
        "files": {name: base64.b64encode(data).decode() for name, data in sample.files.items()},
        "key": sample.key,
    }


def answering(body: str) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        route.fulfill(content_type="application/json", body=body)

    return answer


def on_command_line(sample: Sample, folder: Path) -> Report:
    """The report of the product's own verifier."""
    reader = KnownLog.by_key(sample.key) if sample.key else None
    if sample.archive is not None:
        path = folder / "bundle.zip"
        path.write_bytes(sample.archive)
    else:
        path = folder / "bundle"
        if path.exists():
            for file in path.iterdir():
                file.unlink()
            path.rmdir()
        write_as("folder", sample.files, path)
    return verify(path, log_reader=reader)


def assert_agreement(page: Page, samples: list[Sample], folder: Path) -> list[dict[str, Any]]:
    """Both verifiers come to the same outcome at every step of every sample; returns the browser's reports."""
    reports = in_browser(page, samples)
    differences = []
    for sample, found in zip(samples, reports, strict=True):
        expected = on_command_line(sample, folder)
        outcomes = [(step["step"], step["outcome"]) for step in found["steps"]]
        levels = (found["reproduced"], found["verified"])
        if outcomes != [(step.step, step.outcome) for step in expected.steps] or levels != (
            expected.reproduced,
            expected.verified,
        ):
            told = [fault for step in found["steps"] for fault in step["faults"]]
            differences.append(f"{sample.name}\n  browser {outcomes} {told[:2]}\n  command {expected}")
        assert all(bool(step["faults"]) == (step["outcome"] == "failed") for step in found["steps"]), sample.name
    assert not differences, f"{len(differences)} of {len(samples)} differ\n" + "\n".join(differences[:5])
    return reports


def failed(report: dict[str, Any]) -> list[str]:
    return [step["step"] for step in report["steps"] if step["outcome"] == "failed"]


def test_they_agree_on_the_vectors_and_find_each_fault_at_exactly_its_steps(page: Page, tmp_path: Path) -> None:
    samples = list(vectors())
    reports = assert_agreement(page, samples, tmp_path)
    for sample, report in zip(samples, reports, strict=True):
        expected = json.loads(sample.files.get("expected.json", b'{"failed": []}'))["failed"]
        if "without key" not in sample.name:
            assert failed(report) == expected, sample.name
        assert report["verified"] == (sample.key is not None and not expected), sample.name
    assert [step["step"] for step in reports[0]["steps"]] == list(STEPS)


def test_they_agree_on_generated_draws_of_every_kind(page: Page, tmp_path: Path) -> None:
    samples = generated(200)
    reports = assert_agreement(page, samples, tmp_path)
    assert len(reports) == 200
    assert all(report["reproduced"] for report in reports)
    assert sum(report["verified"] for report in reports) == sum(sample.key is not None for sample in samples) > 50


def test_they_agree_where_avoidance_makes_nearly_every_object_move(page: Page, tmp_path: Path) -> None:
    reports = assert_agreement(page, [crowded(600, 33)], tmp_path)
    assert reports[0]["reproduced"]


@pytest.mark.slow
def test_they_agree_on_every_field_of_every_file_that_is_tampered_with(page: Page, tmp_path: Path) -> None:
    whole = small_draws()
    assert all(report["verified"] for report in in_browser(page, whole))
    samples = list(tampered())
    reports = assert_agreement(page, samples, tmp_path)
    assert len(reports) > 3500
    # What is believed all the same says nothing else: a log spaced otherwise, or a lie of what nobody outside can check.
    for sample, report in zip(samples, reports, strict=True):
        if report["verified"]:
            untouched = next(one for one in whole if sample.name.startswith(one.name))
            assert said(sample) == said(untouched), sample.name


def said(sample: Sample) -> object:
    """What a bundle says, but for what the operator alone knows of an entry: its time, its digest and who acted."""
    log = json.loads(sample.files["log.json"])
    proven = [log["notice"], log["beacon"], *log["reveals"], log["result"], *log["aborted"]]
    entries = [json.loads(one["entry"]) for one in proven if one]
    free = ("actor", "digest", "time")
    claims = [{name: value for name, value in entry.items() if name not in free} for entry in entries]
    return claims, {name: data for name, data in sample.files.items() if name != "log.json"}


@pytest.mark.slow
def test_they_agree_on_bundles_made_to_mislead(page: Page, tmp_path: Path) -> None:
    samples = list(hostile())
    reports = assert_agreement(page, samples, tmp_path)
    assert len(reports) > 1500
    assert len({tuple(failed(report)) for report in reports}) > 8


@pytest.mark.slow
def test_they_agree_on_bundles_changed_at_random(page: Page, tmp_path: Path) -> None:
    """SUNLOT_FUZZ=seed,count tries others, or for longer."""
    seed, count = map(int, os.environ.get("SUNLOT_FUZZ", "1,1000").split(","))
    wholes = [*small_draws(), *(replace(sample, archive=None) for sample in generated(20))]
    for at in range(0, count, BATCH):
        assert_agreement(page, list(mutated(wholes, seed + at, min(BATCH, count - at))), tmp_path)


def test_more_values_than_any_file_holds_are_refused_before_they_are_read(page: Page) -> None:
    script = """async () => {
        const { parse } = await import("/static/portal/verify/json.js");
        try { parse(`[${"1,".repeat(8000000)}1]`); } catch (fault) { return fault.message; }
    }"""
    assert page.evaluate(script) == "应为合计不超过 8000000 个的括号、逗号和冒号，实为更多"


def test_text_of_a_bundle_can_not_disturb_a_line_of_the_report(page: Page) -> None:
    whole = small_draws()[0]
    notice = json.loads(whole.files["notice.json"])
    notice |= {"title": "a\u202eb", "x\x1b": 1, "plan": "y" * 9000}
    notice["teams"][0]["z\n\x7f"] = "v" * 9000
    report = in_browser(page, [whole.with_files("disturbing", {"notice.json": canonical.dumps(notice)})])[0]
    told = [*report["remarks"], *(fault for step in report["steps"] for fault in step["faults"])]
    assert len(told) >= 2
    assert all(line.isprintable() and len(line) < 500 for line in told)


def test_what_the_browser_can_not_hold_is_no_fault_of_the_bundle(page: Page) -> None:
    script = """async () => {
        const { openBundle, MOST_UNPACKED, TooLarge } = await import("/static/portal/verify/bundle.js");
        const claim = (name, length) => ({ files: [{ name, bytes: { length } }] });
        const tried = [["objects.csv", 1000000000], ["objects.csv", 1000000001], ["other", MOST_UNPACKED], ["other", MOST_UNPACKED + 1]];
        return tried.map(([name, length]) => {
            try { openBundle(claim(name, length)); } catch (fault) { return fault instanceof TooLarge ? "too large" : fault.message; }
            return "taken";
        });
    }"""
    assert page.evaluate(script) == [
        "taken",
        "too large",
        "taken",
        "解开后应为至多 4000000000 字节，实为 4000000001 字节",
    ]


# --- the building stones, against standards and other implementations -----------------------------------------------

# RFC 8032, section 7.1: secret key (not needed here), public key, message, signature.
RFC_8032 = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "TEST SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}

VERIFIES = """async (tries) => {
    const { verifies } = await import("/static/sunlot/js/ed25519.js");
    const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (one) => parseInt(one, 16));
    return tries.map((parts) => verifies(...parts.map(bytes)));
}"""


def test_signatures_are_those_of_rfc_8032_and_no_others(page: Page) -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    good = list(RFC_8032.values())
    assert page.evaluate(VERIFIES, good) == [True] * len(good)
    bad = []
    for key, message, signature in good:
        bad += [(key, message + "00", signature), (key, message, signature[:-2]), (key[:-2] + "ff", message, signature)]
        for at in range(0, 128, 5):
            other = f"{int(signature[at], 16) ^ 1:x}"
            bad.append((key, message, signature[:at] + other + signature[at + 1 :]))
        scalar = int.from_bytes(bytes.fromhex(signature[64:]), "little") + order  # section 5.1.7 demands S < L
        bad.append((key, message, signature[:64] + scalar.to_bytes(32, "little").hex()))
    assert page.evaluate(VERIFIES, bad) == [False] * len(bad)


def test_sha_512_agrees_with_another_implementation_at_every_length(page: Page) -> None:
    rng = random.Random(5)  # noqa: S311  # test data
    messages = [rng.randbytes(length) for length in [*range(260), 5000]]
    script = """async (messages) => {
        const { sha512 } = await import("/static/sunlot/js/sha512.js");
        const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
        return messages.map((bytes) => hex(sha512(Uint8Array.from(bytes))));
    }"""
    found = page.evaluate(script, [list(message) for message in messages])
    assert found == [hashlib.sha512(message).hexdigest() for message in messages]


def test_inflate_takes_and_refuses_what_zlib_does(page: Page) -> None:
    rng = random.Random(11)  # noqa: S311  # test data
    tries, expected = [], []
    for number in range(600):
        content = bytes(rng.randrange(1 + number % 40) for _ in range(int(rng.random() ** 3 * 4000)))
        packer = zlib.compressobj(number % 10, zlib.DEFLATED, -15, 8, number % 5)
        packed = bytearray(packer.compress(content) + packer.flush())
        if number % 3 and packed:
            packed[rng.randrange(len(packed))] ^= 1 << rng.randrange(8)
        reader = zlib.decompressobj(-15)
        try:
            whole = reader.decompress(bytes(packed))
            right = reader.eof and not reader.unused_data and len(whole) == len(content)
        except zlib.error:
            right = False
        tries.append([base64.b64encode(packed).decode(), len(content)])
        expected.append(hashlib.sha256(whole).hexdigest() if right else "refused")
    script = """async (tries) => {
        const { inflate, InflateFault } = await import("/static/portal/verify/inflate.js");
        const { digest } = await import("/static/sunlot/js/hashing.js");
        return tries.map(([packed, size]) => {
            try {
                return digest("sha256", inflate(Uint8Array.from(atob(packed), (one) => one.charCodeAt(0)), size));
            } catch (fault) {
                if (fault instanceof InflateFault) return "refused";
                throw fault;
            }
        });
    }"""
    assert page.evaluate(script, tries) == expected
    assert 100 < expected.count("refused") < 500


KEYS: dict[str, tuple[str, str]] = {
    "whole": (LOG_KEY, ""),
    "empty": ("", "应为"),
    "without its number": ("log.example/wuhai+" + LOG_KEY.split("+", 2)[2], "应为"),
    "with another number": (LOG_KEY.replace("+" + LOG_KEY.split("+")[1], "+00000000"), "抄录有误"),
    "with a letter changed": (LOG_KEY.replace("wuhai", "wuhaj"), "抄录有误"),
    "cut": (LOG_KEY[:-4], "公钥"),
    "of another kind": (
        LOG_KEY.split("+")[0] + "+00000000+" + base64.b64encode(b"\x04" + b"x" * 32).decode(),
        "Ed25519",
    ),
    "with a space": (LOG_KEY + " ", "应为"),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_read_or_its_fault_told(name: str, page: Page) -> None:
    line, words = KEYS[name]
    script = """async (line) => {
        const { readKey, NoteFault } = await import("/static/sunlot/js/note.js");
        try { readKey(line); return ""; } catch (fault) { if (fault instanceof NoteFault) return fault.message; throw fault; }
    }"""
    told = page.evaluate(script, line)
    assert bool(told) == bool(words)
    assert words in told


# Younger than Chromium 102 or Firefox ESR 115; a browser that lacks one of these fails in the middle of a verification.
TOO_NEW = """
    .toSorted( .toReversed( .toSpliced( .with( .findLast( Object.groupBy Map.groupBy Array.fromAsync Promise.withResolvers
    .isWellFormed( .toWellFormed( fromBase64 toBase64 fromHex toHex structuredClone( DecompressionStream CompressionStream
    .union( .intersection( .difference( .isSubsetOf( URLPattern Promise.try RegExp.escape Iterator. .transfer( .resize(
""".split()


def test_the_modules_use_nothing_that_browsers_in_offices_lack() -> None:
    folders = [Path(str(finders.find(name))).parent for name in ("portal/verify/verify.js", "sunlot/js/note.js")]
    found = [
        f"{path.name}: {word}"
        for folder in folders
        for path in sorted(folder.glob("*.js"))
        for word in TOO_NEW
        if word
        in "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.lstrip().startswith("//"))
    ]
    assert found == []
