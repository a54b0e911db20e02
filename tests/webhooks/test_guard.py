"""Nobody makes this server call inside its own network: not by an address, a name, or a name that changes.

Somebody listens on this machine, and must not be connected to once.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import cycle
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.api.person import Person, fields_of
from tests.webhooks.hostile import INSIDE_IPV4, INSIDE_IPV6, hostile
from tests.webhooks.receiver import Receiver, receiving
from tests.webhooks.round import Round, log

from waymark.clock import RealClock
from waymark.domain.targets import Allowed, is_out_there, target_of
from waymark.settings import Settings, SettingsError
from waymark.webhooks.guard import Guard
from waymark.webhooks.sending import Sender

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OUTSIDE = ("93.184.215.14", "1.1.1.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
INSIDE = (*INSIDE_IPV4, *INSIDE_IPV6, "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "fe80::1%eth0")


class Resolver:
    """Says what it is told to say, in turn, and remembers whom it was asked about."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = cycle(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        answer = next(self._answers)
        if not answer:
            raise OSError("nobody of that name")
        return answer


@pytest.fixture
async def inside() -> AsyncIterator[Receiver]:
    async with receiving() as inside:
        yield inside


async def sent(url: str, resolver: Resolver, allowed: Allowed | None = None) -> str | None:
    """What came of sending there: the error, or None when it was taken."""
    sender = Sender(Guard(allowed or Allowed(), resolver), RealClock(), timeout_seconds=5)
    return (await sender.send(url, "an-id", b"{}", [SECRET])).attempt.error


def test_the_hostile_are_many() -> None:
    assert len(set(hostile(443))) >= 400


async def test_no_hostile_address_is_taken_or_called(inside: Receiver) -> None:
    resolver = Resolver(["127.0.0.1"])
    for url in hostile(inside.port):
        assert await sent(url, resolver) == "target_refused", url
    assert (resolver.asked, inside.connections) == ([], 0)


async def test_no_hostile_address_can_be_stored(ada: Person) -> None:
    """All in one form each; the application of these tests allows 127.0.0.1 itself."""
    hook = await ada.data("POST", "/webhooks", {"url": "https://planner.example/"})
    urls = [url for url in hostile(8443) if "//127.0.0.1:" not in url]
    for url in urls[::7]:
        assert fields_of(await ada("POST", "/webhooks", {"url": url})) == {"url"}, url
        assert fields_of(await ada("PATCH", f"/webhooks/{hook['id']}", {"url": url})) == {"url"}, url
    assert len(await ada.get("/webhooks")) == 1


@pytest.mark.parametrize("address", INSIDE)
async def test_no_name_leads_inside(inside: Receiver, address: str) -> None:
    url = f"https://planner.example:{inside.port}/"
    for answer in ([address], [OUTSIDE[0], address], [address, OUTSIDE[0]]):
        resolver = Resolver(answer)
        assert await sent(url, resolver) == "target_refused"
        assert resolver.asked == ["planner.example"]
    assert inside.connections == 0


async def test_a_name_of_nobody_is_answered_like_one_that_leads_inside() -> None:
    for answer in ([], ["10.0.0.1"], ["not an address"]):
        assert await sent("https://planner.example/", Resolver(answer)) == "target_refused"


async def test_a_name_that_changes_its_mind_changes_nothing(inside: Receiver) -> None:
    """DNS rebinding: what was checked is what is connected to, and nobody looks the name up again."""
    resolver = Resolver(["127.0.0.2"], ["127.0.0.1"])
    outside = list[asyncio.StreamWriter]()

    def hung_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        outside.append(writer)
        writer.close()

    allowed = Allowed.of(["127.0.0.2/32"])
    async with await asyncio.start_server(hung_up, "127.0.0.2", inside.port):
        for _ in range(20):
            assert await sent(f"https://planner.example:{inside.port}/", resolver, allowed) is not None
    assert (len(resolver.asked), len(outside), inside.connections) == (20, 10, 0)


async def test_proxies_of_the_environment_are_not_asked(
    inside: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{inside.port}")
    async with receiving("127.0.0.2") as outside:
        allowed = Allowed.of(["127.0.0.2"])
        assert await sent(outside.url, Resolver([]), allowed) is None
    assert (outside.connections, inside.connections) == (1, 0)


@pytest.mark.parametrize(
    ("items", "url", "answer", "error"),
    [
        (["127.0.0.0/8"], "http://{at}/", [], None),
        (["127.0.0.1"], "http://{at}/", [], None),
        (["dashboard.lan"], "http://dashboard.lan:{port}/", ["127.0.0.1"], None),
        (["Dashboard"], "http://dashboard:{port}/", ["127.0.0.1"], None),
        (["dashboard.lan"], "http://other.lan:{port}/", ["127.0.0.1"], "target_refused"),
        (["dashboard.lan"], "http://a.dashboard.lan:{port}/", ["127.0.0.1"], "target_refused"),
        (["10.0.0.0/8"], "http://{at}/", [], "target_refused"),
        (["127.0.0.1"], "http://[::ffff:127.0.0.1]:{port}/", [], "target_refused"),
        (["127.0.0.1"], "http://2130706433:{port}/", [], "target_refused"),
    ],
)
async def test_an_operator_may_open_what_is_theirs(
    inside: Receiver, items: list[str], url: str, answer: list[str], error: str | None
) -> None:
    where = url.format(at=f"127.0.0.1:{inside.port}", port=inside.port)
    assert await sent(where, Resolver(answer), Allowed.of(items)) == error
    assert inside.connections == (error is None)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "http://dashboard.lan", "*.lan", "1.2.3"])
def test_what_opens_nothing_stops_the_start(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="WAYMARK_WEBHOOK_ALLOW"):
        Settings.load(data_dir=tmp_path, webhook_allow=text)


@pytest.mark.parametrize("text", OUTSIDE)
def test_the_world_is_outside(text: str) -> None:
    assert is_out_there(ip_address(text))
    host = f"[{text}]" if ":" in text else text
    target = target_of(f"HTTPS://{host}:8443/a/b?c=%20", Allowed())
    assert (target.path, target.authority) == ("/a/b?c=%20", f"{host}:8443")


@pytest.mark.parametrize(
    "url",
    [
        "https://planner.example",
        "https://planner.example?x=1",
        "https://PLANNER.example:443/",
        "https://xn--plnner-bua.example/hook",
        "https://a_b.planner.example:8443/~ada/hook;v=1?x=[1]&y='z'",
        "https://1.1.1.1.planner.example/",
        "https://0x7f.example/",
    ],
)
def test_plain_addresses_are_fine(url: str) -> None:
    assert target_of(url, Allowed()).address is None


async def test_a_receiver_is_known_by_its_name_not_by_its_address(
    ada: Person, round_: Round, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the checked address; the certificate and Host are still the name's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certified("planner.example", tmp_path)))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "pair.pem")
    async with receiving(tls=tls) as receiver:
        hook = await ada.data("POST", "/webhooks", {"url": f"https://planner.example:{receiver.port}/"})
        other = await ada.data("POST", "/webhooks", {"url": f"https://other.example:{receiver.port}/"})
        await ada.goal()
        await round_.once(round_.another(resolve=Resolver(["127.0.0.1"])))
        assert {each["status"] for each in await log(ada, hook)} == {"delivered"}
        told = {attempt["error"] for each in await log(ada, other) for attempt in each["attempts"]}
        assert told == {"tls_failed"}
        assert {got.headers["host"] for got in receiver.got} == {f"planner.example:{receiver.port}"}


def certified(name: str, folder: Path) -> Path:
    """A certificate of that name with its key in `pair.pem`; the path of the one to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "pair.pem").write_bytes(pem + private)
    (folder / "trusted.pem").write_bytes(pem)
    return folder / "trusted.pem"
