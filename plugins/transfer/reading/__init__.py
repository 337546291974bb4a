"""Reading files of contacts: what kind of file, its columns, its rows as values of a contact (spec H1)."""
