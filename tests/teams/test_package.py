"""The app's package: what Teams is told, in step with what the desk understands."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.teams import package as packages
from bot.teams.package import HERE, App, BadPackage, manifest, package
from handlers.grammar import PHRASES, understand
from handlers.intents import Help, ListCases
from tests.services import node
from tests.teams import icons

ID = "0F3A4B5C-1111-4222-8333-9abcdef01234"
APP = App(ID, "desk.example.com", "Northwind desk")
# There are twelve commands in a list, and this one is a button of the list of cases.
NOT_OFFERED = {ListCases("resolved")}


def opened(app: App = APP) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(package(app)))


def commands() -> Iterator[dict[str, Any]]:
    for offered in manifest(APP)["bots"][0]["commandLists"]:
        yield from offered["commands"]


def test_the_package_holds_the_manifest_and_both_icons_and_nothing_else() -> None:
    with opened() as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
        made = json.loads(archive.read("manifest.json"))
        icons_named = {made["icons"]["color"], made["icons"]["outline"]}
        assert icons_named == {"color.png", "outline.png"}
    assert package(APP) == package(APP)


def test_the_blanks_are_filled_in() -> None:
    made = manifest(APP)

    assert "{{" not in json.dumps(made)
    assert made["id"] == made["bots"][0]["botId"] == ID.lower()
    assert made["composeExtensions"][0]["botId"] == ID.lower()
    assert made["name"]["short"] == "Northwind desk"
    assert made["validDomains"] == ["desk.example.com"]


def test_a_name_cannot_say_more_than_a_name() -> None:
    made = manifest(App(ID, "desk.example.com", '{{DOMAIN}}", "x": "'))

    assert made["name"]["short"] == '{{DOMAIN}}", "x": "'
    assert made.keys() == manifest(APP).keys()


@pytest.mark.parametrize(
    ("app", "why"),
    [
        (App("", "desk.example.com"), "no app id"),
        (App("desk", "desk.example.com"), "no app id"),
        (App(ID, ""), "no domain"),
        (App(ID, "https://desk.example.com"), "no domain"),
        (App(ID, "desk.example.com:443"), "no domain"),
        (App(ID, "desk.example.com/"), "no domain"),
        (App(ID, "localhost"), "no domain"),
        (App(ID, "desk.example.com", ""), "letters"),
        (App(ID, "desk.example.com", " desk"), "space"),
        (App(ID, "desk.example.com", "a\nb"), "letters"),
        (App(ID, "desk.example.com", "x" * 31), "1 too many"),
        (App(ID, "desk.example.com", "Desk", "1.0"), "three numbers"),
    ],
)
def test_what_teams_would_refuse_is_refused_in_words(app: App, why: str) -> None:
    with pytest.raises(BadPackage, match=why):
        package(app)


def test_microsoft_s_schema_takes_the_manifest_and_refuses_what_is_wrong(
    npm_packages: Path,
) -> None:
    planted: dict[str, Callable[[dict[str, Any]], object]] = {
        "a scope misspelt": lambda m: m["bots"][0]["scopes"].append("channel"),
        "a name that is too long": lambda m: m["name"].update(short="x" * 31),
        "a key nobody knows": lambda m: m.update(colour="red"),
        "a command list too many": lambda m: m["bots"][0]["commandLists"].append(
            m["bots"][0]["commandLists"][0]
        ),
        "no id": lambda m: m.pop("id"),
    }
    asked = {"sound": manifest(APP), "raw": json.loads((HERE / "manifest.json").read_text("utf-8"))}
    for name, edit in planted.items():
        asked[name] = deepcopy(asked["sound"])
        edit(asked[name])

    found = node.run(Path(__file__).with_name("schema.cjs"), asked, npm_packages)

    assert isinstance(found, dict)
    assert found.pop("sound") == []
    assert all("pattern" in complaint for complaint in found.pop("raw"))
    assert [name for name, complaints in found.items() if not complaints] == []


def test_what_the_schema_does_not_ask_is_so_too() -> None:
    made = manifest(APP)

    for url in ("websiteUrl", "privacyUrl", "termsOfUseUrl"):
        assert made["developer"][url].startswith("https://desk.example.com/")
    assert made["bots"][0]["scopes"] == ["personal", "team", "groupChat"]
    wanted = made["authorization"]["permissions"]["resourceSpecific"]
    assert wanted == [{"name": "ChannelMessage.Read.Group", "type": "Application"}]
    # Without it that consent is not asked for.
    assert made["webApplicationInfo"]["id"] == made["id"]
    lists = [set(one["scopes"]) for one in made["bots"][0]["commandLists"]]
    assert lists == [{"personal"}, {"team"}, {"groupChat"}]


def test_every_command_is_understood_and_every_sentence_is_offered() -> None:
    meant = set()
    for command in commands():
        intents = {understand(command["title"], vendor=vendor) for vendor in (False, True)}
        heard = {one for one in intents if not (isinstance(one, Help) and one.unknown)}
        assert heard, command["title"]
        meant |= heard

    assert {phrase.intent for phrase in PHRASES} - meant == NOT_OFFERED


def test_a_list_offers_what_is_understood_in_its_place() -> None:
    """A team is the engineers' channel, a group chat the partner's; alone with it is anybody."""
    for offered in manifest(APP)["bots"][0]["commandLists"]:
        sides = {"team": [True], "groupChat": [False], "personal": [False, True]}
        vendors = sides[offered["scopes"][0]]
        for command in offered["commands"]:
            said = [understand(command["title"], vendor=vendor) for vendor in vendors]
            assert not all(isinstance(one, Help) and one.unknown for one in said), command


def test_the_message_extension_opens_a_dialog_by_the_names_that_the_code_knows() -> None:
    offered = {c["id"]: c for c in manifest(APP)["composeExtensions"][0]["commands"]}

    assert set(offered) == {packages.OPEN, packages.OPEN_FROM, packages.SEND_ON}
    assert all(c["type"] == "action" and c["fetchTask"] for c in offered.values())
    assert offered[packages.OPEN_FROM]["title"] == "Open a case from this message"
    assert offered[packages.OPEN_FROM]["context"] == ["message"]
    assert offered[packages.SEND_ON]["context"] == ["message"]


@pytest.mark.parametrize(
    ("name", "size", "drawing"),
    [("color.png", 192, icons.color), ("outline.png", 32, icons.outline)],
)
def test_an_icon_is_of_its_size_and_as_it_was_drawn(
    name: str, size: int, drawing: Callable[[], list[list[icons.Pixel]]]
) -> None:
    pixels = read_png((HERE / name).read_bytes())

    assert (len(pixels), len(pixels[0])) == (size, size)
    assert pixels == drawing()
    if name == "color.png":
        assert all(pixel[3] == 255 for row in pixels for pixel in row)
    else:
        assert {pixel[:3] for row in pixels for pixel in row} == {(255, 255, 255)}
        assert pixels[0][0][3] == 0


def read_png(data: bytes) -> list[list[icons.Pixel]]:
    """The pixels of an RGBA picture whose rows are not filtered, as ours are."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, parts = 8, {}
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(
            kind + body
        )
        parts[kind] = body
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    assert (depth, colour) == (8, 6)
    raw = zlib.decompress(parts[b"IDAT"])
    rows = [raw[n * (1 + 4 * width) :][: 1 + 4 * width] for n in range(height)]
    assert {row[0] for row in rows} == {0}
    return [
        [(row[n], row[n + 1], row[n + 2], row[n + 3]) for n in range(1, len(row), 4)]
        for row in rows
    ]
