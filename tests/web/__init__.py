"""The web chat: what it draws, and what it answers."""
