"""The baseline's tables as ORM classes.

No query and no rule here.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, Index, Numeric
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """What every table has."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Decimal: Numeric(18, 6),
        datetime: DateTime(timezone=True),
    }


class User(Base):
    __tablename__ = "users"

    email: Mapped[str] = mapped_column(unique=True)
    hashed_password: Mapped[str]
    full_name: Mapped[str | None]
    timezone: Mapped[str] = mapped_column(default="UTC")


class Goal(Base):
    __tablename__ = "goals"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str]
    description: Mapped[str | None]
    goal_type: Mapped[str] = mapped_column(default="personal")
    status: Mapped[str] = mapped_column(default="active")
    show_status: Mapped[str] = mapped_column(default="active")
    metric_type: Mapped[str] = mapped_column(default="none")
    direction: Mapped[str] = mapped_column(default="increase")
    unit: Mapped[str | None]
    currency: Mapped[str | None]
    initial_value: Mapped[Decimal] = mapped_column(default=Decimal(0))
    target_value: Mapped[Decimal]
    progress_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))
    start_date: Mapped[date | None]
    target_date: Mapped[date | None]

    milestones: Mapped[list["Milestone"]] = relationship(
        back_populates="goal", order_by="Milestone.order", cascade="all, delete-orphan"
    )

    __table_args__ = (Index("ix_goals_user_id_created_at", "user_id", "created_at"),)


class Milestone(Base):
    __tablename__ = "goal_milestones"

    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goals.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    description: Mapped[str | None]
    order: Mapped[int]
    target_percent: Mapped[Decimal]
    due_date: Mapped[date | None]
    completed_at: Mapped[datetime | None]

    goal: Mapped[Goal] = relationship(back_populates="milestones")


class CheckIn(Base):
    __tablename__ = "goal_check_ins"

    goal_id: Mapped[UUID] = mapped_column(ForeignKey("goals.id", ondelete="CASCADE"))
    value: Mapped[Decimal]
    note: Mapped[str | None]
    date_key: Mapped[date]

    __table_args__ = (Index("ix_goal_check_ins_goal_id_date_key", "goal_id", "date_key"),)
