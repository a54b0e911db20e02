"""Secrets that must be read again: sealed with a key made of the server's own, useless without it.

Those that need only be recognised are kept as hashes: see tokens.py.
"""

import secrets
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

WEBHOOK_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what secrets begin with is none
_PURPOSE: Final = b"waymark webhook secrets"
_SECRET_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Unreadable(Exception):
    """A sealed secret that this server's key does not open: WAYMARK_SECRET is another one."""


class Seal:
    """Seals and opens; what is sealed for one owner's record opens for no other."""

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
        self._cipher = AESGCM(key)

    def sealed(self, text: str, user_id: str, record_id: str) -> str:
        """AES-256-GCM under a fresh nonce, as text."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), _of(user_id, record_id))).decode()

    def opened(self, sealed: str, user_id: str, record_id: str) -> str:
        """What was sealed; Unreadable."""
        raw = b64decode(sealed)
        try:
            return self._cipher.decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _of(user_id, record_id)
            ).decode()
        except InvalidTag:
            raise Unreadable from None


def new_webhook_secret() -> str:
    """A signing secret in the form of Standard Webhooks, of 256 random bits."""
    return WEBHOOK_SECRET_PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _of(user_id: str, record_id: str) -> bytes:
    return f"{user_id} {record_id}".encode()
