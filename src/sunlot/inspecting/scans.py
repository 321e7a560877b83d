"""Scans and photos of signed paper: which kinds are taken, told by their first bytes and never by the name."""

from sunlot.organisations.viewer import Refused

MAX_SIZE = 15 * 2**20
"""Bytes; a phone's photo has 3 to 8 million."""

_KINDS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"<svg xmlns=", "image/svg+xml"),
)


def kind_of(content: bytes) -> str:
    """The MIME type of an uploaded scan: PDF, JPEG or PNG. Raises Refused for anything else, empty or too large."""
    if not content:
        raise Refused("上传的文件是空的，重新选择扫描件或照片。")
    if len(content) > MAX_SIZE:
        raise Refused(f"文件有 {len(content) // 2**20} MB，超过 {MAX_SIZE // 2**20} MB。重新拍摄或降低清晰度。")
    kind = mime_of(content)
    if kind not in ("application/pdf", "image/jpeg", "image/png"):
        raise Refused("只收 PDF、JPG 或 PNG 格式的扫描件和照片。")
    return kind


def mime_of(content: bytes) -> str:
    """The MIME type of a file kept under a signature, our own drawings among them."""
    return next((mime for start, mime in _KINDS if content.startswith(start)), "application/octet-stream")
