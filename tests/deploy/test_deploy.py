"""What deploy/ offers fits the program: files that are read, settings that exist, metrics that are served.

Containers are not built here; a unit is verified where systemd is, nginx and Caddy where they are.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped]  # nobody ships its types with it

from waymark.app import Application
from waymark.settings import PREFIX, Settings

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
FILES: Final = sorted(path.name for path in DEPLOY.iterdir())
COMPOSED: Final = ["compose.yaml", "compose.sqlite.yaml"]
OF_THE_FILES_OWN: Final = {"WAYMARK_SITE", "WAYMARK_NODES"}
"""What only the proxy of compose.yaml reads."""
METRIC: Final = re.compile(r"\b(?:waymark|process)_[a-z_]+\b")


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def composed(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(text(name))
    return document


@pytest.fixture(scope="module")
def served_metrics(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of every sample that /metrics may hold."""
    application = Application(Settings(data_dir=tmp_path_factory.mktemp("data"), metrics=True))
    metrics = application.metrics
    assert metrics is not None
    metrics.observe("GET", "/healthz", 200, 0.001)
    return {line.partition(" ")[0].partition("{")[0] for line in metrics.text().decode().splitlines()}


@pytest.mark.parametrize("name", FILES)
def test_only_settings_that_exist_are_set(name: str) -> None:
    known = {PREFIX + field.upper() for field in Settings.model_fields} | OF_THE_FILES_OWN
    assert set(re.findall(r"\bWAYMARK_[A-Z_]+", text(name))) - known == set()


# Containers ---------------------------------------------------------------------------------


def test_the_container_runs_as_nobody_who_matters_and_tells_its_health() -> None:
    build, final = text("Containerfile").split("\nFROM ")[1:]
    assert "--require-hashes" in build
    assert re.search(r"^USER [1-9]\d+$", final, re.MULTILINE)
    assert "/readyz" in final
    assert re.search(r"\b(?:curl|wget|ADD|apt-get)\b", build + final) is None
    for line in re.findall(r"^COPY (?!--from)(.+)$", build, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (DEPLOY.parent / source).exists(), source
            assert f"!{source}\n" in text("Containerfile.dockerignore")


@pytest.mark.parametrize("name", COMPOSED)
def test_what_services_name_is_there(name: str) -> None:
    document = composed(name)
    services = document["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= services.keys()
        assert set(service.get("secrets", ())) <= document.get("secrets", {}).keys()
        assert set(service.get("networks", ())) <= document.get("networks", {}).keys()
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in document["volumes"] or (DEPLOY / source).is_file()
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        else:
            assert re.fullmatch(r"[a-z]+:\d+", service["image"])


def test_the_trusted_proxy_is_the_proxy() -> None:
    services = composed("compose.yaml")["services"]
    (address,) = (network["ipv4_address"] for network in services["proxy"]["networks"].values())
    nodes = services["proxy"]["environment"]["WAYMARK_NODES"].split()
    for node in nodes:
        assert services[node.removesuffix(":8000")]["environment"]["WAYMARK_TRUSTED_PROXIES"] == address
    assert len(nodes) >= 2


# Machines -----------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "waymark.service"
    unit.write_text(text("waymark.service").replace("/opt/waymark/bin/waymark", sys.executable), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_proxy_hides_the_metrics_and_has_its_braces_closed(name: str) -> None:
    lines = [line.partition("#")[0].strip() for line in text(name).splitlines()]
    assert sum(line.endswith("{") for line in lines) == lines.count("}")
    assert "/metrics" in "".join(lines)
    if name == "nginx.conf":
        assert [line for line in lines if line and line[-1] not in ";{}"] == []


@pytest.mark.skipif(shutil.which("caddy") is None, reason="no Caddy here")
def test_caddy_takes_its_file() -> None:
    subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"], check=True
    )


# Metrics ------------------------------------------------------------------------------------


def test_every_panel_asks_for_metrics_that_are_served(served_metrics: set[str]) -> None:
    dashboard = json.loads(text("grafana-dashboard.json"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [variable["query"]["query"] for variable in dashboard["templating"]["list"][1:]]
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]) >= 10
    names = [set(METRIC.findall(expression)) for expression in asked]
    assert all(names)
    assert set().union(*names) - served_metrics == set()


def test_every_alert_asks_for_metrics_that_are_served(served_metrics: set[str]) -> None:
    (group,) = yaml.safe_load(text("prometheus-alerts.yaml"))["groups"]
    told = (DEPLOY.parent / "docs/how-to/metrics.md").read_text("utf-8")
    for rule in group["rules"]:
        assert set(METRIC.findall(rule["expr"])) - served_metrics == set(), rule["alert"]
        assert f"`{rule['alert']}`" in told
        assert rule["annotations"]["summary"]


def test_every_metric_of_our_own_is_told(served_metrics: set[str]) -> None:
    told = (DEPLOY.parent / "docs/how-to/metrics.md").read_text("utf-8")
    own = {name for name in served_metrics if name.startswith("waymark_")}
    own = {re.sub(r"_(?:bucket|sum|count|created)$", "", name) for name in own}
    assert {name for name in own if f"`{name}" not in told} == set()
