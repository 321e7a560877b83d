"""What the log keeps outside the database: its signing keys, and the newest checkpoint that it ever signed.

The folder is `SUNLOT_LOG` (by default `log` in the data folder), readable by its owner alone:

- `key`: the Ed25519 signing key, made on first use. Who has it can sign for the log: keep a copy where few can reach.
- `sm2-key`: an SM2 signing key, when the operator has put one there.
- `newest`: the newest signed checkpoint. A database restored from an older day does not hold it: so the sealer sees that
  it would fork the tree, and stops.
"""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from sunlot.ledger.checkpoints import OpenCheckpoint, open_checkpoint
from sunlot.ledger.faults import LedgerError
from sunlot.ledger.keys import Kind, SigningKey, VerifierKey, parse_signing_key
from sunlot.watching.files import sync_folder, write_new, write_whole

if sys.platform != "win32":
    import fcntl


class KeyMissing(Exception):  # noqa: N818 -- reads as what is wrong
    """The log's key or its newest checkpoint is not where it should be, or is not what it should be.

    The page of the log shows the words to everybody: they name files, never where on the machine these lie.
    """


@dataclass(frozen=True)
class Keyring:
    """The log's signing keys, the Ed25519 one first."""

    keys: tuple[SigningKey, ...]

    @property
    def key(self) -> SigningKey:
        """The log's own key; its name is the log's origin."""
        return self.keys[0]


def folder() -> Path:
    """Where keys and newest checkpoint are kept."""
    return Path(settings.SUNLOT_LOG)


def open_keyring(*, may_make: bool) -> Keyring:
    """The keys; on an installation that never sealed (`may_make`) the first one is made. Raises KeyMissing."""
    path = folder() / "key"
    if not path.exists():
        if not may_make:
            raise KeyMissing("没有签名密钥 key")
        key = SigningKey(settings.SUNLOT_LOG_NAME, Kind.ED25519, secrets.token_bytes(32))
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):  # another process was quicker: then its key is the log's
            write_new(path, f"{key.export()}\n".encode())
    own = _read_key(path, Kind.ED25519)
    second = folder() / "sm2-key"
    if not second.exists():
        return Keyring((own,))
    sm2 = _read_key(second, Kind.SM2)
    if sm2.name != own.name:
        raise KeyMissing(f"sm2-key 里的密钥不是以 {own.name} 为名")
    return Keyring((own, sm2))


def _read_key(path: Path, kind: Kind) -> SigningKey:
    """The key in a file. Raises KeyMissing for a spoilt file and a key of another kind; never tells what it holds."""
    try:
        key = parse_signing_key(path.read_text(encoding="utf-8").strip())
    except ValueError as error:
        raise KeyMissing(f"{path.name} 里不是签名密钥") from error
    if key.kind is not kind:
        raise KeyMissing(f"{path.name} 里是 {key.kind.name} 密钥，应为 {kind.name} 密钥")
    return key


def newest_signed(key: VerifierKey) -> OpenCheckpoint | None:
    """The newest checkpoint that the log's key signed; None where there is none. Raises KeyMissing if it is spoilt."""
    path = folder() / "newest"
    try:
        return open_checkpoint(path.read_bytes(), key)
    except FileNotFoundError:
        return None
    except LedgerError as error:
        raise KeyMissing(f"最新检查点 newest 有误：{error}") from error


def keep_newest(note: bytes) -> None:
    """Replace the newest checkpoint, whole or not at all, on disk before this returns."""
    write_whole(folder() / "newest", note, mode=0o600)


@contextmanager
def one_signer() -> Iterator[None]:
    """Keep other processes of this machine from signing meanwhile; the system frees it when the process dies."""
    if sys.platform == "win32":  # where one process seals
        yield
        return
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_newest_aside(size: int) -> None:
    """Keep the checkpoint of a lost range as evidence, under a name of its own."""
    path = folder() / "newest"
    if path.exists():
        path.replace(folder() / f"lost-{size}-{secrets.token_hex(4)}")
        sync_folder(folder())
