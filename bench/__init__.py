"""What is measured, a module a question; `python -m bench` runs them all."""
