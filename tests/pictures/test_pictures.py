"""Pictures by secret link: what they show, to whom, for how long, and nothing else."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest
from tests.api.person import PACED, Person, code_of, data_of

SVG = "{http://www.w3.org/2000/svg}"
CHECK_INS = {"No number": {"note": "on the way"}, "Tiny": {"value": "0.000001"}}
HOSTILE = "<script>alert(1)</script>\"&'> ]]>"


async def goal_of(person: Person, **fields: Any) -> str:
    """A goal with a pace; None leaves a field out."""
    body = {name: value for name, value in {**PACED, **fields}.items() if value is not None}
    identity: str = (await person.goal(**body))["id"]
    return identity


async def link_of(person: Person, goal_id: str) -> dict[str, str]:
    made = await person("POST", f"/goals/{goal_id}/pictures")
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/goals/{goal_id}/pictures")
    link: dict[str, str] = data_of(made)
    return link


def texts(picture: httpx2.Response) -> str:
    """All words of a picture that is well-formed and shows nothing but shapes and words."""
    assert picture.status_code == 200, picture.text
    assert picture.headers["content-type"] == "image/svg+xml"
    tree = ET.fromstring(picture.text)  # noqa: S314  # our own answer; that it parses is the point
    allowed = {"svg", "title", "desc", "style", "rect", "path", "line", "text"}
    assert {each.tag.removeprefix(SVG) for each in tree.iter()} <= allowed
    assert not [
        name for each in tree.iter() for name in each.attrib if name.startswith("on") or "href" in name
    ]
    return " ".join(each.text for each in tree.iter() if each.text and each.tag != f"{SVG}style")


async def test_the_pictures_say_where_the_goal_is(ada: Person, client: httpx2.AsyncClient) -> None:
    goal_id = await goal_of(ada, title="Across & beyond", milestones=[{"title": "half"}, {"title": "all"}])
    link = await link_of(ada, goal_id)
    await ada("POST", f"/goals/{goal_id}/check-in", {"value": 40})
    chart, badge = await client.get(link["chartUrl"]), await client.get(link["badgeUrl"])
    assert all(said in texts(chart) for said in ("Across & beyond", "40 %", "40 → 100", "half"))
    assert "prefers-color-scheme:dark" in chart.text
    assert all(said in texts(badge) for said in ("Across & beyond", "40 %"))
    again = await client.get(link["chartUrl"], headers={"If-None-Match": chart.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await ada("POST", f"/goals/{goal_id}/check-in", {"value": 1})
    moved = await client.get(link["chartUrl"], headers={"If-None-Match": chart.headers["etag"]})
    assert "41 %" in texts(moved)
    assert "no-cache" in moved.headers["cache-control"]
    assert "script" not in moved.headers["content-security-policy"]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": HOSTILE},
        {"title": "x" * 200},
        {"title": "سلام دنیا"},
        {"title": "No number", "metricType": "none", "targetValue": None},
        {"title": "Down", "initialValue": 100, "targetValue": 0},
        {"title": "No deadline", "startDate": None, "targetDate": None},
        {"title": "Tiny", "metricType": "custom", "unit": "<b>", "targetValue": "0.000001"},
        {"title": "Vast", "targetValue": 1_000_000_000_000},
    ],
    ids=lambda fields: fields["title"][:12],
)
async def test_every_goal_can_be_drawn(
    ada: Person, client: httpx2.AsyncClient, fields: dict[str, Any]
) -> None:
    goal_id = await goal_of(ada, **fields)
    link = await link_of(ada, goal_id)
    for _ in range(2):
        for address in (link["chartUrl"], link["badgeUrl"]):
            said = texts(await client.get(address))
            assert fields["title"] in said
            assert "E-" not in said.upper()
        await ada("POST", f"/goals/{goal_id}/check-in", CHECK_INS.get(fields["title"], {"value": 1}))


async def test_a_link_shows_its_goal_and_ends_when_it_is_told_to(
    ada: Person, eve: Person, client: httpx2.AsyncClient
) -> None:
    mine, other = await goal_of(ada), await goal_of(ada, title="The other one")
    link = await link_of(ada, mine)
    assert (await client.get(link["chartUrl"].replace(mine, other))).status_code == 404
    assert (await client.get(link["chartUrl"].partition("?")[0])).status_code == 422
    assert (await client.get(link["chartUrl"][:-1] + "~")).status_code == 404
    for method in ("GET", "POST", "DELETE"):
        assert (await eve(method, f"/goals/{mine}/pictures")).status_code == 404
    kept = data_of(await ada("GET", f"/goals/{mine}/pictures"))
    assert kept == {"exists": True, "createdAt": link["createdAt"]}

    second = await link_of(ada, mine)
    assert (await client.get(link["chartUrl"])).status_code == 404
    assert (await client.get(second["badgeUrl"])).status_code == 200
    ended = await ada("DELETE", f"/goals/{mine}/pictures")
    assert data_of(ended) == {"exists": False, "createdAt": None}
    for name in ("chartUrl", "badgeUrl"):
        gone = await client.get(second[name])
        assert code_of(gone) == (404, "RESOURCE_NOT_FOUND")
    assert (await ada("DELETE", f"/goals/{mine}/pictures")).status_code == 404


async def test_a_deleted_goal_is_not_shown_and_a_restored_one_is(
    ada: Person, client: httpx2.AsyncClient
) -> None:
    goal_id = await goal_of(ada)
    link = await link_of(ada, goal_id)
    await ada("DELETE", f"/goals/{goal_id}")
    assert (await client.get(link["chartUrl"])).status_code == 404
    assert (await ada("POST", f"/goals/{goal_id}/pictures")).status_code == 404
    await ada("POST", f"/goals/{goal_id}/restore")
    assert (await client.get(link["chartUrl"])).status_code == 200


async def test_a_retried_request_answers_without_the_secret(ada: Person) -> None:
    goal_id = await goal_of(ada)
    first, again = [await ada("POST", f"/goals/{goal_id}/pictures", Idempotency_Key="once") for _ in range(2)]
    assert re.search(r"key=wml_[A-Za-z0-9_-]{43}$", data_of(first)["chartUrl"])
    assert data_of(again) == {"exists": True, "createdAt": data_of(first)["createdAt"]}
