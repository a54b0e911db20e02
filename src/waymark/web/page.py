"""The page for people: its files, ready to be sent, and the document that begins it.

Files only, read once; what they do runs in the browser, over the same API as everybody's.
The modules of the first view go out as one (`first_view.py`), those of later views as they are.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from starlette.responses import Response

from waymark import __version__
from waymark.errors import NotFound
from waymark.web.first_view import one_file

_ROOT: Final = Path(__file__).parent / "static" / "app"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_PACKED_ALREADY: Final = {".woff2"}
_DIGITS: Final = 12
_IMPORTS: Final = {
    "preact": "vendor/preact.mjs",
    "preact/hooks": "vendor/hooks.mjs",
    "@preact/signals-core": "vendor/signals-core.mjs",
    "@preact/signals": "vendor/signals.mjs",
    "htm": "vendor/htm.mjs",
}
"""Where a bare name in an import is found."""
_FIRST: Final = "first.js"


class File(NamedTuple):
    """One file of the page, plain and gzipped."""

    media_type: str
    plain: bytes
    packed: bytes | None


class Page:
    """The page as it stands in this version; every address in it holds a digest of the whole.

    So a browser may keep a file for ever, and never mixes files of two versions.
    """

    def __init__(self, root: Path = _ROOT) -> None:
        self.files = {
            path.relative_to(root).as_posix(): _file(path)
            for path in sorted(root.rglob("*"))
            if path.suffix in _TYPES
        }
        first, within = one_file(
            "main.js",
            lambda name: self.files[name].plain.decode(),
            lambda source: _IMPORTS.get(source, source.removeprefix("./")),
        )
        self.files[_FIRST] = _packed(_TYPES[".js"], first.encode())
        whole = hashlib.sha256()
        for name, file in self.files.items():
            whole.update(f"{name}\0{len(file.plain)}\0".encode() + file.plain)
        self.digest = whole.hexdigest()[:_DIGITS]
        # Who imports one of the modules that went out as one gets that one: each runs once.
        imports = json.dumps(
            {"imports": {self._address(name): self._address(_FIRST) for name in within if "/" not in name}},
            separators=(",", ":"),
        )
        theme = (root / "theme.js").read_text("utf-8")
        text = (root / "index.html").read_text("utf-8")
        for name, value in {
            "app": f"/app/{self.digest}",
            "version": __version__,
            "imports": imports,
            "theme": theme,
        }.items():
            text = text.replace("{{" + name + "}}", value)
        self._document = _packed("text/html; charset=utf-8", text.encode())
        self._etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"'
        trusted = " ".join(f"'sha256-{_digest(script)}'" for script in (imports, theme))
        self._policy = (
            f"default-src 'none'; script-src 'self' {trusted}; style-src 'self'; "
            "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def document(self, headers: Mapping[bytes, bytes]) -> Response:
        """What `/` answers; small, and asked for again each time, so that a new version shows at once."""
        always = {
            "cache-control": "no-cache",
            "etag": self._etag,
            "content-security-policy": self._policy,
            "referrer-policy": "no-referrer",
            "cross-origin-opener-policy": "same-origin",
        }
        if self._etag.encode() in headers.get(b"if-none-match", b""):
            return Response(status_code=304, headers=always)
        return _response(self._document, headers, always)

    def file(self, digest: str, name: str, headers: Mapping[bytes, bytes]) -> Response:
        """One file of this version; raises NotFound for others."""
        file = self.files.get(name)
        if file is None or digest != self.digest:
            raise NotFound("There is nothing at this address.")
        return _response(file, headers, {"cache-control": "public, max-age=31536000, immutable"})

    def _address(self, path: str) -> str:
        return f"/app/{self.digest}/{path}"


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _file(path: Path) -> File:
    media_type = _TYPES[path.suffix]
    plain = path.read_bytes()
    return File(media_type, plain, None) if path.suffix in _PACKED_ALREADY else _packed(media_type, plain)


def _packed(media_type: str, plain: bytes) -> File:
    return File(media_type, plain, gzip.compress(plain, 9, mtime=0))


def _response(file: File, headers: Mapping[bytes, bytes], extra: Mapping[str, str]) -> Response:
    sent = {**extra, "vary": "accept-encoding"}
    if file.packed is not None and b"gzip" in headers.get(b"accept-encoding", b""):
        return Response(file.packed, media_type=file.media_type, headers={**sent, "content-encoding": "gzip"})
    return Response(file.plain, media_type=file.media_type, headers=sent)


PAGE: Final = Page()
