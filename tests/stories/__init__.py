"""Whole conversations, told once and played on every chat platform."""
