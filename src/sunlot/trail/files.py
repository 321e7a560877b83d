"""Files kept for ever under the digest of their bytes: evidence, uploads, scans, bundles."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from sunlot.norms import clock

from .models import StoredFile


def path_of(digest: str) -> Path:
    """Where the file of this digest lies in the data folder."""
    return Path(settings.SUNLOT_FILES) / digest[:2] / digest[2:4] / digest


def store(chunks: bytes | Iterable[bytes]) -> StoredFile:
    """Keep the bytes and return their record. The same bytes twice are one file.

    The file is whole on disk (written aside, flushed, renamed) before its row exists: a crash in between leaves a file
    that nothing names, never a name without its file.
    """
    folder = Path(settings.SUNLOT_FILES)
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as out:
        try:
            for chunk in [chunks] if isinstance(chunks, bytes) else chunks:
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
    name = digest.hexdigest()
    target = path_of(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    Path(out.name).replace(target)
    stored, _ = StoredFile.objects.get_or_create(digest=name, defaults={"size": size, "stored_at": clock.now()})
    return stored


def read(digest: str) -> bytes:
    """The bytes of a stored file, checked against their digest.

    Raises FileNotFoundError where it is gone and ValueError where somebody changed it on disk.
    """
    content = path_of(digest).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"stored file {digest} was changed on disk")
    return content
