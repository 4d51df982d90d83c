from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

from bot.config import ROOT
from bot.flowfiles import schema
from tests.flowfiles.good import BAD, make

FILES = sorted((ROOT / "flows").rglob("*.yml"))


class EditorLoader(yaml.SafeLoader):
    """Reads as editors do (YAML 1.2): no dates, and only true and false are truths."""


EditorLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0].rpartition(":")[2] in {"int", "null", "bool"} and first not in "yYnNoO"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft202012Validator(schema.build())


def test_schema_file_is_what_the_code_says():
    assert (ROOT / "flows" / "schema.json").read_text(encoding="utf-8") == schema.as_text(), "run `ucare flows schema`"


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(schema.as_text()))


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_every_file_agrees_with_the_schema(validator, path):
    validator.validate(yaml.load(path.read_text(encoding="utf-8"), EditorLoader))


def test_the_good_folder_agrees_with_the_schema(validator, tmp_path):
    for path in (make(tmp_path) / "flows").rglob("*.yml"):
        validator.validate(yaml.load(path.read_text(encoding="utf-8"), EditorLoader))


@pytest.mark.parametrize(
    "code",
    ["bad_id", "long_label", "unknown_act", "unknown_audience", "unknown_country", "unknown_topic", "unknown_type"],
)
def test_the_schema_refuses_what_an_editor_can_see(validator, code):
    found = yaml.load((BAD / f"{code}.yml").read_text(encoding="utf-8"), EditorLoader)
    assert not validator.is_valid(found)
