"""Files as people have them: one, a folder or a zip; texts in the encodings that spreadsheets write.

What is in the files is not known here.
"""

import codecs
import zipfile
import zlib
from collections.abc import Callable
from io import StringIO
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from waymark.errors import Invalid

MAX_BYTES: Final = 512 * 2**20
"""Of all that is read from one zip or folder: a small zip can claim to hold any amount."""
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class File(NamedTuple):
    """A file: its name, for a member of a zip or folder its path in there, and its bytes."""

    name: str
    content: bytes

    @property
    def lines(self) -> list[str]:
        """Its lines with their ends: UTF-8, or UTF-16 if it says so.

        Bytes that are neither become lone surrogates, which every field refuses.
        """
        encoding = "utf-16" if self.content.startswith(_UTF16) else "utf-8-sig"
        text = self.content.decode(encoding, "surrogateescape" if encoding == "utf-8-sig" else "replace")
        # As the csv module wants it: a lone CR ends a line too, and none is translated.
        return StringIO(text, newline="").readlines()

    @property
    def path(self) -> PurePosixPath:
        return PurePosixPath(self.name)


def files(path: Path, wanted: Callable[[PurePosixPath], bool]) -> list[File]:
    """The wanted files of a folder or a zip by path, or the file itself; Invalid for a broken zip."""
    if path.is_dir():
        inside = sorted(each for each in path.rglob("*") if each.is_file())
        named = [(PurePosixPath(each.relative_to(path).as_posix()), each) for each in inside]
        chosen = [(name, each) for name, each in named if wanted(name)]
        _check_size(path, sum(each.stat().st_size for _, each in chosen))
        return [File(str(name), each.read_bytes()) for name, each in chosen]
    if not zipfile.is_zipfile(path):
        return [File(path.name, path.read_bytes())]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if wanted(PurePosixPath(each.filename))]
            _check_size(path, sum(each.file_size for each in members))
            found = [File(each.filename, archive.read(each)) for each in members if not each.is_dir()]
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise Invalid(f"{path}: this zip cannot be read: {error}") from None
    return sorted(found, key=lambda file: file.name)


def _check_size(path: Path, size: int) -> None:
    if size > MAX_BYTES:
        raise Invalid(f"{path}: more than {MAX_BYTES >> 20} MiB inside.")
