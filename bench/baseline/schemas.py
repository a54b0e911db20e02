"""What the baseline takes and gives, as pydantic models; the same documents as Waymark's.

No query here.
"""

from datetime import date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Schema(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, from_attributes=True)


class Page(Schema):
    page: int
    limit: int
    total: int
    total_pages: int
    has_more: bool


class Envelope(Schema, Generic[T]):
    success: bool = True
    data: T
    meta: Page | None = None
    error: None = None


class Registration(Schema):
    email: str
    password: Annotated[str, Field(min_length=8)]
    full_name: str | None = None
    timezone: str = "UTC"


class Session(Schema):
    access_token: str


class MilestoneIn(Schema):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: str | None = None
    target_percent: Annotated[float, Field(gt=0, le=100)]
    due_date: date | None = None


class GoalIn(Schema):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Annotated[str | None, Field(max_length=5000)] = None
    goal_type: str = "personal"
    metric_type: str = "none"
    unit: str | None = None
    initial_value: float = 0
    target_value: float
    start_date: date | None = None
    target_date: date | None = None
    milestones: list[MilestoneIn] = []


class CheckInIn(Schema):
    value: float
    note: str | None = None
    date_key: date | None = None


class Stored(Schema):
    id: UUID
    created_at: datetime
    updated_at: datetime


class MilestoneOut(Stored):
    goal_id: UUID
    title: str
    description: str | None
    order: int
    from_percent: float
    target_percent: float
    target_value: float
    due_date: date | None
    completed_at: datetime | None


class Stats(Schema):
    financial_progress_percent: float | None = None
    habits_progress_percent: float | None = None
    tasks_progress_percent: float | None = None
    focus_minutes_last30: int = 0
    focus_minutes_total: int = 0
    total_tasks: int = 0
    completed_tasks: int = 0
    total_habits: int = 0


class Pace(Schema):
    status: str
    required_per_day: float | None
    actual_per_day: float
    expected_value: float | None
    expected_percent: float | None
    days_left: int | None
    projected_date: date | None
    projected_value: float | None


class GoalOut(Stored):
    user_id: UUID
    title: str
    description: str | None
    goal_type: str
    status: str
    show_status: str
    metric_type: str
    direction: str
    unit: str | None
    currency: str | None
    initial_value: float
    target_value: float
    current_value: float
    progress_percent: float
    raw_percent: float
    start_date: date | None
    target_date: date | None
    milestones: list[MilestoneOut]
    stats: Stats
    pace: Pace
    check_in_count: int
    last_check_in_at: datetime | None


class CheckInOut(Stored):
    goal_id: UUID
    value: float
    note: str | None
    date_key: date


class CheckedIn(Schema):
    check_in: CheckInOut
    goal: GoalOut
    milestones_reached: list[UUID]
