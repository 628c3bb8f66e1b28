"""The lines that the local cloud writes when LOCALAZURE_RECORD names a folder."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One answer and what was asked. `body` is text, `headers` have lower-case names and are a few of all."""

    method: str
    path: str
    query: str
    status: int
    headers: dict[str, str]
    body: str

    @property
    def version(self) -> str:
        return next((value for name, value in parse_qsl(self.query) if name.lower() == "api-version"), "")

    @property
    def is_json(self) -> bool:
        return "json" in self.headers.get("content-type", "")

    @property
    def is_xml(self) -> bool:
        return "xml" in self.headers.get("content-type", "")

    def json(self) -> Any:  # whatever was sent
        return json.loads(self.body)


def read(folder: Path) -> Iterator[Exchange]:
    for file in sorted(folder.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):  # else its process was killed while it wrote
                    yield Exchange(**json.loads(line))
