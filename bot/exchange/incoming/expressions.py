"""Expressions in their texts: ``@contact.name``, ``@(max(1, 2))``. No text of ours has one.

An expression becomes a placeholder that nothing fills, so that ``ucare flows check`` finds it, and the sentence is left
out until somebody has written it anew.
"""

from __future__ import annotations

import re
from typing import Final

ROOTS: Final = (
    "contact", "fields", "results", "run", "child", "parent", "input", "urns", "globals", "global", "webhook", "node",
    "trigger", "resume", "ticket", "legacy_extra", "locals", "calendar", "extra",
)  # fmt: skip
_NAME: Final = re.compile(rf"@(?:{'|'.join(ROOTS)})\b(?:\.\w+)*", re.IGNORECASE)
_CODE: Final = re.compile(r"<%=?.*?%>", re.DOTALL)
_RESULT: Final = re.compile(
    r"@(?:contact\.)?(?:fields|results)\.(\w+)(?:\.(?:category|value|input))?"
    r"|@\(default\(fields\.(\w+), *\"unknown\"\)\)"
)


def is_expression(text: str) -> bool:
    """Tell whether a value is more than the words that stand there."""
    return bool(found(text)[0])


def slot_of(operand: str) -> str:
    """Return the slot that an operand looks at (``@fields.country`` → ``country``), or nothing."""
    match = _RESULT.fullmatch(operand)
    return (match[1] or match[2]).lower() if match else ""


def found(text: str) -> tuple[list[str], str]:
    """Return the expressions of a text, and the text with a placeholder for each and ``@@`` written once."""
    expressions: list[str] = []
    made, at = "", 0
    while at < len(text):
        if text.startswith("@@", at):
            made, at = f"{made}@", at + 2
            continue
        one = _expression(text, at) if text[at] in "@<" else ""
        if one:
            expressions.append(one)
            made += f"{{{re.sub(r'[^a-z0-9]+', '_', one.lower()).strip('_')[:40] or 'expression'}}}"
            at += len(one)
        else:
            made, at = made + {"{": "(", "}": ")"}.get(text[at], text[at]), at + 1
    return expressions, made


def _expression(text: str, at: int) -> str:
    if text.startswith("@(", at):
        depth, quoted = 0, False
        for end in range(at + 1, len(text)):
            quoted ^= text[end] == '"'
            depth += 0 if quoted else {"(": 1, ")": -1}.get(text[end], 0)
            if not depth:
                return text[at : end + 1]
        return ""
    match = _NAME.match(text, at) or _CODE.match(text, at)
    return match[0] if match else ""
