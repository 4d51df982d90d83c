"""The JSON schema that editors check flow files by, made from the code that reads them."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import BaseModel

from bot.core.library import COUNTRIES
from bot.core.steps.act import ACTS
from bot.core.steps.ask import TYPES
from bot.flowfiles import reference, wordlists
from bot.flowfiles.checks.book import topics
from bot.flowfiles.checks.names import AUDIENCES
from bot.flowfiles.load import FLOW_KEYS, KINDS, STEP_KEYS

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_ID: Final[Schema] = {"type": "string", "pattern": "^[a-z0-9][a-z0-9_]*$"}
_FLOW: Final[Schema] = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$"}
_VALUE: Final[Schema] = {"type": ["string", "integer", "boolean"]}
_PLACE: Final = rf"^({'|'.join(COUNTRIES)})(-[A-Z0-9]{{1,4}})?$|^age:\d{{1,2}}(-\d{{1,2}})?$"

HELP: Final = {
    "say": "Tell something: one statement, one source.",
    "ask": "Ask for something typed, check it, and ask again kindly.",
    "choose": "Offer choices, by button, by number or by typing the label. Needs a text.",
    "branch": "Go on by what is known; the first arm that fits is taken, one without `when` is for everybody else.",
    "set": "Remember something.",
    "escalate": "Open an escalation, or raise the open one.",
    "link": "Enter another flow and come back.",
    "act": "Do one of the engine's own acts.",
    "remind": "Enter another flow later, by day, unless the contact stops it.",
    "record": "Keep what the contact told for the programme; without slots, delete it.",
    "end": "End this flow.",
}
"""Kind of step → what an editor says about it."""


def _object(properties: Schema, *required: str) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


def _steps() -> dict[str, Schema]:
    ref = {"$ref": "#/$defs/statement"}
    statements = {"anyOf": [ref, _list(ref)]}
    when = {"type": "object", "additionalProperties": {"anyOf": [_VALUE, _list(_VALUE)]}}
    levels = {"enum": ["T0", "T1", "T2", "T3"]}
    number = {"type": "number"}
    return {
        "say": statements,
        "ask": _object(
            {
                "text": _TEXT,
                "again": _TEXT,
                "slot": _TEXT,
                "type": {"enum": sorted(TYPES)},
                "min": number,
                "max": number,
            },
            "text",
            "slot",
        ),
        "choose": _list({"$ref": "#/$defs/choice"}),
        "branch": _list(_object({"when": when, "next": _ID}, "next")),
        "set": {"type": "object", "additionalProperties": _VALUE},
        "escalate": _object({"level": levels, "topic": {"$ref": "#/$defs/topic"}}),
        "link": _FLOW,
        "act": {"enum": sorted(ACTS)},
        "remind": _object({"flow": _FLOW, "days": {"type": "integer"}, "day": _TEXT}, "flow"),
        "record": _object({"kind": _ID, "slots": _list(_TEXT), "days": {"type": "integer", "minimum": 1}}, "kind"),
        "end": {"const": True},
        "text": _TEXT,
        "id": _ID,
        "next": {"anyOf": [_ID, {"const": ""}]},
        "overlay": {"type": "object", "patternProperties": {_PLACE: statements}, "additionalProperties": False},
    }


def _beside() -> tuple[Schema, Schema]:
    """Return the schemas of the files beside the flows, and what they refer to."""
    models: dict[str, type[BaseModel]] = {
        "contact": reference.Contact,
        "source": reference.Source,
        "phrase": reference.Phrase,
        "phrase_group": reference.PhraseGroup,
        "rule": wordlists.Never,
        "explained": wordlists.Explained,
        "signpost": wordlists.Sign,
    }
    defs = {name: model.model_json_schema() for name, model in models.items()}
    tables = {
        f"{name}s": {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{name}"}}
        for name in ("source", "phrase", "phrase_group", "signpost")
    }
    numbers = {"type": "object", "additionalProperties": {"$ref": "#/$defs/contact"}}
    countries: Schema = {"type": "object", "properties": dict.fromkeys(("EU", *COUNTRIES), numbers)}
    never: Schema = {"type": "object", "additionalProperties": _list({"$ref": "#/$defs/rule"})}
    hard: Schema = {"anyOf": [{**_TEXT, "description": "Simpler words."}, {"$ref": "#/$defs/explained"}]}
    hard_words: Schema = {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": hard}}
    lists = {"never": never, "hard_words": hard_words, "names": _list(_TEXT)}
    return {"contacts": {**countries, "additionalProperties": False}, **tables, **lists}, defs


def build() -> Schema:
    """Return the schema of every YAML file in ``flows/``."""
    properties = _steps()
    assert set(properties) == STEP_KEYS, "a kind of step has no schema"
    for kind, words in HELP.items():
        properties[kind] = {"description": words, **properties[kind]}
    step = _object(properties, "id")
    step["oneOf"] = [{"required": [kind]} for kind in KINDS]
    step["dependentRequired"] = {"choose": ["text"], "text": ["choose"], "overlay": ["say"]}
    flow = _object(
        {
            "title": _TEXT,
            "topic": {"$ref": "#/$defs/topic"},
            "audience": {"enum": sorted(AUDIENCES)},
            "countries": {"anyOf": [{"enum": list(COUNTRIES)}, _list({"enum": list(COUNTRIES)})]},
            "safe_first": {
                "type": "boolean",
                "description": "Whoever takes a case of this topic asks first whether the contact can talk safely.",
            },
            "form": {"type": "boolean", "description": "A few questions that a caseworker may start in a case."},
            "steps": _list({"$ref": "#/$defs/step"}),
        },
        "steps",
    )
    assert set(flow["properties"]) == FLOW_KEYS, "a key of a flow has no schema"
    beside, defs = _beside()
    choice = {
        "id": _ID,
        "label": {**_TEXT, "maxLength": 20, "description": "At most 20 characters, in every language."},
        "next": _ID,
        "flow": _FLOW,
        "set": {"type": "object", "additionalProperties": _VALUE},
    }
    source = {
        "description": "An id of flows/sources.yml, or `none` for a sentence that states no fact.",
        "anyOf": [_TEXT, _list(_TEXT)],
    }
    closed = {**_TEXT, "description": "Said instead while nobody answers the number that the text names."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Flows of ucare and the files beside them",
        "type": "object",
        "properties": {
            "flows": {"type": "object", "propertyNames": _FLOW, "additionalProperties": {"$ref": "#/$defs/flow"}},
            **beside,
        },
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "$defs": {
            "flow": flow,
            "step": step,
            "statement": _object({"text": _TEXT, "source": source, "closed": closed}, "text"),
            "choice": _object(choice, "id", "label"),
            "topic": {"enum": sorted(topics())},
            **defs,
        },
    }


def as_text() -> str:
    """Return the schema as it stands in ``flows/schema.json``."""
    return json.dumps(build(), indent=1, ensure_ascii=False) + "\n"
