"""Keeping a goal's document: its complete JSON, with the span of instants for which it is exact.

What is in it the domain says.
"""

from waymark.domain.days import day_bounds
from waymark.domain.documents import GoalDocument
from waymark.domain.records import Goal, GoalDocumentRow
from waymark.store import schema
from waymark.store.work import Work


def put_document(work: Work, goal: Goal, document: GoalDocument, body: str) -> None:
    """Keep the goal as it is shown on the owner's today."""
    fresh_from, fresh_until = day_bounds(work.today, work.owner.timezone, work.owner.day_starts_at)
    work.put(
        schema.goal_documents,
        goal.id,
        GoalDocumentRow(
            user_id=goal.user_id,
            goal_id=goal.id,
            body=body,
            version=goal.version,
            show_status=goal.show_status,
            day=work.today,
            fresh_from=fresh_from,
            fresh_until=fresh_until,
            progress_percent=document.progress_percent,
            pace_status=document.pace.status,
        ),
    )
