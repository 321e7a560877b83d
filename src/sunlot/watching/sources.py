"""Where a log is read from. What comes from a source is believed by nobody: `following` checks every byte of it."""

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Protocol

from sunlot.ledger.tiles import MAX_ENTRY, WIDTH

TIMEOUT = 30.0  # seconds without an answer
SLOWEST = 300.0  # seconds for one file, however it trickles in
MAX_TEXT = 2**20  # bytes of a checkpoint or a key
MAX_TILE = WIDTH * 32
MAX_BUNDLE = WIDTH * (MAX_ENTRY + 2)
MAX_NOTICE = 16 * 2**20
_PIECE = 2**16


class Unreachable(Exception):  # noqa: N818 -- reads as what happened
    """The log could not be read just now; nothing is known of whether it is right."""


class Missing(Exception):  # noqa: N818 -- reads as what happened
    """The source answers, but has no such file."""


class Source(Protocol):
    """Gives the files of one log by their path below its prefix, such as `checkpoint` or `tile/0/000.p/5`."""

    @property
    def name(self) -> str:
        """What people know it by."""
        ...

    def read(self, path: str, most: int) -> bytes:
        """The file, at most `most` bytes. Raises Missing and Unreachable."""
        ...


class HttpSource:
    """A log behind an address, which is that of its prefix: `https://host/log/`."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for an address that is not `http://…` or `https://…`."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
            raise ValueError(f"expected an address like https://host/log/, found {url!r}")
        self._prefix = url.rstrip("/") + "/"
        handlers = (urllib.request.HTTPHandler, urllib.request.HTTPSHandler, urllib.request.ProxyHandler)
        self._open = urllib.request.OpenerDirector()
        for handler in (*handlers, urllib.request.HTTPDefaultErrorHandler, urllib.request.HTTPErrorProcessor):
            self._open.add_handler(handler())

    @property
    def name(self) -> str:
        return self._prefix

    def read(self, path: str, most: int) -> bytes:
        address = urllib.parse.urljoin(self._prefix, path)
        request = urllib.request.Request(address, headers={"User-Agent": "sunlot-log", "Accept": "*/*"})  # noqa: S310
        try:
            with self._open.open(request, timeout=TIMEOUT) as answer:
                return _body(answer, most, address)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (404, 410):
                raise Missing(f"{address}: {error.code}") from None
            raise Unreachable(f"{address}: {error.code} {error.reason}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(f"{address}: {error}") from error


def _body(answer: http.client.HTTPResponse, most: int, address: str) -> bytes:
    until = time.monotonic() + SLOWEST
    found = bytearray()
    while piece := answer.read1(_PIECE):
        found += piece
        if len(found) > most:
            raise Unreachable(f"{address}: more than {most} bytes")
        if time.monotonic() > until:
            raise Unreachable(f"{address}: not done after {SLOWEST:.0f} seconds")
    if answer.length:
        raise Unreachable(f"{address}: {answer.length} bytes are missing at the end")
    return bytes(found)


class FolderSource:
    """A log that lies in a folder, as `sunlot log export` writes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return str(self._folder)

    def read(self, path: str, most: int) -> bytes:
        if path.startswith("/") or ".." in path.split("/"):
            raise Missing(path)
        try:
            with (self._folder / path).open("rb") as file:
                found = file.read(most + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise Missing(f"{self._folder / path}") from None
        except OSError as error:
            raise Unreachable(str(error)) from error
        if len(found) > most:
            raise Unreachable(f"{self._folder / path}: more than {most} bytes")
        return found
