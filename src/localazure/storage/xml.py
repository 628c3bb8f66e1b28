"""The Blob service's XML: https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2"""

import re
from collections.abc import Iterable
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from localazure.errors import INVALID_XML

TYPE = {"content-type": "application/xml"}
UNSPEAKABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no part of any XML document


def document(*parts: str) -> bytes:
    return ('<?xml version="1.0" encoding="utf-8"?>' + "".join(parts)).encode()


def element(name: str, *children: str, **attributes: str) -> str:
    """The children are XML already."""
    told = "".join(f' {key}="{escape(value, {chr(34): "&quot;"})}"' for key, value in attributes.items())
    inside = "".join(children)
    return f"<{name}{told}>{inside}</{name}>" if inside else f"<{name}{told} />"


def text(name: str, value: str) -> str:
    return element(name, escape(UNSPEAKABLE.sub("", value)))


def name(value: str) -> str:
    """Of a blob: percent-encoded where XML has no way to say it."""
    if UNSPEAKABLE.search(value):
        return element("Name", quote(value), Encoded="true")
    return text("Name", value)


def texts(values: Iterable[tuple[str, str]]) -> str:
    return "".join(text(key, value) for key, value in values)


def read(body: bytes, root: str) -> list[tuple[str, str]]:
    """The children of the document's root and their texts, in order. Raises 400."""
    if b"<!" in body:
        raise INVALID_XML.of()
    try:
        found = ElementTree.fromstring(body)  # noqa: S314
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise INVALID_XML.of() from error
    if found.tag != root:
        raise INVALID_XML.of()
    return [(child.tag, (child.text or "").strip()) for child in found]
