"""Slack: the desk in partners' workspaces and in the vendor's own."""
