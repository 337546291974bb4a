"""Numbers in sentences are grouped as the language groups them (spec J4)."""

from __future__ import annotations

import pytest
from flask import render_template_string
from flask_babel import force_locale

from webapp.i18n import ngettext
from webapp.lists.selection import CountChanged

GROUPED = {"en": "12,003", "fr": "12\u202f003", "de": "12.003"}


@pytest.mark.parametrize("language", GROUPED)
def test_J4_thousands_in_a_sentence_are_grouped(app, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert GROUPED[language] in ngettext("%(num)s row", "%(num)s rows", 12_003)
        template = "{{ ngettext('%(num)s row', '%(num)s rows', 12003) }}"
        assert GROUPED[language] in render_template_string(template)
        assert GROUPED[language] in str(CountChanged(12_003))
