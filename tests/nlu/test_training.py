from __future__ import annotations

import shutil

import pytest

from bot.config import Settings
from bot.errors import NluError
from bot.nlu_service import NluService, places, training
from bot.nlu_service.places import Current


def settings(tmp_path):
    return Settings(ucare_data_dir=tmp_path, nlu_url="", _env_file=None)


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """A model in use that was made of something else; training makes a file at once, and its check passes."""
    mine = settings(tmp_path)
    places.models(mine).mkdir(parents=True)
    (places.models(mine) / "topics-old.tar.gz").write_bytes(b"old")
    places.use(mine, Current("topics-old.tar.gz", "old"))

    async def make(work):
        made = work / "topics.tar.gz"
        made.write_bytes(b"new")
        return made

    async def pass_(model):
        assert model.read_bytes() == b"new"

    monkeypatch.setattr(training, "_train", make)
    monkeypatch.setattr(training, "check", pass_)
    monkeypatch.setattr(training, "ensure_environment", lambda _: _nothing())
    return mine


async def _nothing():
    return None


async def test_a_stale_model_is_replaced_and_the_one_before_is_kept(trained):
    made = await training.train(trained)
    assert made.read_bytes() == b"new"
    assert places.current(trained) == Current(made.name, places.fingerprint())
    assert sorted(path.name for path in places.models(trained).glob("topics-*")) == sorted(
        ["topics-old.tar.gz", made.name]
    )
    assert list(places.models(trained).glob(".training-*")) == []


async def test_a_fresh_model_is_not_trained_again(trained, monkeypatch):
    made = await training.train(trained)

    async def fail(work):
        raise AssertionError(work)

    monkeypatch.setattr(training, "_train", fail)
    assert await training.train(trained) == made
    with pytest.raises(AssertionError):
        await training.train(trained, force=True)


@pytest.mark.parametrize("step", ["_train", "check"])
async def test_a_failed_step_leaves_the_old_model_in_use(trained, monkeypatch, step):
    async def fail(_):
        msg = "broken"
        raise NluError(msg)

    monkeypatch.setattr(training, step, fail)
    with pytest.raises(NluError):
        await training.train(trained)
    assert places.current(trained).model == "topics-old.tar.gz"
    assert list(places.models(trained).glob(".training-*")) == []
    if places.python().exists():
        assert (await NluService(trained)._trained()).name == "topics-old.tar.gz"


async def test_without_a_model_before_a_failed_training_is_told(tmp_path, monkeypatch):
    async def fail(_):
        msg = "broken"
        raise NluError(msg)

    monkeypatch.setattr(training, "_train", fail)
    monkeypatch.setattr(training, "ensure_environment", lambda _: _nothing())
    with pytest.raises(NluError, match="broken"):
        await NluService(settings(tmp_path)).start()


async def test_a_missing_environment_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "python", lambda: tmp_path / "nowhere")
    monkeypatch.setattr(places, "setup_command", lambda: [shutil.which("false")])
    with pytest.raises(NluError, match=r"\./ucare setup nlu"):
        await training.ensure_environment(settings(tmp_path))


def test_a_model_whose_file_is_gone_is_none(tmp_path):
    mine = settings(tmp_path)
    places.models(mine).mkdir(parents=True)
    places.use(mine, Current("gone.tar.gz", "x"))
    assert places.current(mine) is None
    (places.models(mine) / "current.json").write_text("{")
    assert places.current(mine) is None


async def test_somebody_elses_server_is_only_told(tmp_path):
    service = NluService(Settings(ucare_data_dir=tmp_path, nlu_url="http://nlu:5005", nlu_token="t", _env_file=None))
    await service.start()
    assert (service.ready, service.url, service.token, service.process_id) == (True, "http://nlu:5005", "t", None)
    await service.stop()


def test_rasa_is_told_no_telemetry_and_no_cache():
    environment = places.environment()
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert environment["RASA_MAX_CACHE_SIZE"] == "0"
    assert environment["SANIC_WORKERS"] == "1"


@pytest.mark.nlu
@pytest.mark.slow
async def test_a_broken_model_fails_its_check(tmp_path):
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no model")
    with pytest.raises(NluError, match="not used"):
        await training.check(broken)
