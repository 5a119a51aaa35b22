"""The real programs that tests talk to: a PostgreSQL and a Chromium, started for the run."""
