"""One signed request to a receiver, and what came of it: bounded in time, bytes and places it may reach.

When it is sent, and what is stored of it, is not known here.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from typing import Final

import httpx2
import msgspec
from standardwebhooks import Webhook as Signer

from waymark import __version__
from waymark.clock import Clock
from waymark.domain.refusal import Refusal
from waymark.domain.targets import Address, Target, target_of
from waymark.domain.webhooks import Attempt, DeliveryError
from waymark.webhooks.guard import Guard, TargetRefused

TIMEOUT_SECONDS: Final = 15.0
CONNECT_SECONDS: Final = 5.0
"""For a connection, and again for its handshake, at most."""
MAX_ANSWER_BYTES: Final = 64 * 1024
DRAIN_SECONDS: Final = 1.0
"""What a receiver gets to finish its answer once its status is told."""
MAX_ADDRESSES: Final = 3


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a request, and how long the receiver asked to wait before the next."""

    attempt: Attempt
    asked_wait: timedelta | None = None

    @property
    def is_delivered(self) -> bool:
        return self.attempt.error is None

    @property
    def is_gone(self) -> bool:
        return self.attempt.error == "gone"


class Failed(Exception):
    """No answer, and why."""

    def __init__(self, error: DeliveryError) -> None:
        self.error: DeliveryError = error
        super().__init__(error)


class Sender:
    """Sends requests; what goes wrong with one is told by what it returns, never raised."""

    def __init__(self, guard: Guard, clock: Clock, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """`clock` is the machine's: receivers compare it with theirs."""
        self.guard = guard
        self.clock = clock
        self.timeout_seconds = timeout_seconds

    async def send(self, url: str, message_id: str, body: bytes, secrets: Sequence[str]) -> Sent:
        """POST a body, signed with each of the secrets (Standard Webhooks)."""
        at = self.clock.now()
        began = asyncio.get_running_loop().time()
        headers = {
            "content-type": "application/json",
            "user-agent": f"waymark/{__version__}",
            "accept-encoding": "identity",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(
                Signer(secret).sign(message_id, at, body.decode()) for secret in secrets
            ),
        }
        status, wait, error = None, None, None
        try:
            async with asyncio.timeout(self.timeout_seconds):
                status, wait = await self._posted(url, headers, body)
            error = _error_of(status)
        except Failed as failed:
            error = failed.error
        except TimeoutError:
            error = "timed_out"
        duration = round((asyncio.get_running_loop().time() - began) * 1000)
        return Sent(
            attempt=Attempt(at=at, status_code=status, error=error, duration_ms=duration),
            asked_wait=None if wait is None else _asked_wait(wait, self.clock.now()),
        )

    async def _posted(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str | None]:
        """Status and Retry-After of the first of the host's addresses that takes a connection."""
        try:
            target = target_of(url, self.guard.allowed)
            addresses = (await self.guard.addresses(target))[:MAX_ADDRESSES]
        except (Refusal, TargetRefused):
            raise Failed("target_refused") from None
        error: DeliveryError = "connection_failed"
        # All of them get their turn: a handshake cut off by the time for everything would leak its socket.
        connect = min(CONNECT_SECONDS, self.timeout_seconds / (2 * len(addresses) + 1))
        for address in addresses:
            try:
                return await self._posted_to(address, target, headers, body, connect)
            except httpx2.ConnectError as failure:
                error = "tls_failed" if isinstance(_root(failure), ssl.SSLError) else "connection_failed"
            except httpx2.ConnectTimeout:
                error = "timed_out"
            except httpx2.RemoteProtocolError:
                raise Failed("not_http") from None
            except httpx2.HTTPError:
                raise Failed("connection_failed") from None
        raise Failed(error)

    async def _posted_to(
        self, address: Address, target: Target, headers: Mapping[str, str], body: bytes, connect: float
    ) -> tuple[int, str | None]:
        """One request to one address that was checked: nothing here looks a name up again.

        Certificate and Host are the name's. A connection serves one request, so that it is never
        another host's that shares the address; proxies of the environment would resolve by themselves.
        """
        at = f"[{address}]" if ":" in str(address) else str(address)
        async with (
            httpx2.AsyncClient(
                verify=self._tls,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx2.Timeout(None, connect=connect),
            ) as client,
            client.stream(
                "POST",
                f"{target.scheme}://{at}:{target.port}{target.path}",
                content=body,
                headers={**headers, "host": target.authority},
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            await _drained(answer)
            return answer.status_code, answer.headers.get("retry-after")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx2.create_ssl_context()


async def _drained(answer: httpx2.Response) -> None:
    """Let the receiver finish, within bounds: what it says beside the status is of no interest."""
    size = 0
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for part in answer.aiter_raw():
                size += len(part)
                if size > MAX_ANSWER_BYTES:
                    return


def _root(error: BaseException) -> BaseException:
    """The first cause of an error."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]  # one of them is there
    return error


def _error_of(status: int) -> DeliveryError | None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return "redirected"
    return "gone" if status == HTTPStatus.GONE else "not_accepted"


def _asked_wait(text: str, now: datetime) -> timedelta | None:
    """Retry-After, seconds or a date (RFC 9110 §10.2.3); None for what is neither."""
    try:
        if text.isascii() and text.isdigit():
            return timedelta(seconds=int(text[:9]))
        return parsedate_to_datetime(text) - now
    except (TypeError, ValueError, OverflowError):
        return None
