"""What the bytes of an image file claim, read without decoding a pixel: frames, scans and the size of a canvas.

Every reader here walks blocks by their stated lengths, stops at the first that does not fit into the file, and gives up
counting above a limit, so that its work is bounded by the size of the file.
"""

import struct
from collections.abc import Iterator
from itertools import islice

PNG, GIF, RIFF, JPEG = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a"), b"RIFF", b"\xff\xd8\xff"
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def frames(content: bytes, limit: int) -> int:
    """Pictures in a file, counted up to ``limit`` + 1; 1 for formats that hold one."""
    if content.startswith(GIF):
        return _gif_frames(content, limit)
    if content.startswith(PNG):
        place = content.find(b"acTL", 0, 1 << 16)
        return max(1, int.from_bytes(content[place + 4 : place + 8], "big")) if place > 0 else 1
    if content.startswith(RIFF) and content[8:12] == b"WEBP":
        return max(1, min(limit + 1, sum(kind == b"ANMF" for kind, _, _ in riff_chunks(content))))
    if content.startswith(TIFF):
        return _tiff_directories(content, limit)
    return 1


def scans(content: bytes) -> int:
    """Passes over the picture that a JPEG asks for, those of an embedded thumbnail included; 0 for other formats."""
    return content.count(b"\xff\xda") if content.startswith(JPEG) else 0


def webp_canvas(content: bytes) -> int:
    """Pixels of the canvas of a WebP file, whose decoder reserves them before it says how many; 0 for other files."""
    if not content.startswith(RIFF) or content[8:12] != b"WEBP" or len(content) < 30:
        return 0
    if content[12:16] == b"VP8X":
        width, height = (int.from_bytes(content[place : place + 3], "little") + 1 for place in (24, 27))
        return width * height
    if content[12:16] == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    width, height = struct.unpack("<HH", content[26:30])
    return int((width & 0x3FFF) * (height & 0x3FFF))


def blocks(content: bytes, limit: int) -> int:
    """Chunks, segments or extensions of a file, counted up to ``limit`` + 1; each costs a reader time and memory."""
    walker: Iterator[object] = iter(())
    if content.startswith(PNG):
        walker = png_chunks(content)
    elif content.startswith(RIFF):
        walker = riff_chunks(content)
    elif content.startswith(JPEG):
        walker = jpeg_segments(content)
    elif content.startswith(GIF):
        walker = gif_blocks(content)
    return sum(1 for _ in islice(walker, limit + 1))


def riff_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the data of each chunk of a RIFF file."""
    place = 12
    while place + 8 <= len(content):
        kind, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        yield kind, place + 8, min(place + 8 + size, len(content))
        place += 8 + size + size % 2


def png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the data of each chunk of a PNG file."""
    place = len(PNG)
    while place + 8 <= len(content):
        size, kind = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        yield kind, place + 8, min(place + 8 + size, len(content))
        place += 12 + size


def jpeg_segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the data of each segment of a JPEG file up to its first scan."""
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker == 0xDA or 0xD0 <= marker <= 0xD9:
            break
        size = int.from_bytes(content[place + 2 : place + 4], "big")
        yield marker, place + 4, min(place + 2 + size, len(content))
        place += 2 + max(size, 2)


def gif_blocks(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind (0x2C a picture, or the label of an extension), start and end of each block of a GIF file, ends included."""
    place = 13 + _colours(content[10]) if len(content) > 12 else len(content)
    while place + 1 < len(content) and content[place] in (0x21, 0x2C):
        start, kind = place, content[place + 1] if content[place] == 0x21 else 0x2C
        if kind == 0x2C:
            if place + 10 > len(content):
                break
            place += 11 + _colours(content[place + 9])
        else:
            place += 2
        while place < len(content) and content[place]:
            place += content[place] + 1
        place += 1
        yield kind, start, min(place, len(content))


def _gif_frames(content: bytes, limit: int) -> int:
    shown = (kind for kind, _, _ in gif_blocks(content) if kind == 0x2C)
    return max(1, sum(1 for _ in islice(shown, limit + 1)))


def _colours(flags: int) -> int:
    """Bytes of the colour table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _tiff_directories(content: bytes, limit: int) -> int:
    order = "<" if content[:1] == b"I" else ">"
    big = content[2:4] in (b"+\0", b"\0+")
    count, pointer, entry = ("Q", "Q", 20) if big else ("H", "I", 12)
    seen: set[int] = set()
    try:
        (place,) = struct.unpack_from(order + pointer, content, 8 if big else 4)
        while place and place not in seen and len(seen) <= limit:
            seen.add(place)
            (entries,) = struct.unpack_from(order + count, content, place)
            (place,) = struct.unpack_from(order + pointer, content, place + struct.calcsize(count) + entries * entry)
    except struct.error:
        pass
    return max(1, len(seen))
