"""The guide as its reader follows it: docs/guide/LANGUAGE.md, chapter by chapter, with what it prints in bold."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
LANGUAGES = {"en": "en-US", "pl": "pl-PL"}
CHAPTER = re.compile(r"^## (.+)$", re.MULTILINE)
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
STEP = re.compile(r"^\d+\. ", re.MULTILINE)


def chapters(language: str, page: str = "") -> list[str]:
    """The text of each chapter, its heading left out, in order; what stands before the first is not among them.

    `page` is "calls." for the page about them, "" for the guide itself.
    """
    return CHAPTER.split((GUIDE / f"{page}{language}.md").read_text("utf-8"))[2::2]


def labels(text: str) -> list[str]:
    """What stands in bold."""
    return [" ".join(label.split()) for label in BOLD.findall(text)]


def steps(language: str, chapter: int, page: str = "") -> list[list[str]]:
    """What stands in bold in each numbered step of a chapter (from 0): labels of the pages, in the order of use."""
    texts = [text.partition("\n\n")[0] for text in STEP.split(chapters(language, page)[chapter])[1:]]
    return [labels(text) for text in texts]
