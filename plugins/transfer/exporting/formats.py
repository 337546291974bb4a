"""Which kinds of files contacts are exported as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from plugins.transfer.exporting.writers import CardWriter, CsvWriter, JsonWriter, Writer
from plugins.transfer.exporting.xlsx import XlsxWriter
from webapp.api import Label, _l


@dataclass(frozen=True, kw_only=True)
class Format:
    """One kind of file. `is_table`: its columns can be chosen; the others always hold all there is of a contact.
    `has_pictures`: pictures too.
    """

    key: str
    label: Label
    ending: str
    media_type: str
    writer: Callable[[], Writer]
    is_table: bool = False
    has_pictures: bool = False


FORMATS = {
    one.key: one
    for one in (
        Format(
            key="csv",
            label=_l("CSV (any spreadsheet)"),
            ending="csv",
            media_type="text/csv",
            writer=CsvWriter,
            is_table=True,
        ),
        Format(
            key="xlsx",
            label=_l("XLSX (Excel)"),
            ending="xlsx",
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            writer=XlsxWriter,
            is_table=True,
        ),
        Format(
            key="vcf",
            label=_l("vCard 3.0 (address books and telephones)"),
            ending="vcf",
            media_type="text/vcard",
            writer=partial(CardWriter, "3.0"),
            has_pictures=True,
        ),
        Format(
            key="vcf4",
            label=_l("vCard 4.0"),
            ending="vcf",
            media_type="text/vcard",
            writer=partial(CardWriter, "4.0"),
            has_pictures=True,
        ),
        Format(
            key="json",
            label=_l("JSON (for programs)"),
            ending="json",
            media_type="application/json",
            writer=JsonWriter,
        ),
    )
}
CHOICES = tuple((one.key, one.label) for one in FORMATS.values())
