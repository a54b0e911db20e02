"""Three devices edit one goal offline and come back in any order (issue D, Done when).

The same runs against a server for people to see: `python -m waymark.client.three_devices`.
"""

from waymark.client import AsyncWaymark
from waymark.client.three_devices import ORDERS, Ending, come_back
from waymark.clock import FrozenClock


async def test_all_six_orders_end_alike(waymark: AsyncWaymark, clock: FrozenClock) -> None:
    expected = Ending(
        title="Read more",
        target=200,
        value=23,
        check_ins=3,
        milestones=("Half of it",),
        offered=(1, 1, 1),
        left=(0, 0, 0),
        are_equal=True,
    )
    assert [await come_back(waymark, order, clock) for order in ORDERS] == [expected] * 6
