"""Import and export of contacts (spec H)."""
