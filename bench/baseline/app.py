"""The baseline's routes, written the way FastAPI's documentation teaches.

Routes only: tables, documents and arithmetic are beside.
"""

import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from argon2 import PasswordHasher
from fastapi import Depends, FastAPI, HTTPException, Query, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from bench.baseline.database import connected
from bench.baseline.models import Base, CheckIn, Goal, Milestone, User
from bench.baseline.progress import Totals, goal_out, progress_percent, totals_of
from bench.baseline.schemas import (
    CheckedIn,
    CheckInIn,
    CheckInOut,
    Envelope,
    GoalIn,
    GoalOut,
    Page,
    Registration,
    Session,
)

ALGORITHM = "HS256"
KEY = OctKey.import_key(os.environ["BASELINE_SECRET"])
engine, session_factory = connected(os.environ["BASELINE_DATABASE_URL"])
hasher = PasswordHasher()
claims_registry = jwt.JWTClaimsRegistry(exp={"essential": True}, sub={"essential": True})


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(title="Goals, as most would write it", lifespan=lifespan)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with session_factory() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


async def get_current_user(
    session: SessionDep, credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> User:
    unauthorized = HTTPException(status.HTTP_401_UNAUTHORIZED, "The token is not valid.")
    try:
        token = jwt.decode(credentials.credentials, KEY, algorithms=[ALGORITHM])
        claims_registry.validate(token.claims)
    except JoseError as error:
        raise unauthorized from error
    user = await session.get(User, UUID(token.claims["sub"]))
    if user is None:
        raise unauthorized
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


async def get_goal(goal_id: UUID, session: SessionDep, user: CurrentUser) -> Goal:
    goal = await session.scalar(
        select(Goal)
        .where(Goal.id == goal_id, Goal.user_id == user.id, Goal.show_status != "deleted")
        .options(selectinload(Goal.milestones))
    )
    if goal is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such goal.")
    return goal


CurrentGoal = Annotated[Goal, Depends(get_goal)]


@app.get("/readyz")
async def ready() -> dict[str, bool]:
    return {"ready": True}


@app.post("/api/v1/auth/register", status_code=status.HTTP_201_CREATED)
async def register(body: Registration, session: SessionDep) -> Envelope[Session]:
    user = User(
        email=body.email,
        hashed_password=hasher.hash(body.password),
        full_name=body.full_name,
        timezone=body.timezone,
    )
    session.add(user)
    await session.commit()
    claims = {"sub": str(user.id), "exp": int((datetime.now(UTC) + timedelta(hours=2)).timestamp())}
    return Envelope(data=Session(access_token=jwt.encode({"alg": ALGORITHM}, claims, KEY)))


@app.post("/api/v1/goals", status_code=status.HTTP_201_CREATED)
async def create_goal(body: GoalIn, session: SessionDep, user: CurrentUser) -> Envelope[GoalOut]:
    fields = body.model_dump(exclude={"milestones", "initial_value", "target_value"})
    goal = Goal(
        **fields,
        user_id=user.id,
        initial_value=Decimal(str(body.initial_value)),
        target_value=Decimal(str(body.target_value)),
        milestones=[
            Milestone(
                **milestone.model_dump(exclude={"target_percent"}),
                target_percent=Decimal(str(milestone.target_percent)),
                order=order,
            )
            for order, milestone in enumerate(body.milestones, start=1)
        ],
    )
    session.add(goal)
    await session.commit()
    return Envelope(data=goal_out(goal, Totals()))


@app.get("/api/v1/goals")
async def list_goals(
    session: SessionDep,
    user: CurrentUser,
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Envelope[list[GoalOut]]:
    mine = (Goal.user_id == user.id, Goal.show_status == "active")
    total = await session.scalar(select(func.count()).select_from(Goal).where(*mine)) or 0
    found = await session.scalars(
        select(Goal)
        .where(*mine)
        .order_by(Goal.created_at.desc(), Goal.id)
        .offset((page - 1) * limit)
        .limit(limit)
        .options(selectinload(Goal.milestones))
    )
    goals = found.all()
    totals = await totals_of(session, goals)
    pages = math.ceil(total / limit)
    return Envelope(
        data=[goal_out(goal, totals.get(goal.id, Totals())) for goal in goals],
        meta=Page(page=page, limit=limit, total=total, total_pages=pages, has_more=page < pages),
    )


@app.get("/api/v1/goals/{goal_id}")  # noqa: FAST003  get_goal takes it
async def read_goal(goal: CurrentGoal, session: SessionDep) -> Envelope[GoalOut]:
    totals = await totals_of(session, [goal])
    return Envelope(data=goal_out(goal, totals.get(goal.id, Totals())))


@app.post("/api/v1/goals/{goal_id}/check-in", status_code=status.HTTP_201_CREATED)  # noqa: FAST003 - read by a dependency
async def check_in(body: CheckInIn, goal: CurrentGoal, session: SessionDep) -> Envelope[CheckedIn]:
    fact = CheckIn(
        goal_id=goal.id,
        value=Decimal(str(body.value)),
        note=body.note,
        date_key=body.date_key or datetime.now(UTC).date(),
    )
    session.add(fact)
    await session.flush()
    totals = (await totals_of(session, [goal]))[goal.id]
    goal.progress_percent = progress_percent(goal, totals)
    reached = [
        milestone
        for milestone in goal.milestones
        if milestone.completed_at is None and goal.progress_percent >= milestone.target_percent
    ]
    for milestone in reached:
        milestone.completed_at = fact.created_at
    await session.commit()
    return Envelope(
        data=CheckedIn(
            check_in=CheckInOut.model_validate(fact),
            goal=goal_out(goal, totals),
            milestones_reached=[milestone.id for milestone in reached],
        )
    )
