"""CSV files as people have them: what is read, and that a broken line costs only itself."""

import pytest

from waymark.doors.files import File
from waymark.doors.table import rows
from waymark.errors import Invalid

NEEDED, KNOWN = ["date", "value"], ["date", "value", "note"]


def read(content: bytes) -> list[tuple[int, tuple[str, ...] | None]]:
    """Line and cells (date, value, note as far as they are there) of every row; None for a broken one."""
    found = rows(File("log.csv", content), NEEDED, KNOWN)
    return [
        (row.line, None if row.fault else tuple(row.cells[name] for name in KNOWN if name in row.cells))
        for row in found
    ]


GOOD = (2, ("2026-01-01", "5", "hi"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"date,value,note\n2026-01-01,5,hi\n", [GOOD], id="plain"),
        pytest.param(b"date,value,note\n2026-01-01,5,hi", [GOOD], id="no last line end"),
        pytest.param(b"\xef\xbb\xbfdate,value,note\r\n2026-01-01,5,hi\r\n", [GOOD], id="BOM and CRLF"),
        pytest.param(b"date,value,note\r2026-01-01,5,hi\r", [GOOD], id="CR alone"),
        pytest.param(b"note,value,date\nhi,5,2026-01-01\n", [GOOD], id="any order"),
        pytest.param(b" Date , VALUE,Note\n 2026-01-01 , 5 , hi \n", [GOOD], id="spaces and case"),
        pytest.param(b"mood,date,value,note\n:-),2026-01-01,5,hi\n", [GOOD], id="another column"),
        pytest.param(b"date,value\n2026-01-01,5\n", [(2, ("2026-01-01", "5"))], id="no note"),
        pytest.param(b"date,value,note\n2026-01-01,5\n", [(2, ("2026-01-01", "5"))], id="short row"),
        pytest.param(
            b"date,value,note\n2026-01-01,5,hi\n\n , ,\n2026-01-02,6,\n",
            [GOOD, (5, ("2026-01-02", "6", ""))],
            id="empty lines",
        ),
        pytest.param(
            b'date,value,note\n2026-01-01,5,"a, ""b""\nc"\n2026-01-02,6,\n',
            [(2, ("2026-01-01", "5", 'a, "b"\nc')), (4, ("2026-01-02", "6", ""))],
            id="quoted, over two lines",
        ),
        pytest.param(
            b'date,value,note\n2026-01-01,5,"oops\n2026-01-02,6,\n2026-01-03,7,\n',
            [(2, None), (3, ("2026-01-02", "6", "")), (4, ("2026-01-03", "7", ""))],
            id="a quote that is never closed",
        ),
        pytest.param(
            b'date,value,note\n2026-01-01,5,"oops\n2026-01-02,6,"fine"\n',
            [(2, None), (3, ("2026-01-02", "6", "fine"))],
            id="a quote that the next line closes",
        ),
        pytest.param(b"date,value,note\n2026-01-01,5,a,b\n", [(2, None)], id="too many columns"),
        pytest.param(b"date,value\n", [], id="nothing"),
    ],
)
def test_rows(content: bytes, expected: list[tuple[int, tuple[str, ...] | None]]) -> None:
    assert read(content) == expected


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"2026-01-01,5\n", b"date;value\n", b"date,note\n", b"date,date,value\n", b"d\0\xff\xfea"],
)
def test_a_header_is_needed(content: bytes) -> None:
    with pytest.raises(Invalid, match="date, value"):
        read(content)


def test_many_open_quotes_are_read_in_reasonable_time() -> None:
    content = b"date,value,note\n" + b'2026-01-01,5,"\x20oops\n2026-01-02,6,"b" c\n' * 2_000
    assert [cells for _, cells in read(content)] == [None] * 4_000
