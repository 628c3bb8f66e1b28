"""The files of a demo's data folder."""

import json
import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from centrala.errors import Misconfigured
from centrala.installation import FILE, make_private, write_private
from centrala.postgres import Cluster

MARK = "this-is-a-demo"
# All that a demo leaves beside its database, which Cluster.destroy() removes.
OURS = (FILE, "azure.json", "azure.log", "azure.log.1", "people.json", "keys", "secret.key", "metrics.token", MARK)
OUR_FOLDERS = ("azure", "certificate")


def make_room(data: Path, *, fresh: bool) -> None:
    """Makes the data folder; with `fresh` an earlier demo in it goes first.

    Raises Misconfigured when the folder cannot be written, or holds anything but a demo: an installation that serves
    people must never become one.
    """
    try:
        if data.exists() and any(data.iterdir()):
            _must_be_a_demo(data)
            if fresh:
                _forget(data)
        make_private(data)
        write_private(data / MARK, "")
        _drop_forsaken(Cluster.at(data))
    except OSError as error:
        raise Misconfigured(
            f"The data folder {data} cannot be written ({error.strerror}). Fix: choose another one with --data."
        ) from None


def _must_be_a_demo(data: Path) -> None:
    if not (data / MARK).is_file():
        raise Misconfigured(f"{data} is not empty and not the folder of a demo. Fix: choose another one with --data.")


def mark(cluster: Cluster) -> None:
    """As root the database lies apart and outlives a data folder that is deleted by hand: this tells whose it was."""
    if cluster.place.apart:
        write_private(cluster.place.home / MARK, "")


def _drop_forsaken(cluster: Cluster) -> None:
    place = cluster.place
    if not place.forsaken or place.owner_elsewhere() or not (place.home / MARK).is_file():
        return  # whatever else is there, a start of the database refuses it
    if cluster.running():
        raise Misconfigured(f"An earlier demo in {place.data} still runs, though its folder is gone. Fix: stop it.")
    cluster.destroy()
    print(f"The folder of the demo in {place.data} was deleted: its database is thrown away, a new one is made.")


def _forget(data: Path) -> None:
    Cluster.at(data).destroy()
    for name in OURS:
        (data / name).unlink(missing_ok=True)
    for name in OUR_FOLDERS:
        shutil.rmtree(data / name, ignore_errors=not (data / name).exists())


def write_configuration(data: Path, cloud: dict[str, Any], *, port: int, tls_port: int) -> None:
    """centrala.toml: which every command with this data folder reads. It holds the demo principal's secret."""
    lines = {
        "public_url": f"https://localhost:{tls_port}",
        "port": port,
        "tls_port": tls_port,
        "certificate": str(data / "certificate" / "cert.pem"),
        "key": str(data / "certificate" / "key.pem"),
        "secure_cookies": False,  # people come over plain http, on this machine only
        "private_webhooks": True,  # there is nobody else's network to protect
        "dead_letters": str(data / "azure" / "dead-letters"),
        "azure_tenant_id": cloud["tenant_id"],
        "azure_client_id": cloud["client_id"],
        "azure_client_secret": cloud["client_secret"],
    }
    endpoints = dict.fromkeys(("authority", "resource_manager", "graph", "call_automation"), cloud["url"])
    endpoints["ca_bundle"] = cloud["ca_bundle"]
    endpoints["recording_hosts"] = urlsplit(cloud["url"]).netloc
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    text += "\n[cloud]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in endpoints.items())
    _replace(data / FILE, text)


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
