"""`python -m bot` and `partnerdesk`: the command line."""

from __future__ import annotations

from bot.commands import app


def main() -> None:
    """Run the command that was typed; its exit code is the process's."""
    app()


if __name__ == "__main__":
    main()
