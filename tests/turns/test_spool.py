"""The spool under kills, torn writes, damage and a full disk."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.errors import SettingError, UnavailableError
from bot.turns.spool import Spool

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def spool(folder):
    made = Spool(folder)
    made.open()
    yield made
    made.close()


def opened(folder) -> Spool:
    made = Spool(folder)
    made.open()
    return made


def read(spool) -> list[bytes | None]:
    return [sealed for _, sealed in spool.waiting(10_000)]


def test_records_come_back_in_order_after_a_restart(folder, spool):
    for number in range(20):
        spool.append(b"%d" % number)
    spool.close()
    again = opened(folder)
    assert read(again) == [b"%d" % number for number in range(20)]
    assert again.count == 20
    end = again.waiting(5)[-1][0]
    again.done(end, 5)
    assert again.count == 15
    again.close()
    third = opened(folder)
    assert read(third)[0] == b"5"
    third.done(third.waiting(100)[-1][0], 15)
    assert third.empty
    assert (folder / "records").stat().st_size == 0
    third.append(b"new")
    assert read(third) == [b"new"]
    third.close()


def test_a_record_that_comes_while_the_last_ones_are_replayed_is_not_lost(spool):
    spool.append(b"a")
    end = spool.waiting()[-1][0]
    spool.append(b"b")
    spool.done(end, 1)
    assert read(spool) == [b"b"]
    assert not spool.empty


@pytest.mark.parametrize("cut", range(1, 14))
def test_a_torn_end_is_cut_off(folder, spool, cut):
    spool.append(b"whole")
    spool.append(b"torn!")
    spool.close()
    file = folder / "records"
    os.truncate(file, file.stat().st_size - min(cut, 12))
    again = opened(folder)
    assert read(again) == [b"whole"]
    again.append(b"next")
    assert read(again) == [b"whole", b"next"]
    again.close()


def test_a_length_without_its_bytes_is_cut_off(folder, spool):
    spool.append(b"whole")
    spool.append(b"empty")
    spool.close()
    with (folder / "records").open("r+b") as file:
        file.seek(-5, os.SEEK_END)
        file.write(bytes(5))
    again = opened(folder)
    assert read(again) == [b"whole"]
    again.close()


def test_damage_in_the_middle_stops_nothing(folder, spool):
    for word in (b"one", b"two", b"three"):
        spool.append(word)
    with (folder / "records").open("r+b") as file:
        file.seek(11 + 8)
        file.write(b"X")
    assert read(spool) == [b"one", None, b"three"]
    spool.done(spool.waiting()[1][0], 2)
    assert b"Xwo" in (folder / "damaged").read_bytes()
    assert read(spool) == [b"three"]


@pytest.mark.parametrize("length", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x00\x00\x00\x05", b"\x00\x00\x01\x00"])
def test_a_damaged_length_in_the_middle_hides_nothing_behind_it(folder, spool, length):
    for word in (b"one", b"two", b"three", b"four"):
        spool.append(word)
    spool.close()
    with (folder / "records").open("r+b") as file:
        file.seek(11)
        file.write(length)
    again = opened(folder)
    assert read(again) == [b"one", None, b"three", b"four"]
    assert again.count == 4
    again.append(b"five")
    again.done(again.waiting()[2][0], 3)
    assert read(again) == [b"four", b"five"]
    assert again.count == 2
    assert b"two" in (folder / "damaged").read_bytes()
    again.close()


def test_damage_behind_the_last_sound_record_is_put_by(folder, spool):
    for word in (b"one", b"two", b"three"):
        spool.append(word)
    spool.close()
    with (folder / "records").open("r+b") as file:
        for place in (11 + 8, 22 + 8):
            file.seek(place)
            file.write(b"X")
    again = opened(folder)
    assert read(again) == [b"one"]
    assert again.damaged == 1
    assert b"Xhree" in (folder / "damaged").read_bytes()
    again.close()


def test_rubbish_in_the_files_is_no_reason_not_to_start(folder, spool):
    spool.close()
    (folder / "records").write_bytes(random.Random(1).randbytes(500))
    (folder / "done").write_text("nonsense")
    again = opened(folder)
    again.append(b"one")
    assert read(again)[-1] == b"one"
    again.close()


def test_one_owner(folder, spool):
    with pytest.raises(SettingError):
        Spool(folder).open()
    spool.append(b"x")
    assert not spool.empty


def test_files_are_readable_by_the_owner_alone(folder, spool):
    spool.append(b"x")
    spool.put_by(b"y")
    for name in ("records", "damaged"):
        assert (folder / name).stat().st_mode & 0o077 == 0


def test_a_full_disk_is_said_and_leaves_no_half_record(folder):
    """A limit on the size of files stands for the full disk: the write stops in the middle of a record."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from bot.turns.spool import Spool; from bot.errors import UnavailableError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "s = Spool(Path(sys.argv[1])); s.open(); s.append(b'whole')\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))\n"
        "try:\n    s.append(b'x' * 1000)\nexcept UnavailableError:\n    print('said')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))\n"
        "s.append(b'after')\n"
        "print([r for _, r in s.waiting()])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.split("\n")[:2] == ["said", "[b'whole', b'after']"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)


def test_closed_is_said(spool):
    spool.close()
    with pytest.raises(UnavailableError):
        spool.append(b"x")


@pytest.mark.slow
@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(5))
def test_kill_9_loses_nothing_that_was_acknowledged(folder, seed):
    script = (
        "import sys; from pathlib import Path; from bot.turns.spool import Spool\n"
        "s = Spool(Path(sys.argv[1])); s.open(); n = len(s.waiting(10**6))\n"
        "while True:\n"
        "    s.append(b'record %d' % n + b'.' * (n % 3000)); print(n, flush=True); n += 1\n"
    )
    acknowledged = -1
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", script, str(folder)], cwd=ROOT, stdout=subprocess.PIPE)
        time.sleep(0.5 + random.Random(seed).random() * 0.3)
        process.send_signal(signal.SIGKILL)
        lines = process.communicate(timeout=10)[0].split()
        acknowledged = max([acknowledged, *map(int, lines)])
    spool = opened(folder)
    found = [sealed.split(b".")[0] for _, sealed in spool.waiting(10**6)]
    spool.close()
    assert found == [b"record %d" % number for number in range(len(found))]
    assert len(found) > acknowledged >= 0


def test_a_record_is_on_the_disk_before_append_returns(spool, monkeypatch):
    synced = []
    monkeypatch.setattr("bot.turns.spool.os.fsync", lambda handle: synced.append(os.fstat(handle).st_size))
    spool.append(b"12345")
    assert synced == [8 + 5]
