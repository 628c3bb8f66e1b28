"""A page as a person reads it."""

import re
from html.parser import HTMLParser
from typing import Any

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str | None], parent: "Element | None") -> None:
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.children: list[Element | str] = []

    def text(self) -> str:
        inside = " ".join(child if isinstance(child, str) else child.text() for child in self.children)
        return re.sub(r"\s+", " ", inside).strip()

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """Every element below with this tag and these attributes (class_ for class, one of them)."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if child.fits(tag, attributes):
                    found.append(child)
                found += child.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> "Element":
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]

    def own_words(self) -> set[str]:
        """What each element below says by itself."""
        texts = (child for element in self.all() for child in element.children if isinstance(child, str))
        return {" ".join(text.split()) for text in texts}

    def fits(self, tag: str, attributes: dict[str, str]) -> bool:
        if tag and self.tag != tag:
            return False
        for name, value in attributes.items():
            mine = self.attributes.get(name.rstrip("_").replace("_", "-")) or ""
            if value not in (mine.split() if name == "class_" else [mine]):
                return False
        return True


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.current = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), self.current)
        self.current.children.append(element)
        if tag not in VOID:
            self.current = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.current.children.append(Element(tag, dict(attrs), self.current))

    def handle_endtag(self, tag: str) -> None:
        assert self.current.tag == tag, f"</{tag}> closes <{self.current.tag}>"
        assert self.current.parent is not None
        self.current = self.current.parent

    def handle_data(self, data: str) -> None:
        self.current.children.append(data)


def read(response: Any) -> Element:  # Django's test response has no public type
    """The elements of a page or a part of one. Fails for tags that are not closed in order."""
    reader = Reader()
    reader.feed(response.content.decode())
    reader.close()
    assert reader.current is reader.root, f"<{reader.current.tag}> is not closed"
    return reader.root


def missing(page: Element, language: str, *, labels: dict[str, str], sentences: dict[str, str]) -> list[str]:
    """What the page does not say, of English words with their Polish: `labels` are all that an element says by itself,
    `sentences` stand anywhere in its text."""
    words, text = page.own_words(), page.text()
    wanted, within = (list(them if language == "en" else them.values()) for them in (labels, sentences))
    return [label for label in wanted if label not in words] + [one for one in within if one not in text]
