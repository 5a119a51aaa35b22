"""Just enough of HTML to read a page as a person does: elements, and the text that they see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "use"})
UNSEEN = frozenset({"head", "script", "style", "svg", "template", "dialog"})
BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "button", "dd", "div", "dl", "dt", "fieldset"}
    | {"figcaption", "figure", "form", "h1", "h2", "h3", "header", "label", "legend", "li", "main"}
    | {"nav", "ol", "option", "p", "section", "select", "table", "tbody", "td", "textarea", "th"}
    | {"thead", "tr", "ul"}
)


@dataclass(eq=False)
class Node:
    """An element with what is in it."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)
    seen: dict[bool, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.attrs[name]

    def get(self, name: str) -> str:
        """The attribute's value, "" where it is missing or has none."""
        return self.attrs.get(name, "")

    def has(self, *classes: str) -> bool:
        """Whether it is of all these classes."""
        return set(classes) <= set(self.get("class").split())

    def walk(self) -> Iterator[Node]:
        """Everything below it, in the order of the page."""
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.walk()

    def all(self, tag: str = "", cls: str = "", attr: str = "", **values: str) -> list[Node]:
        """Every element below that fits; `data_id="5"` asks for an attribute's value."""
        wanted = {name.replace("_", "-"): value for name, value in values.items()}
        return [
            one
            for one in self.walk()
            if (not tag or one.tag == tag)
            and (not cls or one.has(cls))
            and (not attr or attr in one.attrs)
            and all(one.attrs.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str = "", cls: str = "", attr: str = "", **values: str) -> Node | None:
        """The first that fits."""
        return next(iter(self.all(tag, cls, attr, **values)), None)

    def text(self, *, lasting: bool = False) -> str:
        """What is seen, a line a block; `lasting` writes times in a way that does not age."""
        if lasting not in self.seen:
            lines = "".join(self._pieces(lasting)).split("\n")
            self.seen[lasting] = "\n".join(" ".join(one.split()) for one in lines if one.strip())
        return self.seen[lasting]

    def _pieces(self, lasting: bool) -> Iterator[str]:
        if self.tag in UNSEEN or "hidden" in self.attrs:
            return
        if lasting and self.tag == "time":
            yield self.get("datetime")
            return
        if lasting and "data-left" in self.attrs:
            return
        if self.tag in {"input"}:
            yield f" {self._typed()} "
            return
        edge = "\n" if self.tag in BLOCKS or self.tag == "br" else ""
        yield edge
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._pieces(lasting)
        yield edge

    def _typed(self) -> str:
        if self.get("type") in {"hidden", "file", "search"}:
            return ""
        if self.get("type") in {"radio", "checkbox"}:
            return "(x)" if "checked" in self.attrs else "( )"
        return self.get("value")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag == tag:
                del self.open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def messages(html: str) -> list[Node]:
    """The messages of a page; one that is read again and again is taken apart once."""
    return [_message(found) for found in re.findall(r"<article .*?</article>", html, re.DOTALL)]


@lru_cache(maxsize=5000)
def _message(html: str) -> Node:
    article = read(html).one("article")
    assert article is not None
    return article


def around(html: str) -> Node:
    """The page without its messages."""
    return read(re.sub(r"<article .*?</article>", "", html, flags=re.DOTALL))


def read(html: str) -> Node:
    """The page, or a piece of one."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root
