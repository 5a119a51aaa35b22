"""The web chat in a real Chromium."""
