"""log.json and trail.json of a filed inspection: entries with their way to a signed root, and acts told in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sunlot.filed.manifest import LOG, MANIFEST, TRAIL
from sunlot.ledger.faults import LedgerError
from sunlot.ledger.known import KnownLog, KnownTree
from sunlot.ledger.text import decode_base64
from sunlot.lottery.check import MISSING, Checker
from sunlot.lottery.errors import Fault, show
from sunlot.lottery.logged import MAX_PROOF
from sunlot.norms import canonical

FILED = "archiving.filed"
_SALT = 16


@dataclass(frozen=True)
class Entry:
    """An entry of the log that was found under the checkpoint's root; `said` are its members."""

    index: int
    entry: str
    said: dict[str, object]

    @property
    def public(self) -> dict[str, object]:
        found = self.said.get("public")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Log:
    """What log.json proves."""

    size: int
    filing: Entry | None
    entries: tuple[Entry, ...]

    def holds(self, member: str, digest: str) -> bool:
        """Whether a public entry says this."""
        return any(one.public.get(member) == digest for one in self.entries)


@dataclass(frozen=True)
class Told:
    """An act of the trail: its entry, and the whole of it unless that was erased."""

    entry: str
    whole: dict[str, object] | None


def read_log(value: object, key: KnownLog) -> tuple[Log | None, list[Fault]]:
    """What log.json proves by this key; None where its checkpoint can't be believed."""
    checker = Checker(LOG)
    top = checker.mapping(value, "", ("checkpoint", "vkey", "filing", "entries"))
    if top is None:
        return None, checker.faults
    checkpoint = top.get("checkpoint", MISSING)
    if not isinstance(checkpoint, str):
        checker.fault("checkpoint", "检查点", checkpoint)
        return None, checker.faults
    try:
        tree = key.open(checkpoint)
    except LedgerError as error:
        checker.note("checkpoint", f"由 {key.key.name} 签名的检查点", str(error))
        return None, checker.faults
    entries = []
    for at, one in enumerate(checker.array(top.get("entries", MISSING), "entries") or []):
        found = _entry(checker, one, f"entries[{at}]", tree)
        if found is not None:
            entries.append(found)
    filing = _entry(checker, top.get("filing", MISSING), "filing", tree)
    return Log(tree.size, filing, tuple(entries)), checker.faults


def _entry(checker: Checker, value: object, place: str, tree: KnownTree) -> Entry | None:
    members = checker.mapping(value, place, ("index", "entry", "proof"))
    if members is None:
        return None
    index = checker.integer(members.get("index", MISSING), f"{place}.index", 0)
    entry = members.get("entry", MISSING)
    proof = checker.array(members.get("proof", MISSING), f"{place}.proof")
    if index is None or proof is None:
        return None
    if not isinstance(entry, str):
        checker.fault(f"{place}.entry", "条目", entry)
        return None
    if len(proof) > MAX_PROOF or not all(isinstance(one, str) for one in proof):
        checker.note(f"{place}.proof", f"至多 {MAX_PROOF} 个哈希", f"{len(proof)} 项")
        return None
    try:
        hashes = [decode_base64(str(one), LOG, f"{place}.proof") for one in proof]
        tree.check_inclusion(index, entry.encode(), hashes)
        said = canonical.loads_canonical(entry.encode())
    except (LedgerError, canonical.CanonicalError, UnicodeEncodeError) as error:
        checker.note(place, "在日志里的条目", str(error))
        return None
    return Entry(index, entry, dict(said) if isinstance(said, dict) else {})


def read_trail(value: object) -> tuple[list[Told], list[Fault]]:
    """The acts that trail.json tells, each compared with the salted digest in its entry."""
    checker = Checker(TRAIL)
    found = []
    for at, one in enumerate(checker.array(value, "") or []):
        told = _told(checker, one, f"[{at}]")
        if told is not None:
            found.append(told)
    return found, checker.faults


def _told(checker: Checker, value: object, place: str) -> Told | None:
    members = checker.mapping(value, place, ("entry", "whole", "salt"))
    if members is None:
        return None
    entry, whole, salt = (members.get(name, MISSING) for name in ("entry", "whole", "salt"))
    if not isinstance(entry, str):
        checker.fault(f"{place}.entry", "条目", entry)
        return None
    if whole is None and salt is None:
        return Told(entry, None)
    if not isinstance(whole, str) or not isinstance(salt, str) or len(salt) != 2 * _SALT:
        checker.note(place, "留痕全文和盐（清除了的两项都是 null）", "不全")
        return None
    full, why = _opened(entry, whole, salt)
    if full is None:
        checker.note(f"{place}.whole", "条目摘要所指的留痕全文", why)
        return None
    return Told(entry, full)


def _opened(entry: str, whole: str, salt: str) -> tuple[dict[str, object] | None, str]:
    """The act that an entry's salted digest stands for; None with what was found instead."""
    try:
        said = canonical.loads_canonical(entry.encode())
        full = canonical.loads_canonical(whole.encode())
        digest = sha256(bytes.fromhex(salt) + whole.encode()).hexdigest()
    except ValueError as error:  # no canonical form, no hexadecimal salt
        return None, str(error)
    if not isinstance(said, dict) or not isinstance(full, dict) or said.get("digest") != digest:
        return None, f"摘要 {digest}"
    return dict(full), ""


def erased_words(events: Sequence[Told]) -> list[str]:
    """A remark where the trail was erased in part (个人信息保护法 第四十七条)."""
    count = sum(one.whole is None for one in events)
    return [f"{count} 条留痕的明细已依法清除，只剩日志条目。"] if count else []


def tells(events: Sequence[Told], kind: str, digest: str) -> bool:
    """Whether an act of this kind names the digest; one whose detail was erased may have."""
    for one in events:
        if one.whole is None:
            return True
        after = one.whole.get("after")
        if one.whole.get("type") == kind and isinstance(after, dict) and after.get("digest") == digest:
            return True
    return False


def faults_of_filing(log: Log, subject: str, manifest_digest: str) -> list[Fault]:
    """Whether the log's entry of the filing names this very manifest."""
    filing = log.filing
    if filing is None:
        return [Fault(LOG, "filing", "归档的日志条目", "没有或不在日志里")]
    faults = []
    for name, wanted in (("type", FILED), ("subject", subject)):
        if filing.said.get(name) != wanted:
            faults.append(Fault(LOG, f"filing.{name}", show(wanted), show(filing.said.get(name))))
    if filing.public.get("manifest") != manifest_digest:
        logged = show(filing.public.get("manifest"))
        faults.append(Fault(MANIFEST, "", f"日志所记的摘要 {logged}", manifest_digest))
    return faults
