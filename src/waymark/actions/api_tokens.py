"""API tokens: made and revoked by their owner, for programs.

What a scope allows is not known here.
"""

from datetime import datetime

from msgspec.structs import replace
from uuid_utils import uuid7

from waymark.actions.account_commands import CreateApiToken
from waymark.actions.perform import Door
from waymark.actions.tokens import API_TOKEN_PREFIX, digest, new_token
from waymark.errors import Invalid
from waymark.queries.accounts import get_api_token
from waymark.store import schema
from waymark.store.account_statements import ApiToken
from waymark.store.database import Add, Put, Transaction


async def create_api_token(
    door: Door, user_id: str, command: CreateApiToken, now: datetime, *, dry_run: bool = False
) -> tuple[ApiToken, str]:
    """A token and its secret, which is shown this once and kept as a hash."""
    if command.expires_at is not None and command.expires_at <= now:
        raise Invalid.of("expiresAt", "out_of_range", "In the future.")
    secret = new_token(API_TOKEN_PREFIX)
    token = ApiToken(
        user_id=user_id,
        id=str(uuid7()),
        name=command.name,
        token_hash=digest(secret),
        scopes=tuple(sorted(set(command.scopes))),
        created_at=now,
        expires_at=command.expires_at,
    )

    async def unit(tx: Transaction) -> None:
        await tx.apply([Add(schema.api_tokens, [token])])

    if not dry_run:
        await door.database.write(unit)
    return token, secret


async def revoke_api_token(
    door: Door, user_id: str, token_id: str, now: datetime, *, dry_run: bool = False
) -> ApiToken:
    """End one API token, which is returned; NotFound."""

    async def unit(tx: Transaction) -> ApiToken:
        token = await get_api_token(tx, user_id, token_id)
        if not dry_run:
            await tx.apply([Put(schema.api_tokens, [replace(token, revoked_at=now)])])
        return token

    return await door.database.write(unit)
