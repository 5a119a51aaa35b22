"""The desk's own chat in the browser: a platform like any other, and what a newcomer sees first."""
