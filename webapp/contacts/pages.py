"""The blueprint of all pages of a contact. Their views lie in the modules that `webapp.contacts.views` names."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("contacts", __name__)
