"""Proposals: what is offered to a contact, sent by a link and accepted, which makes it a customer (spec C1)."""

from plugins.proposals import (
    demo,
    edit_views,
    holding,
    list_views,
    listing,
    many,
    models,
    public_views,
    rest,
    services,
    values,
    views,
)
from webapp.api import (
    ContactsAnonymised,
    ContactsHandedOver,
    DeleteGuard,
    DemoRows,
    Field,
    FunctionGuard,
    HistorySource,
    HistoryWords,
    JobKind,
    MenuEntry,
    NumberRange,
    PersonalData,
    Plugin,
    ProspectDisqualified,
    RestResource,
    Subscriber,
    Tab,
    ValueList,
    _l,
)

WHY = _l("What was accepted is kept as proof of it until its term ends.")

plugin = Plugin(
    name="proposals",
    label=_l("Proposals"),
    version="0.1.0",
    models=(
        models.Proposal,
        models.ProposalLine,
        models.ProposalVersion,
        models.ProposalLink,
        models.ProposalAnswer,
    ),
    migrations="migrations",
    value_lists=(ValueList(key=values.UNITS, label=_l("Units"), items=values.UNIT_ITEMS),),
    blueprints=(views.blueprint, views.of_contacts, list_views.blueprint, edit_views.blueprint, public_views.blueprint),
    realms=(public_views.realm,),
    menu=(
        MenuEntry(
            label=_l("Proposals"),
            endpoint="proposal_list.index",
            icon="file-text",
            group="business",
            order=10,
            count=listing.count_open,
        ),
    ),
    tabs=(
        Tab(
            key="proposals",
            label=_l("Proposals"),
            endpoint="contact_proposals.index",
            count=services.count_of,
            order=20,
        ),
    ),
    history_sources=(HistorySource(key="proposal", label=_l("Proposal"), endpoint="proposals.show"),),
    job_kinds=(
        JobKind(key=many.KIND, run=many.run, title=many.title, final=many.final, right=many.right, size=many.size),
    ),
    history_words=(
        HistoryWords(key="proposal", actions=services.ACTIONS, fields=(Field(name="named", label=_l("Proposal")),)),
    ),
    delete_guards=(
        DeleteGuard(
            key="proposals",
            find=holding.proposals_hold,
            tables=("proposal", "proposal_line", "proposal_version", "proposal_link", "proposal_answer"),
        ),
    ),
    function_guards=(FunctionGuard(function="prospect", action="release", find=holding.open_ones_hold),),
    personal_data=(
        PersonalData(
            table="proposal",
            label=_l("Proposals"),
            retained=holding.retained,
            why=WHY,
            personal=("title", "introduction", "closing", "search_text"),
            kept=(
                "number", "sort_number", "currency", "valid_until", "sort_day", "state", "revision", "version", "net",
                "tax", "gross", "responsible_id", "created_at", "created_by_id", "updated_at", "sent_at", "decided_at",
            ),
        ),
        PersonalData(
            table="proposal_line",
            label=_l("Lines of proposals"),
            retained=holding.retained_lines,
            why=WHY,
            personal=("description",),
            kept=("proposal_id", "position", "quantity", "unit", "unit_price", "discount", "vat_rate"),
        ),
        PersonalData(
            table="proposal_version",
            label=_l("Earlier versions of proposals"),
            personal=("content",),
            kept=("proposal_id", "revision", "state", "sent_at", "replaced_at"),
        ),
        PersonalData(
            table="proposal_link",
            label=_l("Links to proposals"),
            personal=("email",),
            kept=(
                "proposal_id", "revision", "token_hash", "created_at", "created_by_id", "expires_at", "revoked_at",
                "refused_at",
            ),
        ),
        PersonalData(
            table="proposal_answer",
            label=_l("Answers to proposals"),
            retained=holding.retained_answers,
            why=WHY,
            personal=("name", "reason", "address", "agent"),
            kept=("proposal_id", "revision", "kind", "way", "at", "user_id", "link_id", "statement", "content_hash"),
        ),
    ),
    number_ranges=(
        NumberRange(
            key=services.RANGE,
            label=_l("Proposals"),
            column=models.Proposal.number,
            prefix="P-",
            first=10001,
        ),
    ),
    rest_resources=(RestResource(key="proposals", blueprint=rest.blueprint),),
    demo_rows=(DemoRows(key="proposals", columns=demo.COLUMNS, begin=demo.begin),),
    subscribers=(
        Subscriber(event=ProspectDisqualified, hear=services.disqualified),
        Subscriber(event=ContactsHandedOver, hear=services.hand_over),
        Subscriber(event=ContactsAnonymised, hear=services.anonymised),
    ),
)  # fmt: skip
