"""What contacts send, as real files: with what they tell of the sender before, and without it after."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from bot.errors import NotAllowedError
from bot.media.pictures import SIDE, picture
from bot.media.voices import Page, _pages, _written, crc, voice

PLACE = "taken at 50.85 N 4.35 E"


def jpeg(size=(80, 60), **more) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = PLACE
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (50.0, 51.0, 0.0)
    made = BytesIO()
    Image.new("RGB", size, "teal").save(made, "JPEG", exif=exif, comment=PLACE.encode(), **more)
    return made.getvalue()


def test_a_picture_tells_no_place_any_more():
    before = jpeg()
    assert PLACE.encode() in before
    clean = picture(before)
    assert clean.type == "image/jpeg"
    assert b"50.85" not in clean.data
    with Image.open(BytesIO(clean.data)) as shown:
        assert (shown.size, dict(shown.getexif()), shown.info.get("comment")) == ((80, 60), {}, None)


def test_a_large_picture_is_made_smaller_and_a_blurred_one_shows_nothing_sharp():
    sharp = Image.effect_noise((2400, 1200), 90)
    made = BytesIO()
    sharp.save(made, "PNG")
    clear, blurred = picture(made.getvalue()), picture(made.getvalue(), blurred=True)
    assert (clear.width, clear.height) == (SIDE, 800)
    assert blurred.width == 320
    with Image.open(BytesIO(blurred.data)) as shown:
        low, high = shown.convert("L").getextrema()
    assert high - low < 40


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_other_pictures_are_shown_on_white(form):
    made = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(made, form)
    with Image.open(BytesIO(picture(made.getvalue()).data)) as shown:
        assert min(shown.getpixel((5, 5))) > 250


def bomb() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"<html>",
        b"%PDF-1.7",
        bomb(),
        jpeg()[:60],
    ],
    ids=["nothing", "svg", "html", "pdf", "bomb", "cut"],
)
def test_what_is_no_picture_is_refused_kindly(data):
    with pytest.raises(NotAllowedError, match="cannot be shown"):
        picture(data)


def page(number: int, body: bytes, *, flags: int = 0, serial: int = 7, table: bytes = b"") -> bytes:
    laced = table or bytes([255] * (len(body) // 255) + [len(body) % 255])
    head = b"OggS\x00" + bytes([flags]) + struct.pack("<QII", 0, serial, number) + bytes(4) + bytes([len(laced)])
    return _written(Page(head, laced, body), number)


def opus(tags: bytes) -> list[bytes]:
    whole = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<I", 1) + struct.pack("<I", len(tags)) + tags
    pages, at, number = [], 0, 1
    while at < len(whole) or number == 1:
        body = whole[at : at + 510]
        last = at + 510 > len(whole)
        table = b"" if last else b"\xff\xff"
        pages.append(page(number, body, flags=0 if number == 1 else 1, table=table))
        at, number = at + 510, number + 1
    return [page(0, b"OpusHead" + bytes(11), flags=2), *pages, page(number, b"sound one"), page(number + 1, b"two")]


@pytest.mark.parametrize("length", [10, 300, 2000])
def test_a_voice_message_loses_its_tags_and_keeps_its_sound(length):
    before = b"".join(opus((PLACE * 100).encode()[:length]))
    clean = voice(before)
    assert clean.type == "audio/ogg"
    assert b"50.85" not in clean.data
    pages = list(_pages(clean.data))
    assert [one.body for one in pages[2:]] == [b"sound one", b"two"]
    for number, one in enumerate(pages):
        assert struct.unpack("<I", one.head[18:22])[0] == number
        bare = one.head[:22] + bytes(4) + one.head[26:] + one.table + one.body
        assert struct.unpack("<I", one.head[22:26])[0] == crc(bare)


def test_the_checksum_is_the_one_of_ogg():
    assert crc(b"") == 0
    assert crc(b"\x01") == 0x04C11DB7
    assert crc(b"123456789") == 0x89A1897F


def test_pages_that_keep_their_number_are_not_written_anew():
    before = opus(b"short")
    assert voice(b"".join(before)).data.endswith(b"".join(before[2:]))


FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""128 kbit/s at 44,100 Hz: 417 bytes."""
LOW = b"\xff\xf3\x40\xc0" + bytes(100)
"""MPEG-2, 32 kbit/s at 22,050 Hz: 104 bytes."""


def id3(content: bytes) -> bytes:
    size = bytes(len(content) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + size + content


def test_an_mp3_is_only_its_frames():
    sound = FRAME * 3 + b"\xff\xfb\x92\x00" + bytes(414)  # padded
    looks_like_sound = PLACE.encode() + FRAME * 5
    before = id3(PLACE.encode()) + id3(looks_like_sound) + bytes(7) + sound
    for after in (b"", b"TAG" + PLACE.encode().ljust(125), b"APETAGEX" + PLACE.encode(), FRAME[:100]):
        clean = voice(before + after)
        assert (clean.type, clean.data) == ("audio/mpeg", sound)


def test_lower_rates_have_frames_of_their_own_length():
    assert voice(LOW * 4 + PLACE.encode()).data == LOW * 4


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"OggS",
        b"RIFF1234WAVE",
        page(0, b"OpusHead"),
        page(0, b"vorbis") + page(1, b"OpusTags"),
        b"ID3",
        b"ID3\x04\x00\x00\x00\x00\x00\x03abc",
        b"\xff\x00",
        b"\xff\xf1\x50\x80" * 400,
        FRAME * 2,
        FRAME[:4] * 3,
    ],
)
def test_what_is_no_voice_message_is_refused_kindly(data):
    with pytest.raises(NotAllowedError, match="cannot be shown"):
        voice(data)
