"""Notes of contacts: dated, signed, kept on top if wanted, and followed up until ticked off (spec A7)."""

from plugins.notes import demo, listing, models, services, views
from webapp.api import (
    ContactsHandedOver,
    DemoRows,
    FileHint,
    HistorySource,
    HistoryWords,
    PersonalData,
    Plugin,
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
    blueprints=(views.blueprint,),
    tabs=(Tab(key="notes", label=_l("Notes"), endpoint="notes.index", order=40, count=listing.count_of),),
    file_hints=(FileHint(key="follow_ups", icon="bell", find=listing.hints),),
    history_sources=(HistorySource(key=services.SOURCE, label=_l("Note"), endpoint="notes.show"),),
    subscribers=(Subscriber(event=ContactsHandedOver, hear=services.hand_over),),
    demo_rows=(DemoRows(key="notes", columns=demo.COLUMNS, begin=demo.begin),),
)  # fmt: skip
