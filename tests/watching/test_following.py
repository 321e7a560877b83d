"""From checkpoint to checkpoint: what continues is read and proven, what does not is told with both notes."""

import pytest

from sunlot.ledger.keys import Kind, SigningKey
from sunlot.watching.following import Broken, follow
from sunlot.watching.sources import Missing

from .making import KEY, MadeLog, numbered

SIZES = [0, 1, 2, 255, 256, 257, 300, 513]


@pytest.mark.parametrize("old", SIZES)
@pytest.mark.parametrize("new", SIZES)
def test_every_growth_is_followed_entry_by_entry(old: int, new: int) -> None:
    if new < old:
        return
    known = MadeLog(numbered(old)).note.encode() if old else None
    log = MadeLog(numbered(new))
    step = follow(log, KEY.verifier, known)
    assert (step.old.size, step.checkpoint.size) == (old, new)
    assert list(step.entries()) == list(enumerate(numbered(new)))[old:]


def test_a_log_that_became_shorter_is_told_with_both_checkpoints() -> None:
    known, log = MadeLog(numbered(7)).note.encode(), MadeLog(numbered(3))
    with pytest.raises(Broken, match="变短") as caught:
        follow(log, KEY.verifier, known)
    assert caught.value.evidence == {"older-checkpoint": known, "newer-checkpoint": log.note.encode()}


@pytest.mark.parametrize("size", [3, 4, 256, 300])
def test_a_second_tree_is_told_with_both_checkpoints(size: int) -> None:
    known = MadeLog(numbered(3)).note.encode()
    log = MadeLog([*numbered(2), *numbered(size - 2, start=1000)])
    with pytest.raises(Broken, match="分叉") as caught:
        follow(log, KEY.verifier, known)
    assert caught.value.evidence == {"older-checkpoint": known, "newer-checkpoint": log.note.encode()}


@pytest.mark.parametrize(
    "path", ["tile/entries/000", "tile/entries/001.p/44", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]
)
def test_a_file_that_is_not_what_the_checkpoint_covers_is_told(path: str) -> None:
    log = MadeLog(numbered(300))
    right = log.read(path, 2**24)
    log.replaced[path] = right[:-1] + bytes([right[-1] ^ 1])
    with pytest.raises(Broken) as caught:
        list(follow(log, KEY.verifier, None).entries())
    assert caught.value.evidence["checkpoint"] == log.note.encode()


@pytest.mark.parametrize("path", ["tile/entries/000", "tile/0/001.p/44"])
def test_a_file_that_is_withheld_is_told(path: str) -> None:
    log = MadeLog(numbered(300), replaced={path: None, path.partition(".p")[0]: None})
    with pytest.raises(Broken, match="取不到"):
        list(follow(log, KEY.verifier, None).entries())


def test_a_partial_file_that_has_become_full_is_cut_from_it() -> None:
    class Grown(MadeLog):
        def read(self, path: str, most: int) -> bytes:
            if ".p/" in path:
                raise Missing(path)
            if path == "checkpoint":
                return MadeLog(numbered(200)).note.encode()
            return super().read(path, most)

    step = follow(Grown(numbered(256)), KEY.verifier, None)
    assert [one for _, one in step.entries()] == numbered(200)


def test_a_checkpoint_by_another_key_is_not_followed() -> None:
    other = SigningKey(KEY.name, Kind.ED25519, bytes(32))
    log = MadeLog(numbered(3), key=other)
    with pytest.raises(Broken, match="没有这样的签名") as caught:
        follow(log, KEY.verifier, None)
    assert caught.value.evidence == {"checkpoint": log.note.encode()}


def test_a_page_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(Broken) as caught:
        follow(MadeLog(replaced={"checkpoint": b"<!doctype html>"}), KEY.verifier, None)
    assert caught.value.evidence == {"checkpoint": b"<!doctype html>"}
