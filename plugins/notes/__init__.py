"""Notes of contacts: dated, signed, kept on top if wanted, and followed up until ticked off (spec A7)."""

from plugins.notes import demo, follow_up_views, following, listing, models, of_lists, rest, services, views
from webapp.api import (
    Column,
    ContactsHandedOver,
    DemoRows,
    Embed,
    Field,
    FileHint,
    Filter,
    HistorySource,
    HistoryWords,
    MassAction,
    MenuEntry,
    PersonalData,
    Plugin,
    RestResource,
    SearchedText,
    Subscriber,
    Tab,
    _l,
)

plugin = Plugin(
    name="notes",
    label=_l("Notes"),
    version="0.1.0",
    models=(models.ContactNote,),
    migrations="migrations",
    personal_data=(
        PersonalData(
            table="contact_note",
            label=_l("Notes"),
            rows="go",
            goes_along=True,
            personal=("text",),
            kept=(
                "is_pinned", "author_id", "follow_up_on", "follow_up_user_id", "done_at", "done_by_id", "created_at",
                "updated_at", "version",
            ),
        ),
    ),
    history_words=(
        HistoryWords(
            key=services.SOURCE,
            actions={
                "note_added": (_l("Note written"), "file-text"),
                "note_changed": (_l("Note changed"), "pencil"),
                "note_followed_up": (_l("Followed up"), "check"),
                "note_reopened": (_l("To be followed up again"), "bell"),
                "note_removed": (_l("Note removed"), "trash-2"),
            },
            fields=services.WORDS,
        ),
    ),
    searches=(SearchedText(key="notes", texts=services.texts_of),),
    blueprints=(views.blueprint, follow_up_views.blueprint),
    menu=(
        MenuEntry(
            label=_l("To follow up"),
            endpoint="follow_ups.index",
            icon="bell",
            order=60,
            count=following.count_due,
            is_own=True,
        ),
    ),
    tabs=(Tab(key="notes", label=_l("Notes"), endpoint="notes.index", order=40, count=listing.count_of),),
    file_hints=(FileHint(key="follow_ups", icon="bell", find=listing.hints),),
    history_sources=(HistorySource(key=services.SOURCE, label=_l("Note"), endpoint="notes.show"),),
    columns=(
        Column(
            key="next_follow_up",
            label=_l("Next follow-up"),
            values=of_lists.next_of,
            sort=of_lists.next_day,
            shown=False,
            order=80,
        ),
    ),
    filters=(
        Filter(
            key="follow_up",
            label=_l("Follow-up"),
            choices=of_lists.choices,
            where=of_lists.where,
            ids=of_lists.ids,
            several=True,
            order=80,
        ),
    ),
    mass_actions=(
        MassAction(
            key="add_note",
            label=_l("Add a note…"),
            icon="file-text",
            run=of_lists.add,
            check=of_lists.check,
            fields=of_lists.fields,
            title=of_lists.title,
            undo=of_lists.take_back,
            chunk=500,
            order=45,
        ),
    ),
    embeds=(
        Embed(
            key="notes",
            label=_l("Notes of a contact"),
            endpoint="notes.index",
            takes=(Field(name="id", label=_l("Contact"), kind="contact", required=True),),
            icon="file-text",
        ),
    ),
    rest_resources=(RestResource(key="notes", blueprint=rest.blueprint),),
    subscribers=(Subscriber(event=ContactsHandedOver, hear=services.hand_over),),
    demo_rows=(DemoRows(key="notes", columns=demo.COLUMNS, begin=demo.begin),),
)  # fmt: skip
