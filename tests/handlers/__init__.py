"""Conversations: say something, look at the answer."""
