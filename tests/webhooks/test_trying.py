"""What is not taken is tried again, for days if need be; and whatever a receiver does, it does not hold us.

The figures of days are the rule's; what is run is run with milliseconds.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic

import pytest
from tests.api.person import Person
from tests.webhooks.receiver import Answering, Got, Receiver, receiving, status
from tests.webhooks.round import Round, hooked, log, shown

from waymark.clock import FrozenClock
from waymark.domain.webhooks import Patience

HELD = Patience(waits=(timedelta(seconds=30),) * 9)
HOUR = timedelta(hours=1)
CHUNK = b"x" * 65_536


def test_ten_attempts_are_spread_over_three_days() -> None:
    patience = Patience()
    waits = [patience.next_wait(tries, 0, None) for tries in range(1, 10)]
    assert waits[:3] == [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)]
    assert [wait and wait / HOUR for wait in waits[3:]] == [2, 5, 10, 14, 20, 24]
    assert timedelta(days=3) < sum((wait for wait in waits if wait), timedelta()) < timedelta(days=4)
    assert patience.next_wait(10, 0, None) is None
    assert patience.next_wait(1, 0.5, None) == timedelta(seconds=5.5)


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (timedelta(minutes=2), timedelta(minutes=2)),
        (timedelta(seconds=1), timedelta(seconds=5)),
        (timedelta(days=365), timedelta(days=1)),
        (timedelta(days=-1), timedelta(seconds=5)),
        (None, timedelta(seconds=5)),
    ],
)
def test_a_receiver_may_ask_for_a_longer_wait_within_bounds(asked: timedelta | None, wait: timedelta) -> None:
    assert Patience().next_wait(1, 0, asked) == wait


def test_a_failing_receiver_rests_the_longer_it_fails() -> None:
    patience = Patience()
    assert patience.rest(timedelta(seconds=20)) == timedelta(seconds=5)
    assert patience.rest(timedelta(days=1)) == timedelta(minutes=5)
    assert not patience.is_exhausted(timedelta(days=4))
    assert patience.is_exhausted(timedelta(days=5))


class Failing:
    """Fails the first so many times."""

    def __init__(self, times: int, how: Answering) -> None:
        self.times = times
        self.how = how

    async def __call__(self, got: Got, writer: asyncio.StreamWriter) -> None:
        self.times -= 1
        await (self.how if self.times >= 0 else status(200))(got, writer)


async def test_a_delivery_keeps_its_id_until_it_is_taken(
    ada: Person, receiver: Receiver, round_: Round
) -> None:
    receiver.answering = Failing(3, status(503))
    hook = await hooked(ada, receiver, entities=["goals"])
    await ada.goal()
    await round_.until_idle()
    assert len(receiver.got) == 4
    assert len({(got.id, got.body) for got in receiver.got}) == 1
    for got in receiver.got:
        got.verify(hook["secret"])
    [delivery] = await log(ada, hook)
    assert (delivery["status"], delivery["nextAttemptAt"]) == ("delivered", None)
    assert [each["statusCode"] for each in delivery["attempts"]] == [503, 503, 503, 200]
    assert [each["error"] for each in delivery["attempts"]] == ["not_accepted"] * 3 + [None]
    assert round_.courier.attempts == {"not_accepted": 3, "delivered": 1}
    assert (await shown(ada, hook))["failingSince"] is None


async def test_after_ten_attempts_it_is_given_up_and_can_be_replayed(
    ada: Person, receiver: Receiver, round_: Round
) -> None:
    receiver.answering = Failing(10, status(500))
    hook = await hooked(ada, receiver, entities=["goals"])
    await ada.goal()
    await round_.until_idle()
    [delivery] = await log(ada, hook)
    assert (delivery["status"], len(delivery["attempts"])) == ("failed", 10)
    assert (await shown(ada, hook))["failingSince"] is not None
    await ada.data("POST", f"/webhooks/{hook['id']}/deliveries/{delivery['id']}/replay")
    await round_.until_idle()
    assert [each["status"] for each in await log(ada, hook)] == ["delivered"]


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_retry_after_is_followed(ada: Person, receiver: Receiver, round_: Round, form: str) -> None:
    at = datetime.now(UTC) + timedelta(minutes=10)
    asked = "600" if form == "seconds" else format_datetime(at, usegmt=True)
    receiver.answering = status(429, f"Retry-After: {asked}")
    hook = await hooked(ada, receiver, entities=["goals"])
    await ada.goal()
    await round_.once(round_.another(patience=HELD))
    [delivery] = await log(ada, hook)
    wait = datetime.fromisoformat(delivery["nextAttemptAt"]) - at
    assert abs(wait) < timedelta(seconds=20)


async def test_gone_ends_it_until_its_owner_says_otherwise(
    ada: Person, receiver: Receiver, round_: Round
) -> None:
    receiver.answering = status(410)
    hook = await hooked(ada, receiver, entities=["goals"])
    await ada.goal("first")
    await round_.once(round_.another(patience=HELD))
    disabled = await shown(ada, hook)
    assert (disabled["status"], disabled["statusReason"]) == ("disabled", "The receiver answered 410 Gone.")
    assert disabled["version"] == 2
    await ada.goal("second")
    await round_.until_idle()
    assert len(receiver.got) == 1
    receiver.answering = status(204)
    active = await ada.data("PATCH", f"/webhooks/{hook['id']}", {"status": "active"})
    assert (active["status"], active["statusReason"]) == ("active", None)
    [waiting] = await log(ada, hook)
    assert waiting["status"] == "pending"
    await ada.data("POST", f"/webhooks/{hook['id']}/deliveries/{waiting['id']}/replay")
    await round_.until_idle()
    assert {frame["data"]["data"]["title"] for frame in receiver.frames} == {"first", "second"}


async def test_who_takes_nothing_for_days_is_disabled(ada: Person, receiver: Receiver, round_: Round) -> None:
    receiver.answering = status(500)
    hook = await hooked(ada, receiver, entities=["goals"])
    await ada.goal()
    clock = FrozenClock(round_.services.real_clock.now())
    courier = round_.another(patience=HELD, clock=clock)
    began = clock.at
    await round_.once(courier)
    failing = await shown(ada, hook)
    assert (failing["status"], failing["failingSince"][:19]) == ("active", began.isoformat()[:19])
    clock.at += HELD.disabled_after
    await round_.once(courier)
    disabled = await shown(ada, hook)
    assert disabled["status"] == "disabled"
    assert disabled["statusReason"] == f"Nothing was taken since {began:%Y-%m-%dT%H:%M:%SZ}."
    assert [each["status"] for each in await log(ada, hook)] == ["pending"]
    clock.at += timedelta(days=1)
    await round_.once(courier)
    assert len(receiver.got) == 2
    await ada.data("PATCH", f"/webhooks/{hook['id']}", {"status": "active"})
    receiver.answering = status(204)
    await round_.once(courier)
    assert [each["status"] for each in await log(ada, hook)] == ["delivered"]


async def test_a_failing_receiver_is_asked_with_one_delivery(
    ada: Person, receiver: Receiver, round_: Round
) -> None:
    """A thousand that wait do not each run into the wall; the first that is taken opens it for all."""
    receiver.answering = status(500)
    hook = await hooked(ada, receiver, entities=["goals"])
    for number in range(12):
        await ada.goal(str(number))
    clock = FrozenClock(round_.services.real_clock.now())
    courier = round_.another(patience=HELD, clock=clock)
    await round_.once(courier)
    first = len(receiver.got)
    assert first <= 4
    clock.at += timedelta(minutes=2)
    await round_.once(courier)
    assert len(receiver.got) == first + 1
    receiver.answering = status(204)
    clock.at += timedelta(minutes=10)
    await round_.once(courier)
    assert {each["status"] for each in await log(ada, hook)} == {"delivered"}


async def test_redirects_are_not_followed(ada: Person, receiver: Receiver) -> None:
    async with receiving() as inside:
        for code in (301, 302, 303, 307, 308):
            receiver.answering = status(code, f"Location: {inside.url}")
            hook = await hooked(ada, receiver)
            told = await ada.data("POST", f"/webhooks/{hook['id']}/test")
            assert [(each["statusCode"], each["error"]) for each in told["attempts"]] == [
                (code, "redirected")
            ]
        assert inside.connections == 0


async def endless(_got: Got, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))
        await writer.drain()


async def dripping(_got: Got, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


async def silent(_got: Got, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def headers_without_end(_got: Got, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"X-More: " + CHUNK + b"\r\n")
        await writer.drain()


async def babbling(_got: Got, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n")
    await writer.drain()


async def zipped(_got: Got, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!")
    await writer.drain()


@pytest.mark.parametrize(
    ("answering", "statuses", "error"),
    [
        (endless, 200, None),
        (dripping, 200, None),
        (zipped, 200, None),
        (silent, None, "timed_out"),
        (headers_without_end, None, "not_http"),
        (babbling, None, "not_http"),
    ],
)
async def test_no_answer_holds_us(
    ada: Person, receiver: Receiver, round_: Round, answering: Answering, statuses: int | None, error: str
) -> None:
    receiver.answering = answering
    hook = await hooked(ada, receiver, entities=["goals"])
    await ada.goal()
    began = monotonic()
    await round_.once(round_.another(patience=HELD, timeout_seconds=2))
    assert monotonic() - began < 5
    [delivery] = await log(ada, hook)
    assert [(each["statusCode"], each["error"]) for each in delivery["attempts"]] == [(statuses, error)]


async def test_nobody_there_is_a_failure_like_others(ada: Person, receiver: Receiver, round_: Round) -> None:
    hook = await hooked(ada, receiver, entities=["goals"])
    await receiver.kill()
    await ada.goal()
    await round_.once(round_.another(patience=HELD))
    [delivery] = await log(ada, hook)
    assert [each["error"] for each in delivery["attempts"]] == ["connection_failed"]


async def test_a_receiver_must_show_a_certificate(ada: Person, receiver: Receiver) -> None:
    async def speaks_first(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    await receiver.kill()
    async with await asyncio.start_server(speaks_first, receiver.host, receiver.port):
        hook = await hooked(ada, receiver)
        path = f"/webhooks/{hook['id']}"
        await ada.data("PATCH", path, {"url": receiver.url.replace("http:", "https:")})
        told = await ada.data("POST", f"{path}/test")
    assert [each["error"] for each in told["attempts"]] == ["tls_failed"]
