"""Achievements over HTTP: what can be earned, what was, and the level it comes to.

No rule lives here.
"""

from typing import Any, Final, Literal

from waymark.actions.fresh import fresh_achievements
from waymark.domain.achievements import CATALOGUE, Level, level
from waymark.domain.documents import encoded
from waymark.queries import nouns
from waymark.queries.achievements import ACHIEVEMENTS, AchievementDocument, HonourDocument, catalogue
from waymark.web.asking import Request, asked
from waymark.web.call import Answer
from waymark.web.nouns import NounList
from waymark.web.route import Router
from waymark.web.short_lists import ShortPaging, meta_of, page_of

router: Final = Router(
    prefix="/api/v1",
    tag="achievements",
    about="What goals, habits, debts and focus time earn, the points for it, and the level they come to.",
)

_SAMPLE: Final = CATALOGUE["milestones_reached_10"]
_HONOUR: Final[dict[str, Any]] = {
    "id": _SAMPLE.id,
    "key": _SAMPLE.key,
    "title": _SAMPLE.title,
    "description": _SAMPLE.description,
    "icon": _SAMPLE.icon,
    "xp": _SAMPLE.xp,
    "unit": _SAMPLE.unit,
    "threshold": _SAMPLE.threshold,
}
_EARNED: Final = {
    "id": _HONOUR["id"],
    "userId": "0190a8c2-7b1e-7c3a-9a51-0d4c5a3b2f10",
    "showStatus": "active",
    "syncStatus": "synced",
    "version": 214,
    "createdAt": "2026-03-02T09:30:00Z",
    "updatedAt": "2026-03-02T09:30:00Z",
    "deletedAt": None,
    **_HONOUR,
    "earnedAt": "2026-03-02T09:30:00Z",
}


class EarnedList(NounList):
    """Newest first unless asked otherwise; what was taken back is `showStatus=deleted`."""

    sort_by: Literal["earnedAt", "createdAt", "updatedAt"] = "earnedAt"


@router.get(
    "/achievements",
    reply=list[HonourDocument],
    example=[{**_HONOUR, "value": 7, "progressPercent": 70, "earnedAt": None}],
)
async def list_achievements(call: Request, query: ShortPaging) -> Answer:
    """List all there is to be earned.

    With how far one is toward each; what was earned has its `earnedAt`.
    """
    honours = catalogue(*await fresh_achievements(call.services.door, call.user_id))
    return Answer(encoded(page_of(honours, query)), meta_of(len(honours), query))


@router.get("/users/me/achievements", reply=list[AchievementDocument], example=[_EARNED])
async def list_own_achievements(call: Request, query: EarnedList) -> Answer:
    """List what one has earned.

    It is taken back when the facts that earned it are undone.
    """
    door = call.services.door
    await fresh_achievements(door, call.user_id)
    bodies, meta = await nouns.listed(
        door.database,
        ACHIEVEMENTS,
        call.services.cursors,
        call.user_id,
        asked(query, query.sort_by),
        {},
        show_status=query.show_status,
        now=door.clock.now(),
    )
    return Answer(bodies, encoded(meta))


@router.get(
    "/users/me/level",
    reply=Level,
    example={
        "level": 3,
        "xp": 360,
        "xpFrom": 300,
        "xpForNext": 600,
        "progressPercent": 20,
        "earned": 6,
        "total": len(CATALOGUE),
    },
)
async def get_level(call: Request) -> Answer:
    """Get one's level.

    Level n begins at 50·n·(n−1) XP; XP are the sum of what is earned at present.
    """
    _, held = await fresh_achievements(call.services.door, call.user_id)
    return Answer(encoded(level(CATALOGUE[key] for key in held)))
