"""The page's files: what they are made of, how they are kept, and that they are what they say."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import httpx2

import waymark.web.page
from waymark import __version__

APP = Path(waymark.web.page.__file__).parent / "static" / "app"
VENDOR = APP / "vendor"
MOST_BYTES = 100_000
"""Of everything that the first view needs, as it is sent."""


def test_libraries_are_what_their_makers_published() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
    held = {path.name for path in VENDOR.iterdir()} - {"manifest.json"}
    assert held == {each["file"] for each in manifest} | {each["licenceFile"] for each in manifest}
    for each in manifest:
        assert hashlib.sha256((VENDOR / each["file"]).read_bytes()).hexdigest() == each["sha256"], each[
            "file"
        ]
        assert {"package", "version", "path", "licence"} <= each.keys()


async def test_the_document_is_small_new_each_time_and_trusts_only_its_own(
    client: httpx2.AsyncClient,
) -> None:
    first = await client.get("/", headers={"Authorization": ""})
    policy = first.headers["content-security-policy"]
    assert first.headers["cache-control"] == "no-cache"
    assert __version__ in first.text
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "style=" not in first.text
    assert re.search(r"\son[a-z]+=", first.text) is None
    again = await client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == policy


async def test_files_are_kept_for_ever_under_a_name_that_changes_with_them(
    client: httpx2.AsyncClient,
) -> None:
    text = (await client.get("/")).text
    names = set(re.findall(r'"(/app/[^"]+)"', text)) - {"/app"}
    files = {name for name in names if "." in name}
    assert len(files) > 15
    sent = 0
    for name in files:
        answer = await client.get(name, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, name
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        sent += int(answer.headers["content-length"])
        plain = await client.get(name, headers={"Accept-Encoding": "identity"})
        assert plain.content == answer.content
        assert "content-encoding" not in plain.headers
    assert sent < MOST_BYTES
    digest = re.search(r"/app/([0-9a-f]+)/", text)
    assert digest is not None
    for wrong in ("/app/0123456789ab/main.js", f"/app/{digest[1]}/none.js", f"/app/{digest[1]}/index.html"):
        assert (await client.get(wrong)).status_code == 404
    for strange in (f"/app/{digest[1]}/..%2findex.html", f"/app/{digest[1]}/vendor/..%2fmain.js"):
        assert (await client.get(strange)).status_code == 404


async def test_what_is_packed_is_what_is_there(client: httpx2.AsyncClient) -> None:
    page = waymark.web.page.PAGE
    assert {name for name, file in page.files.items() if file.packed is None} == {
        "vendor/national-park-latin.woff2",
        "vendor/national-park-latin-ext.woff2",
    }
    assert all(gzip.decompress(file.packed) == file.plain for file in page.files.values() if file.packed)
    assert all(name in (APP / "index.html").read_text("utf-8") for name in ("noscript", "/docs"))
    assert (await client.get("/")).headers["vary"] == "accept-encoding"


def test_every_module_that_is_named_is_there_and_nothing_comes_from_elsewhere() -> None:
    bare = {"preact", "preact/hooks", "@preact/signals-core", "@preact/signals", "htm"}
    for path in APP.glob("*.js"):
        text = path.read_text("utf-8")
        named = set(re.findall(r'(?:from|import\()\s*"([^"]+)"', text))
        missing = {
            name for name in named - bare if not (name.startswith("./") and (APP / name[2:]).is_file())
        }
        assert missing == set(), path.name
        assert "innerHTML" not in text, path.name
        assert re.search(r"https?://(?!waymark)[a-z]", text) is None, path.name
        assert text.startswith("// "), path.name
