"""Lists: filters, sorting, pages by number and by cursor, and literal search (CONTRACT §§1, 3).

Every list of the application is read in the same way; goals are the sample.
"""

from datetime import timedelta
from typing import Any

import pytest
from tests.api.person import COUNT, SAVING, WEIGHT, Person, data_of, fields_of, parsed

from waymark.clock import FrozenClock


async def titles(person: Person, **params: Any) -> list[str]:
    return [goal["title"] for goal in await person.get("/goals", **params)]


async def test_empty(ada: Person) -> None:
    response = await ada("GET", "/goals")
    assert data_of(response) == []
    assert parsed(response)["meta"] == {
        "page": 1,
        "limit": 20,
        "total": 0,
        "totalPages": 0,
        "hasMore": False,
        "nextCursor": None,
    }


async def test_filters(ada: Person, clock: FrozenClock) -> None:
    await ada.goal("bare", targetDate="2026-03-10")
    await ada.goal("weight", **WEIGHT, goalType="health", targetDate="2026-03-20")
    clock.at += timedelta(hours=1)
    await ada.goal("saving", **SAVING, financeMode="save", createBudget=False, targetDate="2026-03-30")
    await ada.goal("paused", **COUNT, status="paused")
    for title, steps in (("done", ["complete"]), ("archived", ["archive"]), ("deleted", ["delete"])):
        goal = await ada.goal(title)
        for step in steps:
            path = f"/goals/{goal['id']}"
            await (ada.data("DELETE", path) if step == "delete" else ada.data("POST", f"{path}/{step}"))
    table: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"bare", "weight", "saving", "paused", "done"}),
        ({"status": "active"}, {"bare", "weight", "saving"}),
        ({"status": "paused"}, {"paused"}),
        ({"status": "completed"}, {"done"}),
        ({"status": "archived"}, {"archived"}),
        ({"showStatus": "active"}, {"bare", "weight", "saving", "paused", "done"}),
        ({"showStatus": "archived"}, {"archived"}),
        ({"showStatus": "deleted"}, {"deleted"}),
        ({"goalType": "health"}, {"weight"}),
        ({"metricType": "none"}, {"bare", "done"}),
        ({"metricType": "amount"}, {"saving"}),
        ({"financeMode": "save"}, {"saving"}),
        ({"financeMode": "spend"}, set()),
        ({"paceStatus": "paused"}, {"paused"}),
        ({"paceStatus": "completed"}, {"done"}),
        ({"paceStatus": "insufficient_data"}, {"bare", "weight", "saving"}),
        ({"targetDateFrom": "2026-03-20"}, {"weight", "saving"}),
        ({"targetDateTo": "2026-03-20"}, {"bare", "weight"}),
        ({"targetDateFrom": "2026-03-11", "targetDateTo": "2026-03-29"}, {"weight"}),
        ({"updatedSince": "2026-03-02T13:00:00Z"}, {"saving", "paused", "done"}),
        ({"updatedSince": "2026-03-02T18:00:00+05:00"}, {"saving", "paused", "done"}),
        ({"status": "active", "goalType": "health", "metricType": "weight", "search": "EIGH"}, {"weight"}),
    ]
    found = [set(await titles(ada, **params)) for params, _ in table]
    assert found == [names for _, names in table]
    meta = parsed(await ada("GET", "/goals", params={"status": "active", "limit": 2}))["meta"]
    assert [meta["total"], meta["totalPages"]] == [3, 2]


@pytest.mark.parametrize(
    ("sort", "ascending"),
    [
        ("position", ["bb", "a", "Bc", "c"]),
        ("createdAt", ["a", "Bc", "bb", "c"]),
        ("updatedAt", ["Bc", "bb", "c", "a"]),
        ("targetDate", ["bb", "a", "Bc", "c"]),
        ("title", ["a", "bb", "Bc", "c"]),
        ("progressPercent", ["Bc", "bb", "a", "c"]),
    ],
)
async def test_sorting(ada: Person, sort: str, ascending: list[str]) -> None:
    first = await ada.goal("a", **COUNT, position=2, targetDate="2026-05-02")
    await ada.goal("Bc", **COUNT, position=3, targetDate="2026-05-03")
    second = await ada.goal("bb", **COUNT, position=1, targetDate="2026-05-01")
    last = await ada.goal("c", **COUNT, position=4)
    await ada.check_in(second, 9)
    await ada.check_in(last, 100)
    await ada.check_in(first, 10)
    assert await titles(ada, sortBy=sort, sortOrder="asc") == ascending
    down = ["Bc", "a", "bb", "c"] if sort == "targetDate" else ascending[::-1]
    assert await titles(ada, sortBy=sort, sortOrder="desc") == down
    if sort == "createdAt":
        assert await titles(ada) == down


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_ties_and_nulls(ada: Person, order: str) -> None:
    """Equal ones follow their ids, in the order asked for; nulls come last whichever it is."""
    for number in range(6):
        await ada.goal(f"{number}", **({"targetDate": "2026-05-01"} if number % 2 else {}))
    goals = await ada.get("/goals", sortBy="targetDate", sortOrder=order)
    assert [goal["targetDate"] for goal in goals] == ["2026-05-01"] * 3 + [None] * 3
    for part in (goals[:3], goals[3:]):
        ids = [goal["id"] for goal in part]
        assert ids == sorted(ids, reverse=order == "desc")


async def test_pages_and_cursors_walk_the_same_list(ada: Person) -> None:
    for number in range(7):
        day = {"targetDate": f"2026-05-0{1 + number % 2}"} if number % 3 else {}
        await ada.goal(f"{number % 3}", position=number % 2, **day)
    for sort in ("createdAt", "targetDate", "title", "progressPercent", "position", "updatedAt"):
        for order in ("asc", "desc"):
            params = {"sortBy": sort, "sortOrder": order}
            whole = await ada.get("/goals", **params)
            assert await by_page(ada, params) == await by_cursor(ada, params) == whole, params


async def by_page(ada: Person, params: dict[str, Any]) -> list[Any]:
    goals: list[Any] = []
    for page in (1, 2, 3, 4):
        response = await ada("GET", "/goals", params={**params, "limit": 3, "page": page})
        goals += data_of(response)
        meta = parsed(response)["meta"]
        assert (meta.pop("nextCursor") is not None) == (page < 3)
        assert meta == {"page": page, "limit": 3, "total": 7, "totalPages": 3, "hasMore": page < 3}
    return goals


async def by_cursor(ada: Person, params: dict[str, Any]) -> list[Any]:
    goals, more = list[Any](), dict[str, Any]()
    while more.get("cursor", "") is not None:
        response = await ada("GET", "/goals", params={**params, "limit": 2, **more})
        goals += data_of(response)
        meta = parsed(response)["meta"]
        more = {"cursor": meta["nextCursor"]}
        assert (meta["hasMore"], meta["total"]) == (more["cursor"] is not None, 7)
    return goals


async def test_a_cursor_is_stable_while_rows_come_and_go(ada: Person) -> None:
    goals = [await ada.goal(f"{number}") for number in range(6)]
    response = await ada("GET", "/goals", params={"limit": 2})
    assert [goal["title"] for goal in data_of(response)] == ["5", "4"]
    await ada.goal("new")
    for gone in (5, 4, 3):
        await ada.data("DELETE", f"/goals/{goals[gone]['id']}")
    cursor = parsed(response)["meta"]["nextCursor"]
    assert await titles(ada, limit=5, cursor=cursor) == ["2", "1", "0"]


async def test_a_cursor_of_another_goal(ada: Person) -> None:
    one, other = await ada.goal(**COUNT), await ada.goal(**COUNT)
    for goal in (one, other):
        for value in (1, 2, 3):
            await ada.check_in(goal, value)
    path = "/goals/{}/check-ins".format
    cursor = parsed(await ada("GET", path(one["id"]), params={"limit": 1}))["meta"]["nextCursor"]
    assert [each["value"] for each in await ada.get(path(one["id"]), cursor=cursor)] == [2, 1]
    assert fields_of(await ada("GET", path(other["id"]), params={"cursor": cursor})) == {"cursor"}


async def test_forged_and_foreign_cursors(ada: Person, eve: Person) -> None:
    for person in (ada, eve):
        for number in range(3):
            await person.goal(f"{number}")
    cursor = parsed(await ada("GET", "/goals", params={"limit": 1}))["meta"]["nextCursor"]
    hers = parsed(await eve("GET", "/goals", params={"limit": 1}))["meta"]["nextCursor"]
    goal = (await ada.get("/goals"))[0]
    for path, params in (
        ("/goals", {"cursor": hers}),
        ("/goals", {"cursor": cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")}),
        ("/goals", {"cursor": cursor + "A"}),
        ("/goals", {"cursor": "eyJ4IjoxfQ"}),
        ("/goals", {"cursor": "%00"}),
        ("/goals", {"cursor": ""}),
        ("/goals", {"cursor": cursor, "sortOrder": "asc"}),
        ("/goals", {"cursor": cursor, "sortBy": "title"}),
        ("/goals", {"cursor": cursor, "status": "active"}),
        ("/goals", {"cursor": cursor, "showStatus": "archived"}),
        ("/goals", {"cursor": cursor, "page": 1}),
        (f"/goals/{goal['id']}/check-ins", {"cursor": cursor}),
    ):
        assert "cursor" in fields_of(await ada("GET", path, params=params)), params
    assert await titles(ada, cursor=cursor, limit=1) == ["1"]


async def test_refused_parameters(ada: Person) -> None:
    for query, field in (
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=1.0", "page"),
        ("page=%D9%A1", "page"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=", "limit"),
        ("limit=5&limit=5", "limit"),
        ("sortBy=color", "sortBy"),
        ("sortOrder=up", "sortOrder"),
        ("status=done", "status"),
        ("showStatus=all", "showStatus"),
        ("goalType=Health", "goalType"),
        ("paceStatus=late", "paceStatus"),
        ("targetDateFrom=2026-02-30", "targetDateFrom"),
        ("updatedSince=2026-03-02", "updatedSince"),
        ("updatedSince=1772452800", "updatedSince"),
        ("sort_by=title", "sort_by"),
        ("dryRun=true", "dryRun"),
        ("color=red", "color"),
    ):
        assert fields_of(await ada("GET", f"/goals?{query}")) == {field}, query


async def test_search_is_literal_and_folds_case(ada: Person) -> None:
    texts = {
        "percent": r"100% of it",
        "underscore": "snake_case",
        "backslash": r"C:\temp",
        "plain": "100 of it, snakeXcase",
        "turkish": "İSTANBUL'a git",
        "german": "Große Straße",
        "persian": "خواندن کتاب‌ها",
        "quotes": """it's "quoted" ;--""",
        "accent": "Cafe\u0301",
    }
    for title, text in texts.items():
        await ada.goal(title, description=text)
    for words, found in (
        ("%", {"percent"}),
        ("0% o", {"percent"}),
        ("_", {"underscore"}),
        ("snake_case", {"underscore"}),
        ("SNAKE", {"underscore", "plain"}),
        ("\\", {"backslash"}),
        ("\\t", {"backslash"}),
        ("\\%", set()),
        ("i̇stanbul", {"turkish"}),
        ("İstanbul", {"turkish"}),
        ("STRASSE", {"german"}),
        ("straße", {"german"}),
        ("کتاب‌ها", {"persian"}),
        ("'s \"Q", {"quotes"}),
        ("CAFÉ", {"accent"}),
        ("PERSIAN", {"persian"}),
        ("nothing like it", set()),
    ):
        assert set(await titles(ada, search=words)) == found, words


async def test_changed_words_are_found(ada: Person) -> None:
    goal = await ada.goal("Old name")
    await ada.data("PATCH", f"/goals/{goal['id']}", {"title": "New name", "description": "and WORDS"})
    assert await titles(ada, search="old") == []
    assert await titles(ada, search="words") == ["New name"]


async def test_everybody_sees_their_own(ada: Person, eve: Person) -> None:
    await ada.goal("mine")
    assert await titles(eve) == []
    assert parsed(await eve("GET", "/goals"))["meta"]["total"] == 0
