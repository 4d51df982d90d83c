"""``nlu``: our pipeline beside Rasa's stock ones, trained on the same utterances and asked the same unseen messages."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench.place import child, told
from bench.served import AT_ONCE, Served, serve
from bench.tables import Size, Table, ms, number, quantile, ratio
from bot.config import ROOT
from bot.nlu_service import places
from bot.nlu_service.measure import Item, items
from nlu.text import envelope

HEAD: Final = """\
recipe: default.v1
assistant_id: bench
language: en
importers: [{name: nlu.components.importer.LocaleFiles}]
pipeline:
"""
FEATURES: Final = """\
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - {name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}
"""
STOCK_EPOCHS: Final = 100


class Pipeline(NamedTuple):
    """A contender: its name, its configuration, and whether it is told locale and audience."""

    name: str
    config: str
    enveloped: bool = False


class Result(NamedTuple):
    """What was measured: share of right topics, seconds of each parse, memory (MiB), seconds of the training."""

    right: float
    seconds: Sequence[float]
    memory: float
    model: float
    training: float
    served: Served

    @property
    def rate(self) -> float:
        """Parses a second, one after the other."""
        return len(self.seconds) / sum(self.seconds)


def pipelines(epochs: int) -> list[Pipeline]:
    """Return the contenders; DIET learns for so many epochs."""
    diet = f"  - {{name: DIETClassifier, epochs: {epochs}, constrain_similarities: true, entity_recognition: false}}\n"
    label = "Rasa, DIET" if epochs == STOCK_EPOCHS else f"Rasa, DIET, {epochs} epochs"
    return [
        Pipeline("ucare", (ROOT / "nlu" / "config.yml").read_text("utf-8"), enveloped=True),
        Pipeline("Rasa, LogisticRegression", f"{HEAD}{FEATURES}  - name: LogisticRegressionClassifier\n"),
        Pipeline(label, HEAD + FEATURES + diet),
    ]


async def train(config: str, data: Path, home: Path) -> tuple[Path, float]:
    """Train one pipeline and return its model and the seconds. Raises RuntimeError where it fails."""
    home.mkdir()  # noqa: ASYNC240 - nothing else runs meanwhile
    (home / "config.yml").write_text(config, "utf-8")
    command = [str(places.python()), "-m", "rasa", "train", "nlu", "-u", str(data), "-c", str(home / "config.yml")]
    options = ["-d", "nlu/domain.yml", "--out", str(home), "--fixed-model-name", "bench"]
    begun = time.perf_counter()
    async with child([*command, *options], env=places.environment()) as process:
        said, _ = await process.communicate()
    took = time.perf_counter() - begun
    model = home / "bench.tar.gz"
    if process.returncode or not model.is_file():
        sys.stderr.write(said.decode("utf-8", "replace")[-2000:])
        msg = f"the training failed with exit code {process.returncode}"
        raise RuntimeError(msg)
    return model, took


async def measure(pipeline: Pipeline, data: Path, home: Path, asked: Sequence[Item]) -> Result:
    """Train a pipeline and ask it all messages."""
    model, training = await train(pipeline.config, data, home)
    texts = [envelope.close(i.text, i.audience, i.locale) if pipeline.enveloped else i.text for i in asked]
    given = "".join(json.dumps(text) + "\n" for text in texts).encode()
    command = [str(places.python()), "-m", "bench.rasa_side", str(model)]  # as a script, bench/nlu.py would hide nlu/
    answer = await told(command, env=places.environment(), given=given)
    right = sum(topic == item.topic for topic, item in zip(answer["topics"], asked, strict=True)) / len(asked)
    served = await serve(model, texts)
    return Result(right, answer["seconds"], answer["loaded"], answer["loaded"] - answer["bare"], training, served)


async def run(size: Size) -> Table:
    """Train and ask all, and return the table."""
    epochs = size.pick(1, 5, STOCK_EPOCHS)
    wanted = None if size.name == "full" else ("en",)
    with tempfile.TemporaryDirectory(prefix="bench-nlu-") as name:
        data = Path(name) / "data"
        data.mkdir()
        for file in sorted((ROOT / "nlu" / "data").glob("*.yml")):
            if wanted is None or file.stem in wanted:
                shutil.copy(file, data)
        locales = sorted(file.stem for file in data.iterdir())
        asked = [item for item in items("dev", locales) if item.kind == "plain"]
        contenders = pipelines(epochs)
        results = [await measure(each, data, Path(name) / str(i), asked) for i, each in enumerate(contenders)]
    mine = results[0]
    rows = [
        (
            each.name, f"{found.right:.2f}", ratio(mine.right, found.right), number(found.rate),
            ms(quantile(found.seconds, 0.99)), number(found.served.rate), ratio(mine.served.rate, found.served.rate),
            ms(quantile(found.served.seconds, 0.99)), f"{found.served.memory:,.0f} MiB", f"{found.model:,.0f} MiB",
            f"{found.training:.0f} s",
        )
        for each, found in zip(contenders, results, strict=True)
    ]  # fmt: skip
    head = (
        "", "right", "ucare is", "parses/s", "p99", "served/s", "ucare is", "p99", "memory", "of it model", "training",
    )  # fmt: skip
    notes = [
        (
            f"learnt: nlu/data in {', '.join(locales)}; asked: {len(asked)} plain messages of nlu/eval (dev) nobody "
            "learnt."
        ),
        "right: the first topic is the right one. ucare is told locale and audience with the text, as in earnest.",
        (
            "parses: one after the other in the process. served: through HTTP as in earnest, the server on one core, "
            f"{AT_ONCE} questions in flight; memory is the server's. training: the whole command, its start included."
        ),
    ]
    if epochs != STOCK_EPOCHS:
        notes.append(
            f"DIET learnt for {epochs} of its stock {STOCK_EPOCHS} epochs and in one locale: its accuracy here is too "
            "low to compare, its training time too short. --full trains it whole, in all locales (this takes long)."
        )
    return Table("nlu", head, rows, notes)
