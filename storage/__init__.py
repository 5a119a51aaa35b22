"""Rows and files: the only code that knows how things are kept."""
