"""A folder for a desk that nobody needs afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

# Nothing of it outlives a test, so nothing waits for a disk where the system has a faster place.
_MEMORY = Path("/dev/shm")


@contextmanager
def fleeting_folder() -> Iterator[Path]:
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as made:
        yield Path(made)
