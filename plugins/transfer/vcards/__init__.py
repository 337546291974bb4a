"""vCards: what their properties are to a contact, and how they are read (spec H1, H4; RFC 2425, 2426, 6350)."""
