#!/usr/bin/env python3
"""Writes the glyph tables Sources/Plotting/Text/GlyphTable*.swift.

Source: the misc-fixed fonts 9x18 and 9x18B as Debian 12 packs them (apt-get install xfonts-base,
/usr/share/fonts/X11/misc/9x18.pcf.gz and 9x18B.pcf.gz); both carry the property
COPYRIGHT "Public domain font.  Share and enjoy.", which is checked here.

PCF layout: https://fontforge.org/docs/techref/pcf-format.html

Usage: scripts/make-font.py [DIRECTORY OF THE PCF FILES]
"""

import gzip
import pathlib
import struct
import sys

PROPERTIES, ACCELERATORS, METRICS, BITMAPS, ENCODINGS = (1 << bit for bit in (0, 1, 2, 3, 5))
WIDTH, HEIGHT = 9, 18
FACES = [("9x18", "Regular"), ("9x18B", "Bold")]
WANTED = (
    [chr(c) for c in range(0x20, 0x7F)]
    + [chr(c) for c in range(0xA1, 0x100) if c != 0xAD]
    + list("ΓΔΘΛΞΠΣΦΨΩαβγδεζηθικλμνξπρστυφχψω–—…⁰¹⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉∂∇−√∞≈≤≥→‖")
)


class Table:
    """One table of a PCF file: its bytes and its byte order."""

    def __init__(self, data, offset, size):
        (self.format,) = struct.unpack_from("<I", data, offset)
        self.bytes = data[offset : offset + size]
        self.order = ">" if self.format & 4 else "<"

    def read(self, code, at):
        return struct.unpack_from(self.order + code, self.bytes, at)


def tables(data):
    assert data[:4] == b"\x01fcp", "not a PCF file"
    (count,) = struct.unpack_from("<I", data, 4)
    entries = (struct.unpack_from("<IIII", data, 8 + 16 * i) for i in range(count))
    return {kind: Table(data, offset, size) for kind, _, size, offset in entries}


def properties(table):
    (count,) = table.read("I", 4)
    names = 8 + 9 * count + (-9 * count) % 4 + 4
    text = lambda at: table.bytes[names + at : table.bytes.index(0, names + at)].decode("latin-1")
    found = {}
    for i in range(count):
        name, is_string, value = table.read("IBI", 8 + 9 * i)
        found[text(name)] = text(value) if is_string else value
    return found


def metrics(table):
    if table.format & 0x100:
        (count,) = table.read("H", 4)
        return [[b - 0x80 for b in table.read("5B", 6 + 5 * i)] for i in range(count)]
    (count,) = table.read("I", 4)
    return [table.read("5h", 8 + 12 * i) for i in range(count)]


def encodings(table):
    low2, high2, low1, high1, _ = table.read("5H", 4)
    columns = high2 - low2 + 1

    def glyph(code):
        row, column = code >> 8, code & 0xFF
        if not (low1 <= row <= high1 and low2 <= column <= high2):
            return None
        (index,) = table.read("H", 14 + 2 * ((row - low1) * columns + column - low2))
        return None if index == 0xFFFF else index

    return glyph


def bitmaps(table):
    (count,) = table.read("I", 4)
    offsets = table.read(f"{count}I", 8)
    start = 8 + 4 * count + 16
    pad = 1 << (table.format & 3)
    most_significant_bit_first = bool(table.format & 8)
    assert most_significant_bit_first and (table.format & 4 or (table.format >> 4) & 3 == 0)

    def rows(index, width, height):
        stride = (width + 8 * pad - 1) // (8 * pad) * pad
        at = start + offsets[index]
        lines = (table.bytes[at + stride * y : at + stride * (y + 1)] for y in range(height))
        return [int.from_bytes(line, "big") >> (8 * stride - width) for line in lines]

    return rows


def face(path):
    """Rows of each wanted character the font has, top first, most significant of WIDTH bits leftmost."""
    parts = tables(gzip.decompress(path.read_bytes()))
    described = properties(parts[PROPERTIES])
    assert described["COPYRIGHT"].startswith("Public domain font"), described["COPYRIGHT"]
    assert described["CHARSET_REGISTRY"] == "ISO10646"
    (ascent,) = parts[ACCELERATORS].read("i", 12)
    boxes, index_of, rows_of = metrics(parts[METRICS]), encodings(parts[ENCODINGS]), bitmaps(parts[BITMAPS])
    glyphs = {}
    for character in WANTED:
        index = index_of(ord(character))
        if index is None:
            continue
        left, right, advance, above, below = boxes[index]
        assert advance == WIDTH and left >= 0 and right <= WIDTH and above <= ascent
        cell = [0] * HEIGHT
        for y, row in enumerate(rows_of(index, right - left, above + below)):
            cell[ascent - above + y] = row << (WIDTH - right)
        glyphs[character] = cell
    return glyphs, ascent


def main():
    fonts = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/X11/misc")
    folder = pathlib.Path(__file__).resolve().parent.parent / "Sources/Plotting/Text"
    for name, style in FACES:
        glyphs, ascent = face(fonts / f"{name}.pcf.gz")
        lines = [f"{ord(c):04x} " + "".join(f"{row:03x}" for row in cell) for c, cell in sorted(glyphs.items())]
        missing = [c for c in WANTED if c not in glyphs]
        print(f"{name}: {len(glyphs)} glyphs, ascent {ascent}, missing: {' '.join(missing) or 'none'}")
        text = [
            "// Written by scripts/make-font.py; do not edit.",
            f"// Source: misc-fixed {name}, public domain (Debian package xfonts-base).",
            "",
            f"/// Glyphs of the {style.lower()} face: code point, then {HEIGHT} rows of {WIDTH} bits, three hexadecimal digits each.",
            f"let glyphTable{style} = \"\"\"",
            *("  " + line for line in lines),
            "  \"\"\"",
        ]
        (folder / f"GlyphTable{style}.swift").write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
