"""A goal as a drawing: its chart and its badge as SVG, from its document and series.

Values in, text out: nothing is fetched, every text is escaped, and no script can be in it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any, Final, NamedTuple, TypeAlias

Document: TypeAlias = dict[str, Any]

_WIDTH: Final = 640
_HEIGHT: Final = 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 616, 84, 276
_MAX_TITLE: Final = 48
_STYLE: Final = """<style>
:root{--sheet:#fffdf7;--line:#dcd6c6;--ink:#1d2a24;--soft:#57625b;--pine:#1f5a41;--blaze:#c8451c}
@media (prefers-color-scheme:dark){:root{--sheet:#1a211d;--line:#303b35;--ink:#e9ece4;--soft:#a6b2aa;\
--pine:#86cba6;--blaze:#ff8f63}}
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--soft)}
.title{font-weight:700;font-size:18px;fill:var(--ink)}.percent{font-weight:700;font-size:22px;fill:var(--ink)}
.sheet{fill:var(--sheet);stroke:var(--line)}.grid{stroke:var(--line)}.target{stroke:var(--blaze)}
.plan{stroke:var(--soft);stroke-dasharray:6 5}.you{stroke:var(--pine);stroke-width:2.5}
.rate{stroke:var(--pine);stroke-width:2;stroke-dasharray:2 5}.area{fill:var(--pine);opacity:.1}
.mark{fill:var(--sheet);stroke:var(--soft);stroke-width:2}.reached{fill:var(--blaze);stroke:var(--blaze)}
path,line{fill:none}.area{fill:var(--pine)}
</style>"""
PACE: Final = {
    "completed": "completed",
    "paused": "paused",
    "not_started": "not begun",
    "overdue": "overdue",
    "ahead": "ahead of pace",
    "on_track": "on pace",
    "at_risk": "slowing down",
    "recovering": "catching up",
    "behind": "behind pace",
}
"""Pace in words; what is missing has nothing to say yet."""


class _Plane(NamedTuple):
    """Where a day and a value are on the drawing; pixels, so floats will do."""

    first_on: date
    last_on: date
    low: float
    high: float

    def x(self, day: date) -> float:
        whole = max(1, (self.last_on - self.first_on).days)
        return _LEFT + (_RIGHT - _LEFT) * (day - self.first_on).days / whole

    def y(self, value: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (value - self.low) / ((self.high - self.low) or 1)

    def line(self, points: Sequence[tuple[date, float]]) -> str:
        """A path through the points."""
        return "M" + "L".join(f"{self.x(day):.1f} {self.y(value):.1f}" for day, value in points)


def chart(goal: Document, series: Document) -> str:
    """A goal's line beside its plan, where it leads, its target and milestones, 640 × 320.

    `goal` and `series` are as `GET /goals/{id}` and `…/series` give them, their numbers exact.
    """
    title, percent = _shortened(goal["title"]), _percent(goal)
    words = ", ".join(part for part in (_standing(goal), PACE.get(goal["pace"]["status"], "")) if part)
    drawn = "".join(_drawn(goal, series)) or f'<text x="{_LEFT}" y="180">Nothing measured yet.</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}"'
        f' height="{_HEIGHT}" role="img" aria-labelledby="t d"><title id="t">{escape(goal["title"])}</title>'
        f'<desc id="d">{escape(f"{percent}, {words}")}</desc>{_STYLE}'
        f'<rect class="sheet" x=".5" y=".5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="14"/>'
        f'<path class="reached mark" d="{_diamond(32, 34, 9)}"/>'
        f'<text class="title" x="52" y="40">{escape(title)}</text>'
        f'<text class="percent" x="{_RIGHT}" y="40" text-anchor="end">{percent}</text>'
        f'<text x="52" y="62">{escape(words)}</text>{drawn}</svg>'
    )


def badge(goal: Document) -> str:
    """A goal's name and percent in one line, 22 high, as wide as its name needs."""
    title, percent = _shortened(goal["title"]), _percent(goal)
    name_width, percent_width = 30 + round(6.6 * len(title)), 16 + round(7.2 * len(percent))
    width = name_width + percent_width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="22" viewBox="0 0 {width} 22"'
        f' role="img" aria-labelledby="t"><title id="t">{escape(goal["title"])}: {percent}</title>'
        '<style>text{font:600 12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}</style>'
        f'<rect width="{width}" height="22" rx="5" fill="#1d2a24"/>'
        f'<path d="M{name_width} 0h{percent_width - 5}a5 5 0 0 1 5 5v12a5 5 0 0 1-5 5h-{percent_width - 5}z"'
        f' fill="#1f6a47"/><path d="{_diamond(12, 11, 6)}" fill="#ff8f63"/>'
        f'<text x="23" y="15.5" fill="#fff" textLength="{name_width - 30}"'
        f' lengthAdjust="spacingAndGlyphs">{escape(title)}</text>'
        f'<text x="{name_width + percent_width / 2}" y="15.5" fill="#fff" text-anchor="middle">'
        f"{percent}</text></svg>"
    )


def _drawn(goal: Document, series: Document) -> Iterator[str]:
    lines = {name: _points(series, name) for name in ("value", "expected", "target")}
    you = lines["value"]
    if not you:
        return
    # Once it is there, the line has said what it has to say: further on it would only dwarf the rest.
    there = goal["pace"]["projectedDate"] or date.max.isoformat()
    ahead = [each for each in series["projection"] if each["date"] <= there]
    lead = [(date.fromisoformat(each["date"]), float(each["value"])) for each in ahead]
    due = date.fromisoformat(goal["targetDate"]) if goal["targetDate"] else None
    if due is not None and due > you[-1][0] and goal["targetValue"] is not None:
        for name in ("expected", "target"):
            lines[name].append((due, float(goal["targetValue"])))
        lead = [point for point in lead if point[0] <= due]
    points = [*you, *lines["expected"], *lines["target"], *lead]
    days, values = [day for day, _ in points], [value for _, value in points]
    plane = _Plane(min(days), max(days), min(values), max(values))
    yield from _axes(plane)
    area = f"{plane.line(you)}L{plane.x(you[-1][0]):.1f} {_BOTTOM}L{plane.x(you[0][0]):.1f} {_BOTTOM}Z"
    yield f'<path class="area" d="{area}"/>'
    for name, style in (("target", "target"), ("expected", "plan"), ("value", "you")):
        if lines[name]:
            yield f'<path class="{style}" d="{plane.line(lines[name])}"/>'
    if lead:
        yield f'<path class="rate" d="{plane.line([you[-1], *lead])}"/>'
    yield from _marks(goal, plane)


def _points(series: Document, name: str) -> list[tuple[date, float]]:
    return [
        (date.fromisoformat(point["to"]), float(point[name]))
        for point in series["points"]
        if point[name] is not None
    ]


def _axes(plane: _Plane) -> Iterator[str]:
    for value in (plane.low, (plane.low + plane.high) / 2, plane.high):
        y = plane.y(value)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_short(value)}</text>'
    for day, anchor in ((plane.first_on, "start"), (plane.last_on, "end")):
        yield f'<text x="{plane.x(day):.1f}" y="{_BOTTOM + 24}" text-anchor="{anchor}">{day}</text>'


def _marks(goal: Document, plane: _Plane) -> Iterator[str]:
    for each in goal["milestones"]:
        if each["targetValue"] is not None and plane.low <= each["targetValue"] <= plane.high:
            style = "mark reached" if each["completedAt"] else "mark"
            place = _diamond(_RIGHT, plane.y(float(each["targetValue"])), 5)
            yield f'<path class="{style}" d="{place}"><title>{escape(each["title"])}</title></path>'


def _standing(goal: Document) -> str:
    if goal["currentValue"] is None or goal["targetValue"] is None:
        return ""
    unit = goal["unit"] or goal["currency"] or ""
    return f"{_plain(goal['currentValue'])} → {_plain(goal['targetValue'])} {unit}".strip()


def _percent(goal: Document) -> str:
    return f"{_plain(goal['progressPercent'])} %"


def _plain(amount: object) -> str:
    """An amount as it is, with thousands apart."""
    return f"{amount:,}"


def _short(value: float) -> str:
    """A value at an axis: three digits say where a line is."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{Decimal(f'{value:.3g}'):f}"


def _shortened(title: str) -> str:
    return title if len(title) <= _MAX_TITLE else title[: _MAX_TITLE - 1].rstrip() + "…"


def _diamond(x: float, y: float, size: float) -> str:
    return f"M{x:g} {y - size:g}l{size} {size}-{size} {size}-{size}-{size}Z"
