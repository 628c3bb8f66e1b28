"""The Polish catalogues: `messages.py compile | update | check`, with Babel alone (no gettext binary).

`compile` writes the .mo files, `update` brings the .po files up to the strings in the code, `check` exits 1 and prints
one line for every string that is missing, empty, fuzzy, obsolete or has other placeholders than its original.
"""

import argparse
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.catalog import PYTHON_FORMAT, Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
# The same four forms as Django's own Polish catalogue: Django merges catalogues whose plural rules agree.
PLURAL_FORMS = (
    "nplurals=4; plural=(n==1 ? 0 : (n%10>=2 && n%10<=4) && (n%100<12 || n%100>14) ? 1 : "
    "n!=1 && (n%10>=0 && n%10<=1) || (n%10>=5 && n%10<=9) || (n%100>=12 && n%100<=14) ? 2 : 3);"
)
# Written by hand because Babel's own header carries dates and people, which would change in every commit.
HEADER = f"""\
msgid ""
msgstr ""
"Language: pl\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {PLURAL_FORMS}\\n"

"""
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT_TAGS = ("Translators:",)
# Without "silent: false" a template with a syntax error would pass as one without strings.
JINJA_OPTIONS = {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}

Extracted = Iterator[tuple[str | tuple[str, ...], list[str], str | None]]


@dataclass(frozen=True)
class Package:
    folder: str
    domain: str
    jinja: bool

    @property
    def po(self) -> str:
        return f"{self.folder}/locale/pl/LC_MESSAGES/{self.domain}.po"


PACKAGES = (
    Package(folder="src/centrala", domain="django", jinja=False),
    Package(folder="src/localazure", domain="messages", jinja=True),
)


def sources(root: Path, package: Package) -> list[Path]:
    inside = [path for path in sorted((root / package.folder).rglob("*")) if path.is_file()]
    return [
        path
        for path in inside
        if "templates" in path.parts or (path.suffix == ".py" and "migrations" not in path.parts)
    ]


def extracted(path: Path, *, jinja: bool) -> Extracted:
    """Messages of one file as (id or (singular, plural), translators' comments, context)."""
    content = path.read_bytes()
    if path.suffix == ".py":
        found = extract("python", io.BytesIO(content), KEYWORDS, COMMENT_TAGS)
    elif jinja:
        found = extract("jinja2.ext:babel_extract", io.BytesIO(content), KEYWORDS, COMMENT_TAGS, JINJA_OPTIONS)
    else:
        # The parenthesis keeps the template's indentation from being read as Python's.
        python = f"(\n{templatize(content.decode(), origin=str(path))}\n)"
        found = extract("python", io.BytesIO(python.encode()), KEYWORDS, COMMENT_TAGS)
    for _, message, comments, context in found:
        yield message, comments, context


def empty_catalogue() -> Catalog:
    catalogue = Catalog(locale="pl", charset="utf-8", fuzzy=False)
    catalogue.mime_headers = [("Plural-Forms", PLURAL_FORMS)]
    return catalogue


def in_code(root: Path, package: Package) -> Catalog:
    """What the code asks for now; references carry no line numbers, so that moving code changes no catalogue."""
    catalogue = empty_catalogue()
    for path in sources(root, package):
        reference = path.relative_to(root).as_posix()
        for message, comments, context in extracted(path, jinja=package.jinja):
            catalogue.add(message, locations=[(reference, 0)], auto_comments=comments, context=context)
    return catalogue


def in_file(root: Path, package: Package) -> Catalog:
    po = root / package.po
    if not po.exists():
        return empty_catalogue()
    with po.open("rb") as file:
        return read_po(file, charset="utf-8", abort_invalid=True)


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def counterpart(catalogue: Catalog, message: Message) -> Message | None:
    """The same message, of the same kind, in the other catalogue."""
    singular = message.id if isinstance(message.id, str) else message.id[0]
    other = catalogue.get(singular, message.context)
    return other if other is not None and other.pluralizable == message.pluralizable else None


def update(root: Path, package: Package) -> None:
    old, wanted = in_file(root, package), in_code(root, package)
    for message in messages(wanted):
        if known := counterpart(old, message):
            message.string = known.string
            message.user_comments = known.user_comments
            message.flags |= known.flags & {"fuzzy"}
    content = io.BytesIO()
    write_po(content, wanted, omit_header=True, include_lineno=False, sort_output=True, width=100)
    (root / package.po).parent.mkdir(parents=True, exist_ok=True)
    (root / package.po).write_bytes(HEADER.encode() + content.getvalue())


def compile_(root: Path, package: Package) -> None:
    po = root / package.po
    if not po.exists():
        return
    with po.with_suffix(".mo").open("wb") as file:
        write_mo(file, in_file(root, package))


def placeholders(text: str) -> list[str]:
    """The %-format and {brace} placeholders, sorted; a name twice counts once, a bare %s each time."""
    found = [(match[1], match[3]) for match in PYTHON_FORMAT.finditer(text) if match[3] != "%"]
    named = {f"%({name}){kind}" for name, kind in found if name is not None}
    bare = [f"%{kind}" for name, kind in found if name is None]
    try:
        braces = {f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        braces = set()
    return sorted([*named, *bare, *braces])


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def agrees(message: Message) -> bool:
    """Whether every form has its original's placeholders; the form for one may do without the number."""
    if isinstance(message.id, str):
        return placeholders(forms(message)[0]) == placeholders(message.id)
    one, many = (placeholders(text) for text in message.id)
    first, *rest = (placeholders(text) for text in forms(message))
    return first in (one, many) and all(form == many for form in rest)


def fault(message: Message, known: Message | None) -> str | None:
    if known is None:
        return "missing"
    if not all(forms(known)) or len(forms(known)) != (4 if message.pluralizable else 1):
        return "empty"
    if known.fuzzy:
        return "fuzzy"
    return None if agrees(known) else "other placeholders"


def faults(root: Path, package: Package) -> Iterator[tuple[str, str]]:
    """Pairs of (what is wrong, message)."""
    try:
        translated, wanted = in_file(root, package), in_code(root, package)
    except PoFileError as error:
        yield "unreadable", str(error)
        return
    if translated.num_plurals != 4:
        yield "wrong header", "Plural-Forms"
    for message in messages(wanted):
        if problem := fault(message, counterpart(translated, message)):
            yield problem, f"{message.id!r} ({message.locations[0][0]})"
    for message in [*messages(translated), *translated.obsolete.values()]:
        if counterpart(wanted, message) is None or message in translated.obsolete.values():
            yield "obsolete", repr(message.id)


def check(root: Path) -> int:
    found = [(package.po, *fault) for package in PACKAGES for fault in faults(root, package)]
    for po, problem, message in found:
        print(f"{po}: {problem}: {message}")
    if found:
        print(f"{len(found)} to mend. Fix: make messages, then translate what it left empty.")
    return 1 if found else 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["compile", "update", "check"])
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository (default: this one)")
    options = parser.parse_args(argv)
    if options.command == "check":
        return check(options.root)
    for package in PACKAGES:
        (compile_ if options.command == "compile" else update)(options.root, package)
    return 0


if __name__ == "__main__":
    sys.exit(main())
