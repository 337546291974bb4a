"""The shipped plug-ins: one folder each. Delete a folder and its function is gone."""
