"""Which values are erased when a contact is anonymised (spec D5): those of fields that are marked as personal."""

from __future__ import annotations

import sqlalchemy as sa

from plugins.custom_fields.models import CustomField, CustomValue


def of_personal_fields() -> sa.ColumnElement[bool]:
    """A condition on the values."""
    return CustomValue.field_id.in_(sa.select(CustomField.id).where(CustomField.personal))
