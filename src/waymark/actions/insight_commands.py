"""What a person or an assistant can ask of insights: one frozen model per intention.

Which steps are allowed the handlers say; what rules say has no command.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from waymark.actions.fields import (
    Command,
    Id,
    Instant,
    JsonObject,
    Line,
    OwnPath,
    Prose,
    Title,
    WholeNumber,
)
from waymark.domain.insight_texts import Method
from waymark.domain.vocabulary import InsightLevel, InsightStatus

MAX_BODY: Final = 2_000
MAX_ACTIONS: Final = 10

Word = Annotated[Line, Field(max_length=50)]
Priority = Annotated[WholeNumber, Field(ge=1, le=10)]


class RelatedBody(Command):
    """What an insight is about: records of the user's own."""

    goal_id: Id | None = None
    milestone_id: Id | None = None
    check_in_id: Id | None = None
    task_id: Id | None = None
    habit_id: Id | None = None
    focus_session_id: Id | None = None
    budget_id: Id | None = None
    debt_id: Id | None = None
    transaction_id: Id | None = None


class ActionBody(Command):
    """A request of this API that a client can send as it stands."""

    type: Word
    label: Annotated[Line, Field(max_length=100)]
    method: Method
    path: OwnPath
    body: JsonObject | None = None


class InsightFields(Command):
    """What both creation and change take; scope, category and rule are the maker's own words."""

    body: Annotated[Prose, Field(max_length=MAX_BODY)] = ""
    scope: Word | None = None
    category: Word | None = None
    rule: Word | None = None
    related: RelatedBody | None = None
    actions: Annotated[list[ActionBody], Field(max_length=MAX_ACTIONS)] = Field(default=[])
    payload: JsonObject | None = None
    valid_until: Instant | None = None


class CreateInsight(InsightFields):
    """Something worth telling, by a person or an assistant; `kind` reminder goes out as one."""

    id: Id | None = None
    title: Title
    kind: Word = "insight"
    level: InsightLevel = "info"
    priority: Priority = 5
    source: Literal["manual", "ai"] = "manual"


class ChangeInsight(InsightFields):
    """A merge patch; a `status` in it runs the step. Of what a rule said only the status is another's."""

    title: Title = ""
    kind: Word = "insight"
    level: InsightLevel = "info"
    priority: Priority = 5
    status: InsightStatus = "new"
