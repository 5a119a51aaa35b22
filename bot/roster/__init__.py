"""The roster: who the desk serves, who works at it, and where they are reached."""
