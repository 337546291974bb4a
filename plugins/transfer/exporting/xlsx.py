"""An XLSX file with one sheet, all cells text, its head frozen; made row by row, whatever their number (spec H4).

A writer that needs all rows before it gives the first byte can neither be sent at once nor go on, chunk by chunk, in a
job that a restart has interrupted. A sheet of texts is little: the fixed parts first, then the sheet as the last part
of the ZIP, each batch compressed for itself; its sum and sizes stand behind it, as ZIP allows. Texts are no formulas
there, whatever they begin with.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from struct import pack
from xml.sax.saxutils import escape

from plugins.transfer.exporting.writers import Rows, State
from webapp.api import Invalid, _, guarded

MOST_ROWS = 1_048_575
"""What a sheet holds beside its head."""
LONGEST_CELL = 32_767
NARROWEST, WIDEST = 8, 60
LARGEST = 2**32 - 1
"""Bytes of a part of a ZIP of the plain kind."""
MOMENT = (0, (1 << 5) | 1)
"""When the parts of the ZIP were changed, as DOS has it: the first day of 1980, since it says nothing."""
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
    f'<Override PartName="/{SHEET}" ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Carnet" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    # Of the formats the first is a sheet's usual one, the second that of texts, the third that of the head.
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LIKE_A_SIGN = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel takes for a sign written by its number."""


class XlsxWriter:
    """In `state`: `rows` so far, of the sheet `sum` (CRC-32), `size` and `packed` (bytes)."""

    def begin(self, head: Sequence[str], rows: Rows, state: State) -> bytes:
        """The fixed parts, and the sheet up to its head; columns are as wide as the first rows need."""
        state |= {"rows": 0, "sum": 0, "size": 0, "packed": 0, "width": len(head)}
        widths = [_width([head[at], *(row[at] for row in rows)]) for at in range(len(head))]
        columns = "".join(
            f'<col min="{at}" max="{at}" width="{width}" style="1" customWidth="1"/>'
            for at, width in enumerate(widths, 1)
        )
        opening = (
            f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{columns}</cols><sheetData>"
        )
        fixed = b"".join(_header(name, data) + data for name, data in _fixed())
        entry = _header(SHEET, None)
        return fixed + entry + self._packed(opening + _row(1, head, 2), state)

    def more(self, rows: Rows, state: State) -> bytes:
        """Raises `Invalid` where the sheet can hold no more."""
        first = state["rows"] + 2
        state["rows"] += len(rows)
        if state["rows"] > MOST_ROWS:
            raise Invalid(too_long())
        return self._packed("".join([_row(number, row, 1) for number, row in enumerate(rows, first)]), state)

    def end(self, state: State) -> bytes:
        """The sheet's end, and the ZIP's directory."""
        last = self._packed("</sheetData></worksheet>", state, is_last=True)
        sizes = pack("<LLL", state["sum"], state["packed"], state["size"])
        entries, place = [], 0
        for name, data in _fixed():
            entries.append(_entry(name, pack("<LLL", zlib.crc32(data), len(data), len(data)), place, 0, 0))
            place += len(_header(name, data)) + len(data)
        entries.append(_entry(SHEET, sizes, place, 8, 8))
        directory = b"".join(entries)
        number, begins = len(entries), place + len(_header(SHEET, None)) + state["packed"] + 16
        closing = b"PK\x05\x06" + pack("<HHHHLLH", 0, 0, number, number, len(directory), begins, 0)
        return last + b"PK\x07\x08" + sizes + directory + closing

    @staticmethod
    def _packed(text: str, state: State, *, is_last: bool = False) -> bytes:
        """A stretch of the sheet, compressed so that the next one can follow it as if it were one stream."""
        raw = text.encode()
        packing = zlib.compressobj(6, zlib.DEFLATED, -15)
        found = packing.compress(raw) + packing.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)
        state["sum"] = zlib.crc32(raw, state["sum"])
        state["size"] += len(raw)
        state["packed"] += len(found)
        if state["size"] > LARGEST:
            raise Invalid(too_long())
        return found


def too_long() -> str:
    """Why there are too many rows for a sheet, and what to do."""
    return _("This is too much for a spreadsheet: narrow the list, choose fewer columns, or export it as CSV.")


def _fixed() -> Iterator[tuple[str, bytes]]:
    return ((name, (XML + text).encode()) for name, text in PARTS.items())


def _header(name: str, data: bytes | None) -> bytes:
    """What stands before a part: its sizes, or for the sheet that these follow it (bit 3) and that it is packed."""
    sizes = pack("<LLL", 0, 0, 0) if data is None else pack("<LLL", zlib.crc32(data), len(data), len(data))
    kind = (8, 8) if data is None else (0, 0)
    return b"PK\x03\x04" + pack("<HHHHH", 20, *kind, *MOMENT) + sizes + pack("<HH", len(name), 0) + name.encode()


def _entry(name: str, sizes: bytes, place: int, flags: int, method: int) -> bytes:
    """A part's line in the directory."""
    facts = pack("<HHHHHH", 20, 20, flags, method, *MOMENT)
    rest = pack("<HHHHHLL", len(name), 0, 0, 0, 0, 0, place)
    return b"PK\x01\x02" + facts + sizes + rest + name.encode()


def _width(cells: Sequence[str]) -> int:
    """Signs that a column shows."""
    longest = max(max(map(len, cell.split("\n"))) for cell in cells)
    return max(NARROWEST, min(longest + 2, WIDEST))


def _row(number: int, cells: Sequence[str], style: int) -> str:
    """A row of the sheet; an empty cell is none."""
    kind = f'{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
    made = [f'<c r="{_letters(at)}{kind}{_text(cell)}</t></is></c>' for at, cell in enumerate(cells) if cell]
    return f'<row r="{number}">{"".join(made)}</row>'


@cache
def _letters(at: int) -> str:
    """A column's name: A … Z, AA …"""
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(65 + at % 26)


def _text(cell: str) -> str:
    # Nothing is guarded here; what looks as if it were is guarded, so that the import takes no apostrophe of its own.
    cell = guarded(cell) if cell.startswith("'") else cell
    return escape(_LIKE_A_SIGN.sub("_x005F_", _UNWRITABLE.sub("", cell[:LONGEST_CELL])))
