"""Sound in MP4 files, made by hand: with tags, dates and names before, and without them after."""

from __future__ import annotations

import struct

import pytest

from bot.errors import NotAllowedError
from bot.media.voices import voice
from tests.media.test_cleaning import PLACE


def box(kind: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I", 8 + len(content)) + kind + content


def m4a(*extra: bytes, handler: bytes = b"soun", reference: bytes = b"\0\0\0\1", wide: int = 0) -> bytes:
    place = PLACE.encode()
    dated = bytes([wide]) + bytes(3) + (b"\x7f" * (16 if wide else 8)) + bytes(12)
    named = box(b"hdlr", bytes(8) + handler + bytes(12) + place)
    refers = box(b"dinf", box(b"dref", bytes(4) + struct.pack(">I", 1) + box(b"url ", reference)))
    table = box(b"stbl", box(b"stsd", b"mp4a"), box(b"stco", struct.pack(">III", 0, 1, 4711)))
    media = box(b"mdia", box(b"mdhd", dated), named, box(b"minf", box(b"smhd", bytes(8)), refers, table))
    track = box(b"trak", box(b"tkhd", dated), media, box(b"udta", box(b"\xa9xyz", place)))
    about = box(b"udta", box(b"meta", bytes(4), box(b"ilst", place)))
    movie = box(b"moov", box(b"mvhd", dated), track, about, *extra)
    loose = box(b"free", place) + box(b"uuid", bytes(16) + place)
    sound = struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", 21) + b"sound"
    return box(b"ftyp", b"M4A \0\0\0\0") + movie + loose + sound


@pytest.mark.parametrize("wide", [0, 1])
def test_it_keeps_its_sound_where_it_is_and_nothing_of_its_tags(wide):
    before = m4a(wide=wide)
    assert before.count(PLACE.encode()) == 5
    clean = voice(before)
    assert clean.type == "audio/mp4"
    assert len(clean.data) == len(before)
    assert clean.data.find(b"sound") == before.find(b"sound")
    for gone in (b"50.85", b"\x7f", b"ilst"):
        assert gone not in clean.data
    for kept in (b"soun", b"stsd", struct.pack(">I", 4711)):
        assert kept in clean.data
    assert voice(clean.data).data == clean.data


def test_the_last_box_may_go_on_to_the_end():
    whole = m4a()
    sound = whole.index(b"mdat") - 4
    assert voice(whole[:sound] + struct.pack(">I", 0) + b"mdatsound").data.endswith(b"mdatsound")


def broken():
    whole = m4a()
    yield "cut", whole[:-1]
    yield "video", m4a(handler=b"vide")
    yield "two tracks", m4a(box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + b"text" + bytes(12)))))
    yield "elsewhere", m4a(reference=b"\0\0\0\0https://example.org/")
    yield "in pieces", m4a(box(b"mvex"))
    yield "no sound", whole.replace(b"mdat", b"mdbt")
    yield "no track", box(b"ftyp", b"M4A ") + box(b"mdat", b"sound")
    yield "size", box(b"ftyp", b"M4A ") + struct.pack(">I", 4) + b"moov"
    yield "many", box(b"ftyp", b"M4A ") + box(b"moov", box(b"free") * 11_000)
    deep = b""
    for _ in range(20):
        deep = box(b"moov", deep)
    yield "deep", box(b"ftyp", b"M4A ") + deep


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in broken()])
def test_what_is_broken_or_more_than_sound_is_refused(data):
    with pytest.raises(NotAllowedError, match="cannot be shown"):
        voice(data)
