"""Every kind of record that devices may push, by the name of its entity.

What is missing here follows from the rest: pushes of it are answered and ignored.
"""

from collections.abc import Mapping
from typing import Any, Final

from waymark.sync.goal_kinds import CheckInKind, GoalKind, MilestoneKind
from waymark.sync.kinds import Kind
from waymark.sync.money_kinds import MONEY_KINDS
from waymark.sync.noun_kinds import NOUN_KINDS

_KINDS: Final[tuple[Kind[Any], ...]] = (
    GoalKind(),
    MilestoneKind(),
    CheckInKind(),
    *NOUN_KINDS,
    *MONEY_KINDS,
)
KINDS: Final[Mapping[str, Kind[Any]]] = {kind.entity: kind for kind in _KINDS}
