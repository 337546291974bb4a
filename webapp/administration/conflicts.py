"""Two administrators saved the same settings: the page with both versions (spec A5)."""

from __future__ import annotations

from flask import Response

from webapp.administration import changes
from webapp.administration.forms import SettingsForm
from webapp.htmx import render
from webapp.lists.rows import responsible_names


def conflict_page(form: SettingsForm, theirs: SettingsForm, *, address: str, key: str, back: str) -> Response:
    """Both versions side by side; what does not collide is kept without asking.

    `address` takes the choice, `key` is the page's in the settings, `back` where to give up one's own changes.
    """
    both, only_mine, only_theirs = form.meet(theirs)
    entry = next(iter(changes.last(form.page, limit=1)), None)
    return render(
        "administration/conflict.html",
        409,
        form=form,
        address=address,
        key=key,
        back=back,
        both=both,
        only_mine=only_mine,
        only_theirs=only_theirs,
        entry=entry,
        users=responsible_names({entry.user_id}) if entry else {},
    )
