"""The house rules that a machine can check: who may import whom, and how long is too long."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "sla", "storage", "desk")
LONGEST_FILE = 300
LONGEST_FUNCTION = 50

type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_keep_to_the_contracts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    configure()

    kept = lint_imports(config_filename="pyproject.toml", cache_dir=None, no_logo=True)

    assert kept, capsys.readouterr().out


def test_no_file_is_too_long() -> None:
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in sources()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{named(path)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, type_of_function)
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_a_desk_without_a_chat_platform_waits_for_no_sdk() -> None:
    looked = "import sys, bot.app; print(*{name.partition('.')[0] for name in sys.modules})"
    process = subprocess.run(
        [sys.executable, "-c", looked], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "bot" in process.stdout.split()
    assert {"slack_bolt", "slack_sdk", "botbuilder"}.isdisjoint(process.stdout.split())
