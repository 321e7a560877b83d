"""A page as one HTML file: its modules and style sheets put together, with a policy that forbids everything else.

A page opened from a disk can import no module and may run no worker but one made from its own text. So the modules are
joined into one program, which for the verifier runs in both places: on the page it starts the page, in the worker the
verification.
"""

import base64
import hashlib
import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

_STYLES = ("sunlot/tokens.css", "sunlot/base.css", "sunlot/product.css")

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORTED = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_RENAMED = re.compile(r"^export \{ (\w+) as (\w+) \};\n", re.MULTILINE)
_LEFT_OVER = re.compile(r"^\s*(?:import|export)\b|\bimport[.(]|</script", re.MULTILINE)


@dataclass(frozen=True)
class OnePage:
    """A page to keep: its template, the modules that its program begins with, its style sheets, and what starts it.

    `start` is JavaScript that finds what the first module exports in `page`; `allowed` are further rules of its policy.
    """

    template: str
    modules: tuple[str, ...]
    styles: tuple[str, ...]
    start: str
    allowed: tuple[str, ...] = ()

    def html(self, **values: Any) -> str:
        """The whole file. `values` are the template's own, text that it escapes."""
        return render_to_string(
            self.template,
            {
                **values,
                "policy": self.policy(),
                "style": SafeString(f"<style>{_style(self.styles)}</style>"),  # our own files
                "program": SafeString(f'<script type="module" id="program">{self.program()}</script>'),  # our own files
            },
        )

    def policy(self) -> str:
        """The content security policy of the file: this one script, this one style, no network."""
        return "; ".join(
            [
                "default-src 'none'",
                f"script-src '{_digest(self.program())}'",
                f"style-src '{_digest(_style(self.styles))}'",
                *self.allowed,
                "connect-src 'none'",
                "form-action 'none'",
                "base-uri 'none'",
            ]
        )

    def program(self) -> str:
        """The modules in an order in which each comes after those that it needs, and what starts them."""
        return _program(self.modules, self.start)


VERIFIER = OnePage(
    "portal/verify_offline.html",
    ("portal/verify/page.js", "portal/verify/worker.js"),
    (*_STYLES, "portal/verify/verify.css"),
    # started on the page with this very text as the worker's program
    """if (typeof document !== "undefined") {
  const program = new Blob([document.getElementById("program").textContent], { type: "text/javascript" });
  page.startPage(document.getElementById("verifier"), () => new Worker(URL.createObjectURL(program)));
}
""",
    ("worker-src blob:",),
)

NONCE = OnePage(
    "portal/nonce.html",
    ("portal/nonce/page.js",),
    _STYLES,
    """page.startPage(document.getElementById("nonce"));
""",
)


# The parts of a page change with the installation alone: they are put together once for each process.
@lru_cache(maxsize=4)
def _style(names: tuple[str, ...]) -> str:
    return "\n".join(_source(name) for name in names)


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache(maxsize=4)
def _program(names: tuple[str, ...], start: str) -> str:
    ordered: list[str] = []
    for name in names:
        _collect(name, ordered, ())
    modules = "".join(_as_function(name) for name in ordered)
    return f'"use strict";\n{modules}const page = {_variable(names[0])};\n{start}'


def _collect(name: str, ordered: list[str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"modules import each other in a circle: {' → '.join((*above, name))}")
    if name in ordered:
        return
    for _, other in _IMPORT.findall(_source(name)):
        _collect(_resolved(name, other), ordered, (*above, name))
    ordered.append(name)


def _as_function(name: str) -> str:
    """A module as a constant that holds what it exports. Raises ValueError for forms that the modules here don't use."""
    source = _source(name)
    exported = [found for _, found in _EXPORTED.findall(source)]
    exported += [f"{new}: {old}" for old, new in _RENAMED.findall(source)]
    body = _IMPORT.sub(lambda found: _as_constant(name, found[1], found[2]), source)
    body = _RENAMED.sub("", body)
    body = re.sub(r"^export (?=(?:async )?function|class|const)", "", body, flags=re.MULTILINE)
    if left := _LEFT_OVER.search(body):
        raise ValueError(f"{name}: {left[0].strip()!r} can't be put into one file")
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _as_constant(name: str, names: str, other: str) -> str:
    renamed = re.sub(r"(\w+) as (\w+)", r"\1: \2", " ".join(names.split()))
    return f"const {{ {renamed} }} = {_variable(_resolved(name, other))};\n"


def _resolved(name: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), other))


def _variable(name: str) -> str:
    return "module_" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _source(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found).read_text(encoding="utf-8")
