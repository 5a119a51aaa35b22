"""The app's icons, drawn: `python -m tests.teams.icons` writes them anew.

A speech bubble with a clock in it: a desk in a chat, and how long an answer may take.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

from bot.teams.package import HERE

Pixel = tuple[int, int, int, int]
NAVY, WHITE, CLEAR = (0x1F, 0x2A, 0x44), (255, 255, 255), (255, 255, 255)
# Samples a pixel, each way: what makes an edge smooth.
FINE = 3


def color() -> list[list[Pixel]]:
    """192 by 192, to the edge: the bubble in white on the desk's own dark blue."""

    def at(x: float, y: float) -> tuple[tuple[int, int, int], float]:
        x, y = x / 1.15, (y - 0.04) / 1.15
        inside = bubble(x, y) <= 0 and not (abs(ring(x, y)) <= 0.045 or hands(x, y) <= 0.04)
        return (WHITE if inside else NAVY), 1.0

    return drawn(192, at)


def outline() -> list[list[Pixel]]:
    """32 by 32, white lines on nothing, as Teams wants it."""

    def at(x: float, y: float) -> tuple[tuple[int, int, int], float]:
        x, y = x / 1.6, (y - 0.02) / 1.6
        line = abs(bubble(x, y)) <= 0.045 or hands(x, y) <= 0.045
        return WHITE, 1.0 if line else 0.0

    return drawn(32, at)


def bubble(x: float, y: float) -> float:
    """How far a point is outside of the bubble; the picture reaches from -1 to 1."""
    across, down = abs(x) - 0.52 + 0.2, abs(y + 0.08) - 0.46 + 0.2
    box = math.hypot(max(across, 0), max(down, 0)) + min(max(across, down), 0) - 0.2
    return min(box, tail(x, y))


def tail(x: float, y: float) -> float:
    """The same for its tail: what lies above three lines."""
    corners = ((-0.3, 0.2), (0.14, 0.3), (-0.3, 0.66))
    edges = []
    for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True):
        length = math.hypot(bx - ax, by - ay)
        # With the corners clockwise in the picture, whose rows run down, inside is negative.
        edges.append(((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / length)
    return max(edges)


def ring(x: float, y: float) -> float:
    """How far a point is from the clock's rim."""
    return math.hypot(x, y + 0.08) - 0.27


def hands(x: float, y: float) -> float:
    """How far a point is from the clock's hands."""
    return min(stick(x, y, 0, -0.26), stick(x, y, 0.13, -0.02))


def stick(x: float, y: float, to_x: float, to_y: float) -> float:
    """How far a point is from a line between the middle of the clock and another point."""
    from_x, from_y = 0.0, -0.08
    along_x, along_y = to_x - from_x, to_y - from_y
    share = ((x - from_x) * along_x + (y - from_y) * along_y) / (along_x**2 + along_y**2)
    share = min(1.0, max(0.0, share))
    return math.hypot(x - from_x - share * along_x, y - from_y - share * along_y)


def drawn(
    size: int, at: Callable[[float, float], tuple[tuple[int, int, int], float]]
) -> list[list[Pixel]]:
    """A square picture, each pixel the mean of what is seen within it."""
    return [[_pixel(size, column, row, at) for column in range(size)] for row in range(size)]


def _pixel(
    size: int,
    column: int,
    row: int,
    at: Callable[[float, float], tuple[tuple[int, int, int], float]],
) -> Pixel:
    seen = [
        at(
            2 * (column + (i + 0.5) / FINE) / size - 1,
            2 * (row + (j + 0.5) / FINE) / size - 1,
        )
        for i in range(FINE)
        for j in range(FINE)
    ]
    whole = sum(alpha for _, alpha in seen)
    if not whole:
        return (*CLEAR, 0)
    red, green, blue = (round(sum(rgb[n] * alpha for rgb, alpha in seen) / whole) for n in range(3))
    return red, green, blue, round(255 * whole / len(seen))


def png(pixels: list[list[Pixel]]) -> bytes:
    """The picture as a file."""
    head = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 8, 6, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(v for pixel in row for v in pixel) for row in pixels)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    (HERE / "color.png").write_bytes(png(color()))
    (HERE / "outline.png").write_bytes(png(outline()))
