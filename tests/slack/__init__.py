"""Slack: what it draws, reads and answers."""
