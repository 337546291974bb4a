"""What of the contacts may be shown inside a portal: a card, a file, the list, a search box, forms (spec I3)."""

from __future__ import annotations

from webapp.i18n import _l
from webapp.lists.embeds import list_embed
from webapp.plugin import Embed, Field

CONTACT = Field(name="id", label=_l("Contact"), kind="contact", required=True)
FORM_PARTS = ("contacts.companies",)
"""What a form of a contact asks while one types."""

EMBEDS = (
    Embed(
        key="card", label=_l("Card of a contact"), endpoint="contacts.card", takes=(CONTACT,), icon="user",
        height=340, order=10,
    ),
    Embed(
        key="file", label=_l("File of a contact"), endpoint="contacts.file",
        takes=(CONTACT, Field(name="view", label=_l("View of the file"))),
        parts=("contacts.persons", "pictures.show"), icon="user", height=900, order=20,
    ),
    list_embed("contacts", _l("List of all contacts"), "contacts.index", "users", 30),
    Embed(
        key="search", label=_l("Search box"), endpoint="contacts.search",
        takes=(Field(name="q", label=_l("Search")),), icon="search", height=420, order=40,
    ),
    Embed(
        key="new", label=_l("Form for a new contact"), endpoint="contacts.new",
        takes=(
            Field(name="kind", label=_l("Kind"), kind="choice",
                  choices=(("company", _l("Company")), ("person", _l("Person")))),
            Field(name="function", label=_l("Contact function")),
        ),
        parts=("contacts.doubles", *FORM_PARTS), scope="create", icon="user-plus", height=900, order=50,
    ),
    Embed(
        key="edit", label=_l("Form of a contact"), endpoint="contacts.edit", takes=(CONTACT,), parts=FORM_PARTS,
        scope="edit", icon="pencil", height=900, order=60,
    ),
)  # fmt: skip
