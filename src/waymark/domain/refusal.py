"""Why a value from outside was refused: a stable code and a sentence for people.

Nothing here knows which field the value came from; the reader of the request does.
"""


class Refusal(ValueError):
    """A value that the contract does not take; `code` goes on the wire beside the field."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)
