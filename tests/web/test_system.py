"""Health, readiness, metrics, and pages that need nothing from elsewhere.

Each is public, and none says anything of a user.
"""

import re

import httpx2
from tests.web.sample import ID, Services, sample

from waymark import __version__
from waymark.web.metrics import Metrics, Reading


async def test_health_and_readiness(client: httpx2.AsyncClient, services: Services) -> None:
    health = await client.get("/healthz", headers={"Authorization": ""})
    assert health.json()["data"] == {"status": "alive", "version": __version__}
    assert (await client.get("/readyz")).json()["data"]["status"] == "ready"
    services.is_ready = False
    unready = await client.get("/readyz")
    assert (unready.status_code, unready.headers["retry-after"]) == (503, "2")
    assert unready.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert (await client.get("/healthz")).status_code == 200


async def test_metrics_count_by_route_and_only_when_on(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/metrics")).status_code == 404
    transport = httpx2.ASGITransport(app=sample(Services(metrics=Metrics())))
    headers = {"Authorization": "Bearer full"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as measured:
        await measured.get(f"/api/v1/things/{ID}")
        await measured.get("/api/v1/things/nope")
        response = await measured.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    route = 'method="GET",route="/api/v1/things/{thing_id}"'
    assert f'waymark_requests_total{{{route},status="200"}} 1.0' in response.text
    assert f'waymark_requests_total{{{route},status="404"}} 1.0' in response.text
    assert f"waymark_request_seconds_count{{{route}}} 2.0" in response.text
    assert ID not in response.text


def test_readings_are_taken_when_somebody_asks() -> None:
    held = {"a": 1}
    metrics = Metrics(
        [
            Reading("gauge", "waymark_held", "What is held.", lambda: len(held)),
            Reading("counter", "waymark_done", "What was done.", lambda: held, "job"),
        ]
    )
    held |= {"b": 2}
    text = metrics.text().decode()
    assert "waymark_held 2.0" in text
    assert 'waymark_done_total{job="a"} 1.0' in text
    assert 'waymark_done_total{job="b"} 2.0' in text
    assert f'waymark_build_info{{version="{__version__}"}} 1.0' in text


async def test_the_docs_load_nothing_from_elsewhere(client: httpx2.AsyncClient) -> None:
    response = await client.get("/docs")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)|url\(([^)]+)|@import""", response.text)
    assert all(address.startswith(("/", "#", "openapi.json")) for address, _ in loaded)
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "{{" not in response.text


async def test_the_policy_allows_the_page_its_own_script(client: httpx2.AsyncClient) -> None:
    policy = (await client.get("/docs")).headers["content-security-policy"]
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='", policy)
    assert "connect-src 'self'" in policy
