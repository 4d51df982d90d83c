from __future__ import annotations

import base64
import multiprocessing
import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import SealError, SettingError
from bot.sealing import Keyring, KeyringSealer
from bot.sealing.keyring import DAY_MS, FILE

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(range(1, 33))).decode()


def ring(folder, **more) -> Keyring:
    return Keyring.open(folder, now=more.pop("now", 0), **more)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return KeyringSealer(ring(tmp_path_factory.mktemp("ring")))


@settings(max_examples=60, deadline=None)
@given(clear=st.binary(max_size=300), purpose=st.text(max_size=20))
def test_opens_what_it_sealed_and_only_for_that_purpose(shared, clear, purpose):
    sealed = shared.seal(clear, purpose=purpose)
    assert shared.open(sealed, purpose=purpose) == clear
    with pytest.raises(SealError):
        shared.open(sealed, purpose=purpose + "x")


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_changed_bit_is_noticed(shared, at, bit):
    sealed = bytearray(shared.seal(b"hello there", purpose="p"))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(SealError):
        shared.open(bytes(sealed), purpose="p")


@pytest.mark.parametrize("junk", [b"", b"\x01", b"\x01abcd", b"\x01abcd" + bytes(12), b"\x02" + bytes(40)])
def test_junk_is_refused(shared, junk):
    with pytest.raises(SealError):
        shared.open(junk, purpose="p")


def test_the_file_is_its_owners_alone(tmp_path):
    os.umask(0o022)
    ring(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).chmod(0o644)
    ring(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_keys_rotate_and_old_ones_still_open(tmp_path):
    keyring = ring(tmp_path)
    sealer = KeyringSealer(keyring)
    old, ref = sealer.seal(b"old", purpose="p"), sealer.ref("telegram", "1")
    assert not keyring.rotate(now=29 * DAY_MS)
    assert keyring.rotate(now=30 * DAY_MS)
    new = sealer.seal(b"new", purpose="p")
    assert new[1:5] != old[1:5]
    again = KeyringSealer(ring(tmp_path))
    assert (again.open(old, purpose="p"), again.open(new, purpose="p")) == (b"old", b"new")
    assert again.ref("telegram", "1") == ref


def test_another_process_finds_a_key_that_was_added_meanwhile(tmp_path):
    first, second = ring(tmp_path), ring(tmp_path)
    reader = KeyringSealer(second)
    first.rotate(now=40 * DAY_MS)
    assert reader.open(KeyringSealer(first).seal(b"x", purpose="p"), purpose="p") == b"x"
    assert not second.rotate(now=41 * DAY_MS)


def test_a_reference_tells_nothing_and_is_stable(tmp_path):
    sealer = KeyringSealer(ring(tmp_path))
    ref = sealer.ref("telegram", "4711")
    assert len(ref) == 20
    assert ref.isalnum()
    assert ref == ref.lower()
    others = {sealer.ref("whatsapp", "4711"), sealer.ref("telegram", "4712"), sealer.ref("telegra", "m4711")}
    assert len(others | {ref}) == 4
    assert KeyringSealer(ring(tmp_path / "other")).ref("telegram", "4711") != ref


def test_data_key_locks_the_file(tmp_path):
    keyring = ring(tmp_path, data_key_text=KEY)
    sealed = KeyringSealer(keyring).seal(b"x", purpose="p")
    kept = (tmp_path / FILE).read_bytes()
    assert base64.b64encode(keyring.ring.index) not in kept
    assert KeyringSealer(ring(tmp_path, data_key_text=KEY)).open(sealed, purpose="p") == b"x"
    with pytest.raises(SettingError, match="does not open this keyring"):
        ring(tmp_path, data_key_text=OTHER)
    with pytest.raises(SettingError, match="not set"):
        ring(tmp_path)
    assert (tmp_path / FILE).read_bytes() == kept


def test_data_key_may_come_later(tmp_path):
    before = ring(tmp_path)
    after = ring(tmp_path, data_key_text=KEY)
    assert after.ring == before.ring
    with pytest.raises(SettingError):
        ring(tmp_path)


@pytest.mark.parametrize("wrong", ["short", "not base64!!", base64.b64encode(b"x" * 31).decode()])
def test_a_wrong_data_key_says_what_to_do(tmp_path, wrong):
    with pytest.raises(SettingError, match="openssl rand"):
        ring(tmp_path, data_key_text=wrong)


def test_a_damaged_file_is_never_replaced(tmp_path):
    ring(tmp_path)
    (tmp_path / FILE).write_bytes(b'{"version":1,"ri')
    with pytest.raises(SettingError, match="backup"):
        ring(tmp_path)
    assert (tmp_path / FILE).read_bytes() == b'{"version":1,"ri'


def _open(folder, queue):
    queue.put(ring(folder).ring.index)


def test_processes_that_start_at_once_share_one_ring(tmp_path):
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    processes = [context.Process(target=_open, args=(tmp_path, queue)) for _ in range(6)]
    for process in processes:
        process.start()
    found = {queue.get(timeout=10) for _ in processes}
    for process in processes:
        process.join()
    assert len(found) == 1


def test_no_half_written_file_is_left(tmp_path):
    keyring = ring(tmp_path)
    keyring.rotate(now=99 * DAY_MS)
    assert sorted(p.name for p in tmp_path.iterdir()) == [FILE, "keyring.lock"]


def test_two_machines_take_over_one_ring(tmp_path):
    one, two = ring(tmp_path / "1", data_key_text=KEY), ring(tmp_path / "2", data_key_text=KEY)
    assert not two.adopt(one.wrapped())
    assert two.ring == one.ring
    one.rotate(now=31 * DAY_MS)
    two.rotate(now=32 * DAY_MS)
    assert two.adopt(one.wrapped())
    assert not one.adopt(two.wrapped())
    assert one.ring == two.ring
    assert len(one.ring.keys) == 3
    with pytest.raises(SettingError):
        ring(tmp_path / "3", data_key_text=OTHER).adopt(one.wrapped())


def test_a_ring_that_was_used_is_never_replaced_by_another(tmp_path):
    one = ring(tmp_path / "1", data_key_text=KEY)
    ring(tmp_path / "2", data_key_text=KEY)
    used = ring(tmp_path / "2", data_key_text=KEY)
    before = used.ring
    with pytest.raises(SettingError, match="move keyring"):
        used.adopt(one.wrapped())
    assert ring(tmp_path / "2", data_key_text=KEY).ring == before


def test_with_other_machines_a_new_key_seals_only_when_they_have_it_too(tmp_path):
    now = time.time_ns() // 1_000_000
    keyring = Keyring.open(tmp_path, now=now - 40 * DAY_MS)
    keyring.rotate(now=now)
    old, new = (bytes.fromhex(key.id) for key in keyring.ring.keys)
    assert KeyringSealer(keyring).seal(b"x", purpose="p")[1:5] == new
    waiting = KeyringSealer(keyring, grace_ms=600_000)
    assert waiting.seal(b"x", purpose="p")[1:5] == old
    impatient = KeyringSealer(keyring, grace_ms=50)
    time.sleep(0.06)
    assert impatient.seal(b"x", purpose="p")[1:5] == new
