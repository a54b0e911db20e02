"""A reader of the OpenAPI document for people, with nothing from elsewhere.

It works without a network beyond this server; a policy in the response makes the browser hold it to that.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

from starlette.responses import Response

from waymark import __version__

_STATIC: Final = Path(__file__).parent / "static"
_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Page:
    """One HTML file and the policy that allows its own script and calls to this server, nothing else."""

    def __init__(self, name: str) -> None:
        self.text = (_STATIC / name).read_text("utf-8").replace("{{version}}", __version__)
        digests = [hashlib.sha256(script.encode()).digest() for script in _SCRIPT.findall(self.text)]
        scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests) or "'none'"
        self.policy = (
            f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def response(self) -> Response:
        return Response(
            self.text,
            media_type="text/html; charset=utf-8",
            headers={"content-security-policy": self.policy, "referrer-policy": "no-referrer"},
        )


DOCS: Final = Page("docs.html")
