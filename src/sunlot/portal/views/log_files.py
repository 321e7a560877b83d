"""The log as programs read it: checkpoint, tiles and entry bundles (C2SP tlog-tiles), and proofs as JSON.

Anybody's page may read them from anywhere: a mirror's verifier, another department's monitor.
"""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sunlot.ledger.faults import LedgerError
from sunlot.ledger.text import encode_base64
from sunlot.ledger.tiles import WIDTH, Bundle, parse_path
from sunlot.trail.log import reading
from sunlot.trail.models import LogLeaf

from ..lists import json_page

TEXT = "text/plain; charset=utf-8"
FOREVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"  # a partial tile never changes either, but is soon not asked for any more
NEVER = "no-store"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_HASH = re.compile(r"[0-9a-f]{64}")


def _open(response: HttpResponse, cached: str) -> HttpResponse:
    response["Cache-Control"] = cached
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _missing(words: str, status: int = 404) -> HttpResponse:
    return _open(HttpResponse(f"{words}\n", content_type=TEXT, status=status), NEVER)


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint as a signed note, with the cosignatures that have come."""
    newest = reading.newest_checkpoint()
    if newest is None:
        return _missing("还没有检查点")
    return _open(HttpResponse(reading.note_of(newest).encode(), content_type=TEXT), NEVER)


@require_safe
def vkey(request: HttpRequest) -> HttpResponse:
    """The verifier key of the log, a line."""
    key = reading.verifier_key()
    if key is None:
        return _missing("还没有公钥")
    return _open(HttpResponse(f"{key}\n", content_type=TEXT), NEVER)


@require_safe
def tile(request: HttpRequest, rest: str) -> HttpResponse:
    """A tile of hashes or a bundle of entries, full or partial, of the newest published tree; 404 beyond it."""
    try:
        place = parse_path(f"tile/{rest}")
    except LedgerError as error:
        return _missing(str(error))
    newest = reading.newest_checkpoint()
    size = newest.size if newest else 0
    found = reading.bundle_bytes(place, size) if isinstance(place, Bundle) else reading.tile_bytes(place, size)
    if found is None:
        return _missing(f"已公布的日志有 {size} 条，没有这一块")
    response = HttpResponse(found, content_type="application/octet-stream")
    return _open(response, FOREVER if place.width == WIDTH else FOR_AN_HOUR)


@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """The proof that an entry is in the log, by `index`, or by `hash`, its leaf hash in hex: JSON.

    `{"checkpoint": signed note, "index", "entry": canonical JSON as text, "proof": [base64]}`.
    """
    tree = reading.published_tree()
    index = _index_asked(request)
    if isinstance(index, str):
        return _missing(index, 400)
    if tree is None or index is None or index >= tree.size:
        return _missing("已公布的日志中没有这一条")
    return _proven(tree, lambda: tree.at(index).as_json())


@require_safe
def consistency(request: HttpRequest) -> HttpResponse:
    """The proof that the newest tree continues the one of `old` entries: `{"checkpoint", "old", "proof": [base64]}`."""
    tree = reading.published_tree()
    old = request.GET.get("old", "")
    if not _NUMBER.fullmatch(old):
        return _missing("old 应为十进制的条数", 400)
    if tree is None or int(old) > tree.size:
        return _missing("已公布的日志没有这么多条")
    return _proven(tree, lambda: {"old": int(old), "proof": [encode_base64(one) for one in tree.consistency(int(old))]})


def _proven(tree: reading.PublishedTree, make: Any) -> HttpResponse:
    try:
        value = {"checkpoint": reading.note_of(tree.checkpoint).encode().decode(), **make()}
    except LedgerError as error:
        return _missing(f"日志的数据与已签名的根不一致，不能给出证明：{error}", 503)
    return _open(json_page(value), NEVER)


def _index_asked(request: HttpRequest) -> int | str | None:
    """The index that the address asks for; a text says what is wrong with it, None is an entry that is not there."""
    number, leaf = request.GET.get("index", ""), request.GET.get("hash", "").lower()
    if _NUMBER.fullmatch(number) and not leaf:
        return int(number)
    if _HASH.fullmatch(leaf) and not number:
        rows = LogLeaf.objects.filter(event__leaf_hash=bytes.fromhex(leaf))
        return rows.values_list("index", flat=True).first()
    return "应有 index（条目序号）或 hash（叶哈希，64 位十六进制）之一"
