"""The rows about sockets: how soon a change arrives, how one event reaches thousands, what a socket holds.

Servers are given, running, save for the second node, which is started here.
"""

from statistics import median, quantiles

import msgspec

from bench import wires
from bench.contests import Crew
from bench.dataset import Client, Person, Scale, check_in
from bench.load import request
from bench.measure import Effort, Row, figure
from bench.processes import free_port
from bench.sites import Ground, Site, Waymark, node

NEAR, FAR = (5, 25), (15, 60)
"""Median and p99 in milliseconds, on one node and across two (TRUST.md)."""
FAN_OUT, SOCKET_KIB = 1.3, 24
CHECK_INS_PER_ROUND = 60
PAUSE_SECONDS = 0.01


def live(crew: Crew, on: Ground, ours: Waymark, _: Site, scale: Scale, effort: Effort) -> list[Row]:
    """Everything about sockets."""
    port, owner = ours.site.port, ours.site.writers[0]
    rows = _latency(crew, on, "one node", (port, port), owner, NEAR, effort.rounds)
    if on.cluster is not None:
        other = free_port()
        with node(on, other):
            rows += _latency(crew, on, "two nodes", (port, other), owner, FAR, effort.rounds)
    return rows + _fan_out(crew, on, port, owner, scale.sockets, effort.rounds)


def _latency(
    crew: Crew,
    on: Ground,
    about: str,
    ports: tuple[int, int],
    owner: Person,
    goals: tuple[float, float],
    rounds: int,
) -> list[Row]:
    """From the answer to a check-in, which leaves right after its commit, to its frame on a socket."""
    hall = msgspec.structs.replace(_hall(owner, ports[1], 1), trigger_port=ports[0])
    measured = [crew.ask(wires.arrivals, hall, CHECK_INS_PER_ROUND, PAUSE_SECONDS) for _ in range(rounds)]
    after = [[1000 * max(0.0, one.told - one.answered) for one in arrivals] for arrivals in measured]
    whole = [[1000 * one.told for one in arrivals] for arrivals in measured]
    what = f"commit to socket, {about}"
    return [
        figure(f"{what}: median", on.name, [median(one) for one in after], "ms", goals[0], "at most"),
        figure(
            f"{what}: p99", on.name, [quantiles(one, n=100)[98] for one in after], "ms", goals[1], "at most"
        ),
        figure(
            f"check-in to socket, {about}: median",
            on.name,
            [median(one) for one in whole],
            "ms",
            None,
            "at most",
        ),
    ]


def _fan_out(crew: Crew, on: Ground, port: int, owner: Person, sockets: int, rounds: int) -> list[Row]:
    """One check-in's goal, told to every socket; and the same text sent to as many by a bare server."""
    goal = Client(port, owner.token).content(f"/api/v1/goals/{owner.goals[0]}").decode()
    text = f'{{"event":"entity:updated","data":{goal},"prevSeq":1,"seq":2,"cursor":"{"x" * 44}"}}'
    bare = wires.Hall(
        name="bare",
        port=port,
        path="/bench/ws",
        sockets=sockets,
        trigger=request("POST", "/bench/broadcast", body=text.encode()),
        trigger_port=port,
    )
    measured = crew.ask(wires.run, [_hall(owner, port, sockets), bare], rounds)
    ours, theirs = measured["ours"], measured["bare"]
    medians = {name: [median(one) for one in told.rounds] for name, told in measured.items()}
    ratios = [one / other for one, other in zip(medians["ours"], medians["bare"], strict=True)]
    each = [(told.memory_after - told.memory_before) / sockets for told in (ours, theirs)]
    return [
        Row(
            what=f"one event to {sockets:,} sockets: median",
            database=on.name,
            reference="bare broadcast",
            ours_per_second=sockets / 2 / median(medians["ours"]),
            reference_per_second=sockets / 2 / median(medians["bare"]),
            ratio=median(ratios),
            lowest=min(ratios),
            highest=max(ratios),
            goal=FAN_OUT,
            sense="at most",
        ),
        figure(f"memory per socket, of {sockets:,}", on.name, each[:1], "KiB", SOCKET_KIB, "at most"),
        figure("memory per socket, bare", on.name, each[1:], "KiB", None, "at most"),
    ]


def _hall(owner: Person, port: int, sockets: int) -> wires.Hall:
    return wires.Hall(
        name="ours",
        port=port,
        path=f"/ws?token={owner.token}",
        sockets=sockets,
        trigger=check_in(owner, owner.goals[0]),
        trigger_port=port,
        first_frames=2,
        says='{"event":"subscribe","data":{"entities":["goals"]}}',
    )
