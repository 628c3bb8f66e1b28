"""The files of a demo's data folder."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from centrala.errors import Misconfigured
from centrala.installation import write_private
from centrala.postgres import Cluster

CONFIGURATION = "centrala.toml"


def make_room(data: Path, *, fresh: bool) -> None:
    """Makes the data folder; with `fresh` an earlier demo in it goes first, but nothing that is not one.

    Raises Misconfigured when the folder cannot be written or holds something else.
    """
    try:
        if fresh and data.exists():
            _forget(data)
        data.mkdir(parents=True, exist_ok=True)
        write_private(data / ".probe", "")
        (data / ".probe").unlink()
    except OSError as error:
        raise Misconfigured(
            f"The data folder {data} cannot be written ({error.strerror}). Fix: choose another one with --data."
        ) from None


def _forget(data: Path) -> None:
    if any(data.iterdir()) and not (data / CONFIGURATION).exists() and not (data / "azure").exists():
        raise Misconfigured(
            f"{data} is not the folder of a demo, so --fresh leaves it alone. Fix: --data with another."
        )
    Cluster.at(data).destroy()
    shutil.rmtree(data)


def write_configuration(data: Path, cloud: dict[str, Any], *, port: int, tls_port: int) -> None:
    """centrala.toml: which every command with this data folder reads. It holds the demo principal's secret."""
    lines = {
        "public_url": f"https://localhost:{tls_port}",
        "port": port,
        "tls_port": tls_port,
        "certificate": str(data / "certificate" / "cert.pem"),
        "key": str(data / "certificate" / "key.pem"),
        "secure_cookies": False,  # people come over plain http, on this machine only
        "azure_tenant_id": cloud["tenant_id"],
        "azure_client_id": cloud["client_id"],
        "azure_client_secret": cloud["client_secret"],
    }
    endpoints = dict.fromkeys(("authority", "resource_manager", "graph"), cloud["url"])
    endpoints["ca_bundle"] = cloud["ca_bundle"]
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    text += "\n[cloud]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in endpoints.items())
    _replace(data / CONFIGURATION, text)


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Whole or not at all, for its owner only."""
    _replace(path, json.dumps(values, indent=2) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return values


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    write_private(draft, text)
    draft.replace(path)
