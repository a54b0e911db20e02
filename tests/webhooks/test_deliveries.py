"""What happens to a user's goals reaches their receivers: what they asked for, signed, once each by its id.

How long it is tried, and what a receiver may do to us, is tested beside this.
"""

import asyncio
from datetime import timedelta
from time import monotonic

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from standardwebhooks import WebhookVerificationError
from tests.api.person import COUNT, Person, code_of, fields_of
from tests.api.tables import journal
from tests.webhooks.receiver import Receiver, receiving, status
from tests.webhooks.round import Round, hooked, log, shown

from waymark.clock import FrozenClock
from waymark.domain.webhooks import Patience
from waymark.store.database import Database, Transaction
from waymark.store.schema import heads
from waymark.store.schema import journal as journal_table
from waymark.store.statement import Statement
from waymark.store.statements import USER
from waymark.store.webhook_statements import STILL_NEEDED_AFTER

SLOW = Patience(waits=(timedelta(seconds=1),) * 9)
"""Long enough to look at what waits."""
PRUNE = (
    Statement(sa.update(heads).where(heads.c.user_id == USER).values(floor=heads.c.seq)),
    Statement(sa.delete(journal_table).where(journal_table.c.user_id == USER)),
)


async def pruned(database: Database, user_id: str) -> None:
    """A user's journal forgets everything so far."""

    async def unit(tx: Transaction) -> None:
        for statement in PRUNE:
            await tx.run(statement, user_id=user_id)

    await database.write(unit)


async def test_changes_arrive_as_followers_see_them(
    ada: Person, receiver: Receiver, round_: Round, database: Database
) -> None:
    await ada.goal("before there was anyone to tell")
    hook = await hooked(ada, receiver)
    begun = (await journal(database, ada.user["id"]))[-1].seq
    await ada.check_in(await ada.goal("A count", **COUNT), 5)
    await round_.until_idle()
    rows = [row for row in await journal(database, ada.user["id"]) if row.seq > begun]
    assert len(rows) > 3
    receiver.got.sort(key=lambda got: got.frame["seq"])
    for got, row in zip(receiver.got, rows, strict=True):
        got.verify(hook["secret"])
        assert got.head == "POST /hook?of=ada HTTP/1.1"
        assert got.headers["host"] == f"127.0.0.1:{receiver.port}"
        assert got.headers["content-type"] == "application/json"
        assert got.frame["seq"] == row.seq
        assert got.frame["prevSeq"] == row.seq - 1
        assert got.body.decode().count(row.body) == 1
    told = await log(ada, hook)
    assert [each["id"] for each in told] == [got.id for got in receiver.got]
    assert [each["entity"] for each in told] == [row.entity for row in rows]
    assert {each["status"] for each in told} == {"delivered"}
    await round_.once()
    assert len(receiver.got) == len(rows)


async def test_nobody_hears_of_anothers_changes(
    ada: Person, eve: Person, receiver: Receiver, round_: Round
) -> None:
    await hooked(eve, receiver)
    await ada.goal("a secret of ada")
    await round_.until_idle()
    assert receiver.connections == 0


async def test_filters_let_through_what_was_asked_for(ada: Person, receiver: Receiver, round_: Round) -> None:
    goal, other = await ada.goal("followed", **COUNT), await ada.goal("not followed", **COUNT)
    entities = ["goals", "goal_check_ins", "tasks"]
    await hooked(ada, receiver, events=["entity:updated"], entities=entities, goalIds=[goal["id"]])
    await ada.check_in(other, 5)
    first = (await ada.check_in(goal, 5))["checkIn"]
    task = await ada.data("POST", "/tasks", {"title": "of the followed", "goalId": goal["id"]})
    await ada.data("POST", "/tasks", {"title": "of none"})
    await ada.data("PATCH", f"/goals/{other['id']}", {"title": "still not"})
    await round_.until_idle()
    frames = sorted(receiver.frames, key=lambda frame: frame["seq"])
    assert {frame["data"]["id"] for frame in frames} == {goal["id"], first["id"], task["id"]}
    seqs = [frame["seq"] for frame in frames]
    assert [frame["prevSeq"] for frame in frames][1:] == seqs[:-1]


async def test_a_rotated_secret_signs_beside_the_one_before_it(
    ada: Person, receiver: Receiver, round_: Round
) -> None:
    old = await hooked(ada, receiver, entities=["goals"])
    new = await ada.data("POST", f"/webhooks/{old['id']}/rotate-secret")
    await ada.goal()
    await round_.until_idle()
    for secret in (old["secret"], new["secret"]):
        receiver.got[-1].verify(secret)
    with pytest.raises(WebhookVerificationError):
        receiver.got[-1].verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    later = FrozenClock(round_.services.real_clock.now() + timedelta(hours=24, seconds=1))
    await ada.goal()
    await round_.once(round_.another(clock=later))
    assert [len(got.headers["webhook-signature"].split()) for got in receiver.got] == [2, 1]


async def test_one_delivery_is_sent_again_under_its_id(
    ada: Person, receiver: Receiver, round_: Round
) -> None:
    hook = await hooked(ada, receiver, entities=["goals"])
    await ada.goal()
    await round_.until_idle()
    [delivery] = await log(ada, hook)
    again = await ada.data("POST", f"/webhooks/{hook['id']}/deliveries/{delivery['id']}/replay")
    assert (again["status"], len(again["attempts"])) == ("pending", 1)
    await round_.until_idle()
    assert [got.id for got in receiver.got] == [delivery["id"]] * 2
    assert receiver.got[0].body == receiver.got[1].body
    [delivery] = await log(ada, hook)
    assert (delivery["status"], len(delivery["attempts"])) == ("delivered", 2)


async def test_what_an_owner_asks_for_does_not_wait_for_a_look(
    ada: Person, receiver: Receiver, round_: Round, app: FastAPI
) -> None:
    """The courier is rung for what stands in no journal too."""
    before = (await ada.goal())["updatedAt"]
    hook = await hooked(ada, receiver, entities=["goals"])
    await ada.goal()
    await round_.until_idle()
    [delivery] = await log(ada, hook)
    rung: list[str | None] = []
    app.state.services.bell.on_any(rung.append)
    path = f"/webhooks/{hook['id']}"
    assert rung == []
    await ada.data("POST", f"{path}/deliveries/{delivery['id']}/replay")
    await ada.data("POST", f"{path}/replay", {"since": before})
    for state in ("paused", "active"):
        await ada.data("PATCH", path, {"status": state})
    await ada.data("DELETE", path)
    await ada.data("POST", f"{path}/restore")
    assert rung == [ada.user["id"]] * 5


async def test_everything_since_a_cursor_is_sent_again(
    ada: Person, eve: Person, receiver: Receiver, round_: Round
) -> None:
    goal = await ada.goal()
    hook = await hooked(ada, receiver, entities=["goals"])
    path = f"/webhooks/{hook['id']}/replay"
    for title in ("one", "two", "three"):
        goal = await ada.data("PATCH", f"/goals/{goal['id']}", {"title": title})
        await round_.until_idle()
    first, *rest = receiver.got
    await ada.data("POST", path, {"since": first.frame["cursor"]})
    await round_.until_idle()
    assert {got.id for got in receiver.got[3:]} == {got.id for got in rest}
    assert [got.frame["data"]["data"]["title"] for got in receiver.got[:3]] == ["one", "two", "three"]
    # A time that a frame told will do as well, and what was before the webhook can be had too.
    before = receiver.got[0].frame["updatedAt"]
    await ada.data("POST", path, {"since": before})
    await round_.until_idle()
    assert len(receiver.got) == 7
    assert fields_of(await ada("POST", path, {"since": "yesterday"})) == {"since"}
    foreign = await hooked(eve, receiver)
    await eve.goal()
    await round_.until_idle()
    theirs = receiver.got[-1].frame["cursor"]
    assert fields_of(await ada("POST", path, {"since": theirs})) == {"since"}
    assert code_of(await ada("POST", f"/webhooks/{foreign['id']}/replay", {"since": before}))[0] == 404


async def test_what_was_not_read_yet_can_be_skipped(ada: Person, receiver: Receiver, round_: Round) -> None:
    hook = await hooked(ada, receiver, entities=["goals"])
    path = f"/webhooks/{hook['id']}"
    await ada.data("PATCH", path, {"status": "paused"})
    skipped = await ada.goal("skipped")
    await ada.data("POST", f"{path}/replay", {"since": skipped["updatedAt"]})
    await ada.data("PATCH", path, {"status": "active"})
    await ada.goal("told")
    await round_.until_idle()
    assert [frame["data"]["data"]["title"] for frame in receiver.frames] == ["told"]


async def test_what_happens_while_paused_is_told_afterwards(
    ada: Person, receiver: Receiver, round_: Round
) -> None:
    hook = await hooked(ada, receiver, entities=["goals"])
    path = f"/webhooks/{hook['id']}"
    await ada.data("PATCH", path, {"status": "paused"})
    await ada.goal("meanwhile")
    await round_.until_idle()
    assert receiver.connections == 0
    await ada.data("PATCH", path, {"status": "active"})
    await round_.until_idle()
    assert len(receiver.got) == 1
    await ada.data("DELETE", path)
    await ada.goal("after its end")
    await round_.until_idle()
    assert len(receiver.got) == 1


async def test_who_paused_for_longer_than_the_journal_remembers_is_told_of_the_gap(
    ada: Person, receiver: Receiver, round_: Round, database: Database
) -> None:
    hook = await hooked(ada, receiver, entities=["goals"])
    path = f"/webhooks/{hook['id']}"
    receiver.answering = status(500)
    await ada.goal("tried and pruned")
    await round_.once(round_.another(patience=SLOW))
    await ada.data("PATCH", path, {"status": "paused"})
    await ada.goal("pruned")
    floor = (await journal(database, ada.user["id"]))[-1].seq
    await pruned(database, ada.user["id"])
    receiver.answering = status(204)
    await ada.data("PATCH", path, {"status": "active"})
    await ada.goal("known")
    await round_.until_idle()
    frame = receiver.frames[-1]
    assert (frame["data"]["data"]["title"], frame["prevSeq"]) == ("known", floor)
    lost, told = await log(ada, hook)
    assert (lost["status"], lost["attempts"][-1]["error"]) == ("failed", "no_longer_known")
    assert told["status"] == "delivered"
    answer = await ada("POST", f"{path}/deliveries/{lost['id']}/replay")
    assert code_of(answer) == (410, "CURSOR_GONE")


async def test_a_journal_is_kept_until_it_was_told(
    ada: Person, receiver: Receiver, round_: Round, database: Database
) -> None:
    """What pruning asks before it moves the floor: the least seq that is behind every active webhook."""

    async def needed() -> int | None:
        rows = await database.all(STILL_NEEDED_AFTER, user_id=ada.user["id"])
        return min((seq for (seq,) in rows if seq is not None), default=None)

    assert await needed() is None
    goal = await ada.goal()
    hook = await hooked(ada, receiver, entities=["goals"])
    begun = goal["version"]
    unread = await needed()
    assert unread is not None
    assert unread >= begun
    receiver.answering = status(500)
    await ada.goal()
    await round_.once(round_.another(patience=SLOW))
    assert await needed() == receiver.frames[-1]["seq"] - 1
    receiver.answering = status(204)
    await ada.data("POST", f"/webhooks/{hook['id']}/deliveries/{receiver.got[-1].id}/replay")
    await round_.until_idle()
    assert await needed() == (await journal(database, ada.user["id"]))[-1].seq
    await ada.data("PATCH", f"/webhooks/{hook['id']}", {"status": "paused"})
    assert await needed() is None


async def test_a_test_tells_how_it_went(ada: Person, receiver: Receiver, round_: Round) -> None:
    hook = await hooked(ada, receiver)
    path = f"/webhooks/{hook['id']}"
    await ada.data("PATCH", path, {"status": "paused"})
    told = await ada.data("POST", f"{path}/test")
    [attempt] = told["attempts"]
    assert (told["status"], attempt["statusCode"], attempt["error"]) == ("delivered", 204, None)
    receiver.got[-1].verify(hook["secret"])
    assert receiver.got[-1].frame["event"] == "webhook:test"
    assert receiver.got[-1].id == told["id"]
    receiver.answering = status(500)
    failed = await ada("POST", f"{path}/test", Idempotency_Key="once")
    again = await ada("POST", f"{path}/test", Idempotency_Key="once")
    assert failed.json() == again.json()
    assert failed.json()["data"]["status"] == "failed"
    assert len(receiver.got) == 2
    dry = await ada.data("POST", f"{path}/test", params={"dryRun": "true"})
    assert (dry["status"], dry["attempts"]) == ("pending", [])
    await round_.until_idle()
    assert len(receiver.got) == 2
    delivery = f"{path}/deliveries/{failed.json()['data']['id']}"
    assert code_of(await ada("POST", f"{delivery}/replay")) == (409, "INVALID_STATE")
    assert [each["status"] for each in await log(ada, hook)] == ["delivered", "failed"]
    assert await ada.get(f"{path}/deliveries", status="failed") == [await ada.get(delivery)]


async def test_couriers_beside_each_other_send_nothing_twice(
    ada: Person, receiver: Receiver, round_: Round
) -> None:
    await hooked(ada, receiver, entities=["goals"])
    for number in range(20):
        await ada.goal(str(number))
    await asyncio.gather(*(round_.once(round_.another()) for _ in range(3)))
    await round_.until_idle()
    ids = [got.id for got in receiver.got]
    assert (len(ids), len(set(ids))) == (20, 20)


async def test_a_slow_receiver_keeps_nobody_waiting(
    ada: Person, eve: Person, receiver: Receiver, round_: Round
) -> None:
    async with receiving() as slow:
        hanging = asyncio.Event()

        async def hang(*_: object) -> None:
            await hanging.wait()

        slow.answering = hang
        await hooked(eve, slow)
        await eve.goal()
        rounds = asyncio.create_task(round_.once())
        await slow.has_got(1)
        await hooked(ada, receiver)
        await ada.goal()
        began = monotonic()
        round_.courier.ring(ada.user["id"])
        await receiver.has_got(1)
        assert monotonic() - began < 2
        round_.courier.stop()
        hanging.set()
        await rounds
    assert (await shown(eve, (await eve.get("/webhooks"))[0]))["failingSince"] is not None
