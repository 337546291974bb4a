"""What a proposal's recipient is written, and the language that they are spoken to in (spec J4)."""

from __future__ import annotations

from flask_babel import force_locale, format_date

from plugins.proposals import showing
from plugins.proposals.models import Proposal
from webapp.api import LOCALES, Contact, Letter, _, act, default_language, public_place, user_reach

PAGE = "public_proposals.show"
"""The endpoint of the public page; it takes `token`."""


def language_of(contact: Contact) -> str:
    """The contact's language where the screens speak it, else the firm's."""
    return contact.language if contact.language in LOCALES else default_language()


def offer(proposal: Proposal, contact: Contact, token: str, base: str = "", to: str = "") -> Letter:
    """The letter that brings the link, from who sends it; answers go to them."""
    spoken = language_of(contact)
    name, reply_to = user_reach(act().user_id or proposal.responsible_id)
    with force_locale(spoken):
        firm, recipient = showing.firm(), contact.name or contact.sort_name
        total = showing.money(proposal.gross, proposal.currency)
        number = proposal.number or _("without a number")
        facts = [(_("Proposal"), _("%(number)s, version %(version)s", number=number, version=proposal.revision))]
        facts.append((_("Total with VAT"), total))
        ends = _("This address is for you alone, until it is answered: pass it on to who may sign, and to nobody else.")
        if proposal.valid_until is not None:
            day = format_date(proposal.valid_until, "long")
            facts.append((_("Valid until"), day))
        said = _("Here is our proposal “%(title)s” for %(name)s.", title=proposal.title, name=recipient)
        if proposal.revision > 1:
            said += " " + _("It takes the place of the version before.")
        how = _(
            "You can accept it there with your name, decline it or print it. Opening the page binds you to nothing."
        )
        goodbye = "\n".join(filter(None, (_("Kind regards"), name or firm.name)))
        return Letter(
            subject=_("Proposal %(number)s: %(title)s", number=proposal.number, title=proposal.title)
            if proposal.number
            else _("Proposal: %(title)s", title=proposal.title),
            title=_("Your proposal is ready"),
            locale=spoken,
            sender=(firm.name, firm.line),
            before=(_("Hello,"), said),
            facts=tuple(facts),
            link=public_page(token, base),
            button=_("Read the proposal"),
            after=(how, goodbye),
            small=(_("If the button does not open, copy this address. %(ends)s", ends=ends),),
            foot=_("You get this message because %(name)s sent it to %(address)s. No picture in it tells who reads it.",
                   name=name or firm.name, address=to) if to else "",
            reply_to=reply_to,
        )  # fmt: skip


def public_page(token: str, base: str = "") -> str:
    """The whole address of the public page."""
    return f"{base}{token}" if base else public_place(PAGE, token=token)
