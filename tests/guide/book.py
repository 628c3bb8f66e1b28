"""The guide as its reader follows it: docs/guide/LANGUAGE.md, chapter by chapter, with what it prints in bold."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
LANGUAGES = {"en": "en-US", "pl": "pl-PL"}
CHAPTER = re.compile(r"^## (.+)$", re.MULTILINE)
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
STEP = re.compile(r"^\d+\. ", re.MULTILINE)


def chapters(language: str) -> list[str]:
    """The text of each chapter, its heading left out, in order; what stands before the first is not among them."""
    return CHAPTER.split((GUIDE / f"{language}.md").read_text("utf-8"))[2::2]


def steps(language: str, chapter: int) -> list[list[str]]:
    """What stands in bold in each numbered step of a chapter (from 0): labels of the pages, in the order of use."""
    texts = [text.partition("\n\n")[0] for text in STEP.split(chapters(language)[chapter])[1:]]
    return [[" ".join(label.split()) for label in BOLD.findall(text)] for text in texts]
