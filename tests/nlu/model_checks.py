"""Run by ``test_model`` in the Rasa environment: the classifier alone. Ends with what is wrong, or silently."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from nlu.components.features import Sample
from nlu.components.model import TopicModel
from nlu.text import corpus, lexicon
from nlu.text.languages import Languages
from nlu.text.reading import read
from nlu.text.topics import RISKS

lines = [line for line in corpus.load() if line.locale == "en"]
lexicons = {"en": lexicon.load()["en"]}
languages = Languages.learn((line.text, line.locale) for line in lines)


def sample(text, audience=None):
    return Sample(read(text, lexicons, languages, "en"), audience)


faults: list[str] = []
samples = [sample(line.text, line.audience) for line in lines]
model, again = TopicModel(), TopicModel()
for each in (model, again):
    each.fit(samples, [line.topic for line in lines])

some = samples[::37]
batch = model.features.transform(some)
for number, each in enumerate(some):
    columns, values = model.features.one(each)
    dense = np.zeros(batch.shape[1], dtype=np.float32)
    dense[columns] = values
    if not np.allclose(dense, batch[number].toarray()[0], atol=1e-5):
        faults.append("one() differs from transform()")
    if model.answer(each) != again.answer(each):
        faults.append("two trainings differ")

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "model"
    model.save(path)
    loaded = TopicModel.load(path)
    if [model.answer(each).ranking[0][0] for each in some] != [loaded.answer(each).ranking[0][0] for each in some]:
        faults.append("a loaded model answers otherwise")

for text in ("", "\u0001", "x" * 5000, "👍", "zzqx"):
    answer = model.answer(sample(text))
    if not (abs(sum(chance for _, chance in answer.ranking) - 1) < 1e-3 and 0 <= answer.risk <= 1):
        faults.append(repr(("no probabilities for", ascii(text[:5]))))
    if set(answer.risks) != set(RISKS):
        faults.append("not all risks")

harm, calm = model.answer(sample("i want to kill myself")), model.answer(sample("when does my school start"))
if harm.risk < 0.8 or calm.risk > 0.2:
    faults.append(repr(("risk:", harm.risk, calm.risk)))
as_child, as_carer = (
    dict(model.answer(sample("we need a rest", who)).ranking)["respite"] for who in ("child", "carer")
)
if not as_child < as_carer:
    faults.append("the audience is no prior")

sys.exit("\n".join(faults) or 0)
