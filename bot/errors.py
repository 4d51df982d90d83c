"""All errors of ucare, in one tree.

UcareError
├── SettingError          a setting is missing or wrong; says which, and what to do
├── FlowError             a flow file is wrong; carries file and line
├── CatalogError          a catalog is wrong
├── NotAllowedError       a verb that the escalation's state or the caseworker's rights do not allow
├── StoreError
│   ├── UnavailableError  Redis is away; try again
│   ├── FencedError       another owner holds the partition's lease
│   └── ConflictError     somebody changed the record first; read it again
├── PayloadError          a channel's payload that cannot be understood
├── SignatureError        a webhook whose signature is missing or wrong
├── SealError             a text cannot be unsealed with the keys at hand
├── NluError              the NLU server or its training failed
└── SendError             a send failed; carries ``retryable``, ``code`` and ``retry_after`` (seconds)
"""

from __future__ import annotations


class UcareError(Exception):
    """The root of all errors that ucare raises on purpose."""


class SettingError(UcareError):
    """A setting is missing or wrong."""


class FlowError(UcareError):
    """A flow file is wrong."""

    def __init__(self, message: str, *, file: str = "", line: int = 0) -> None:
        """Say what is wrong, and where: ``file:line: message``."""
        super().__init__(f"{file}:{line}: {message}" if file else message)
        self.file = file
        self.line = line


class CatalogError(UcareError):
    """A catalog is wrong."""


class NotAllowedError(UcareError):
    """A verb that is not allowed here."""


class StoreError(UcareError):
    """Something is wrong with the store."""


class UnavailableError(StoreError):
    """Redis cannot be reached or refuses to write; the same call may work later."""


class FencedError(StoreError):
    """Another owner holds the partition now; stop at once."""


class ConflictError(StoreError):
    """The record was changed by somebody else; read it again."""


class PayloadError(UcareError):
    """A payload that cannot be understood."""


class SignatureError(UcareError):
    """A webhook whose signature is missing or wrong."""


class SealError(UcareError):
    """A sealed text cannot be opened with the keys at hand."""


class NluError(UcareError):
    """The NLU server, its model or its training failed."""


class SendError(UcareError):
    """A send failed."""

    def __init__(self, code: str, *, retryable: bool, retry_after: float = 0.0, blocked: bool = False) -> None:
        """Carry a short code of the channel, whether to try again, and after how many seconds."""
        super().__init__(code)
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.blocked = blocked
        """The contact blocked us: nothing reaches them until they write."""
