"""Stand-ins for what is outside: they misbehave on demand."""
