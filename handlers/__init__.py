"""Conversations: an intent comes in, a view goes out, and no platform is named."""
