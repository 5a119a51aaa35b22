"""Going on after a mistake: it is handed over, and what is to pass passes."""

import asyncio

import pytest

from desk.mishaps import survived


def test_a_mistake_is_handed_over() -> None:
    with survived() as mishap:
        raise KeyError("gone")
    assert isinstance(mishap.error, KeyError)


def test_nothing_happened() -> None:
    with survived() as mishap:
        pass
    assert mishap.error is None


def test_what_is_named_passes() -> None:
    with pytest.raises(KeyError), survived(KeyError):
        raise KeyError("gone")


def test_a_cancellation_is_no_mistake() -> None:
    with pytest.raises(asyncio.CancelledError), survived():
        raise asyncio.CancelledError
