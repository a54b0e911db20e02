"""Examples of account requests and answers, as the OpenAPI document shows them.

Values only; tests hold them against the models.
"""

from typing import Any, Final

USER: Final[dict[str, Any]] = {
    "id": "0198c0de-7a11-7c3e-9d52-6b1f4d0a9e21",
    "email": "ada@example.com",
    "username": None,
    "fullName": "Ada Lovelace",
    "baseCurrency": "USD",
    "timezone": "Europe/London",
    "dayStartsAt": 0,
    "insightThresholds": None,
    "createdAt": "2026-03-02T09:30:00Z",
    "updatedAt": "2026-03-02T09:30:00Z",
}
TOKENS: Final = {
    "accessToken": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIwMTk4In0.c2lnbmF0dXJl",
    "refreshToken": "oA4hVQm1n0yq1Zk0cX2v5w3jT8sR7uE6bN9dL4fG2hI",
    "expiresIn": 900,
}
WELCOME: Final = {"user": USER, **TOKENS}
REGISTER: Final = {
    "email": "ada@example.com",
    "password": "correct horse battery staple",
    "fullName": "Ada Lovelace",
    "timezone": "Europe/London",
}
LOG_IN: Final = {"emailOrUsername": "ada@example.com", "password": "correct horse battery staple"}
REFRESH: Final = {"refreshToken": TOKENS["refreshToken"]}
CHANGE: Final = {"timezone": "Asia/Tashkent", "dayStartsAt": 4}
PASSWORD: Final = {"current": "correct horse battery staple", "new": "an even longer passphrase"}
ERASE: Final = {"password": "correct horse battery staple"}
SESSION: Final = {
    "id": "0198c0de-7a12-7d01-8a44-0c5e2b7f1a90",
    "userAgent": "Mozilla/5.0",
    "address": "192.0.2.7",
    "createdAt": "2026-03-02T09:30:00Z",
    "lastUsedAt": "2026-03-02T10:00:00Z",
    "expiresAt": "2026-04-01T10:00:00Z",
    "current": True,
}
CREATE_API_TOKEN: Final = {"name": "phone widget", "scopes": ["read"]}
API_TOKEN: Final = {
    "id": "0198c0de-7a13-7b22-b3c1-5d9e8f7a6b5c",
    "name": "phone widget",
    "scopes": ["read"],
    "createdAt": "2026-03-02T09:30:00Z",
    "lastUsedAt": None,
    "expiresAt": None,
}
NEW_API_TOKEN: Final = {**API_TOKEN, "token": "wm_Zk0cX2v5w3jT8sR7uE6bN9dL4fG2hIoA4hVQm1n0yq1"}
EXPORT: Final = {
    "format": "waymark-export",
    "version": 1,
    "exportedAt": "2026-03-02T09:30:00Z",
    "user": USER,
    "sessions": [],
    "apiTokens": [],
    "goals": [],
    "goalMilestones": [],
    "goalCheckIns": [],
    "goalTargets": [],
    "journal": [],
}
