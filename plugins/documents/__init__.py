"""Documents of contacts: invoices, orders, contracts …, their files, and until when each must be kept (spec D4, D7)."""

from plugins.documents import demo, files, holding, listing, models, rest, retention, services, settings_views, terms
from webapp.api import (
    Check,
    DeleteGuard,
    DemoRows,
    Erasure,
    FunctionGuard,
    HistorySource,
    HistoryWords,
    JobKind,
    PersonalData,
    Plugin,
    RestResource,
    SettingDefaults,
    SettingsPage,
    Tab,
    _l,
)

plugin = Plugin(
    name="documents",
    label=_l("Documents"),
    version="0.1.0",
    models=(models.StoredFile, models.Document),
    migrations="migrations",
    delete_guards=(DeleteGuard(key="documents", find=holding.holds, tables=("document",)),),
    function_guards=(
        FunctionGuard(function="supplier", action="release", find=holding.belongs),
        FunctionGuard(function="prospect", action="release", find=holding.belongs),
    ),
    personal_data=(
        PersonalData(
            table="document",
            label=_l("Documents"),
            rows="go",
            retained=holding.kept_rows,
            why=_l("The law keeps them until their term is over."),
            personal=("description", "file_name", "file_id"),
            kept=(
                "type", "number", "dated_on", "ends_on", "amount", "currency", "kept_until", "least_until",
                "term_country", "term_years", "created_at", "updated_at", "version",
            ),
        ),
    ),
    erasures=(
        Erasure(
            key="document_files",
            label=_l("Files of documents"),
            find=holding.count_going,
            erase=holding.erase_going,
            tables=("stored_file",),
        ),
    ),
    history_words=(
        HistoryWords(
            key=services.SOURCE,
            actions={
                "document_added": (_l("Document filed"), "file-text"),
                "document_changed": (_l("Document changed"), "pencil"),
                "document_removed": (_l("Document removed"), "trash-2"),
            },
            fields=services.WORDS,
        ),
    ),
    blueprints=(settings_views.blueprint,),
    tabs=(Tab(key="documents", label=_l("Documents"), endpoint="documents.index", order=60, count=listing.count_of),),
    history_sources=(HistorySource(key=services.SOURCE, label=_l("Document"), endpoint="documents.show"),),
    job_kinds=(
        JobKind(
            key=terms.KIND, run=terms.run, title=terms.title, final=terms.final, right=lambda params: "settings"
        ),
    ),
    settings_pages=(
        SettingsPage(
            key="documents",
            label=_l("Documents"),
            section="crm",
            endpoint="documents.settings",
            icon="file-text",
            hint=_l("How long invoices, contracts and others are kept"),
            order=70,
        ),
    ),
    setting_defaults=(SettingDefaults(key=retention.SECTION, value=retention.default),),
    rest_resources=(RestResource(key="documents", blueprint=rest.blueprint),),
    demo_rows=(DemoRows(key="documents", columns=demo.COLUMNS, begin=demo.begin),),
    checks=(Check(key="document_files", find=files.findings),),
)  # fmt: skip
