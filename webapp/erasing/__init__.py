"""Anonymising: what was noted of a contact goes, wherever it lies; what the law keeps stays (spec D5)."""
