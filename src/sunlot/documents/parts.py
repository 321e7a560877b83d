"""What several documents share, as plain data. Texts are shown as they are, never interpreted as markup."""

import hashlib
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Evidence:
    """What ties the paper to the transparency log; stands at the end of a document beside its QR code."""

    digest: str
    """64 lowercase hex digits."""
    address: str
    """The page on which anybody can check it; the QR code leads there."""
    algorithm: str = "SHA-256"

    def __post_init__(self) -> None:
        if len(self.digest) != 64 or set(self.digest) - set("0123456789abcdef"):
            raise ValueError(f"a digest is 64 lowercase hex digits, found {self.digest!r}")


@dataclass(frozen=True)
class Signature:
    """One place to sign. Without name it is a line for the hand, with name it has been signed in the system."""

    role: str
    """e.g. "科室负责人"."""
    name: str = ""
    signed_at: str = ""
    """e.g. "2026年11月18日 16:02"."""
    note: str = ""
    """Under the line, e.g. "拒签，理由：对名单有异议"."""
    drawing: str = ""
    """The SVG of what was written by hand on the screen."""


@dataclass(frozen=True)
class Name:
    """A name with the mark 演示 after it when it is invented."""

    text: str
    demo: bool = False


@dataclass(frozen=True)
class Field:
    """A label and its value, e.g. "抽取时间" and "2026年11月23日 09:54"."""

    label: str
    value: str
    mono: bool = False
    """For codes, digests and other values of ASCII characters that are compared sign by sign."""


@dataclass(frozen=True)
class Image:
    """A picture, JPEG or PNG. In what is digested its SHA-256 stands for it."""

    data: bytes

    def __post_init__(self) -> None:
        if not self.suffix:
            raise ValueError("a picture is a JPEG or a PNG")

    @property
    def suffix(self) -> str:
        """`jpg` or `png` by the first bytes; empty for anything else."""
        return next((suffix for start, suffix in _PICTURES if self.data.startswith(start)), "")

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def file(self) -> str:
        """What its template knows it by."""
        return f"images/{self.digest}.{self.suffix}"


_PICTURES = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))


@dataclass(frozen=True, kw_only=True)
class Party:
    """被检查单位、当事人: who is inspected or served. What is not known is empty and leaves room to write it in."""

    name: Name
    number: str = ""
    """统一社会信用代码, or the number of a permit or project."""
    address: str = ""
    person: str = ""
    """法定代表人、负责人."""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Officer:
    """执法检查人员, with the number of the law-enforcement certificate."""

    name: Name
    certificate: str
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class ItemLine:
    """An inspection item with its basis in law."""

    code: str
    name: str
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """An opinion that is asked for on a form, in order: 承办人意见, 科室负责人意见, 单位负责人意见."""

    role: str
    text: str = ""
    name: str = ""
    """Who gave it in the system; empty leaves a line for the hand."""
    given_at: str = ""


@dataclass(frozen=True, kw_only=True)
class Slots:
    """What a department may word itself, as plain text; an empty one is left to the document's own words."""

    heading: str = ""
    """发文机关标志, e.g. "乌海市住房和城乡建设局"."""
    contact: str = ""
    """Whom to ask, in one line."""
    rights: str = ""
    """Rights and duties of whom the document is for; each line is a paragraph."""
    closing: str = ""
    """The last words before the signature; each line is a paragraph."""


NO_SLOTS = Slots()
