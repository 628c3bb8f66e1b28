"""A scripted call from a file, through the control API of a cloud that runs."""

import time
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import msgspec
import yaml

from localazure.failure import CannotStart

JSON = {"content-type": "application/json"}
PAUSE = 0.2  # seconds between two looks at a call
Json = dict[str, Any]  # YAML's and the control API's objects


def call(facts: Json, file: Path, *, until_it_ends: bool) -> bool:
    """`facts` are the ready file's. True unless it was watched to an end without an answer."""
    body = _read(file)
    with httpx.Client(base_url=facts["portal"], trust_env=False, timeout=30) as control:
        try:
            made = _told(control.post("/_local/calls", content=msgspec.json.encode(body), headers=JSON))
            print(f"Call {made['id']} from {made['from']} to {made['to']} rings.", flush=True)
            return _watched(control, made) if until_it_ends else True
        except httpx.TransportError as error:
            raise CannotStart(
                f"The local cloud at {facts['portal']} does not answer ({error}). Fix: `localazure up`."
            ) from None


def _watched(control: httpx.Client, made: Json) -> bool:
    while made["state"] != "ended":
        time.sleep(PAUSE)
        made = _told(control.get(f"/_local/calls/{made['id']}"))
    print(f"Call {made['id']} has ended: {made['reason']}")
    caller = made["parties"][0]["raw_id"]
    answer = control.get(f"/_local/calls/{made['id']}/heard", params={"party": caller})
    if answer.status_code != 200:
        return False
    heard = answer.json()
    keys = f", keys {heard['keys']}" if heard["keys"] else ""
    print(f"The caller heard {heard['seconds']:.1f} seconds, {heard['loudest']:.0f} decibels at the loudest{keys}.")
    return True


def _told(answer: httpx.Response) -> Json:
    if answer.is_success:
        told: Json = answer.json()
        return told
    raise CannotStart(f"The call cannot be made: {answer.json()['error']['message']}")


def _read(file: Path) -> Json:
    """A `play` names a WAV file, from the folder of this one."""
    try:
        body = yaml.safe_load(file.read_text("utf-8"))
    except OSError as error:
        raise CannotStart(f"{file} cannot be read ({error.strerror}). Fix: give a file with a call.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannotStart(f"{file} is no YAML: {error}") from None
    if not isinstance(body, dict) or not all(isinstance(name, str) for name in body):
        raise CannotStart(f"{file} has no call. Fix: write `from`, `to` and `script`.")
    script = body.get("script")
    if isinstance(script, list):
        body["script"] = [_step(file.parent, step) for step in script]
    return body


def _step(folder: Path, step: object) -> object:
    if not isinstance(step, dict) or not isinstance(step.get("play"), str):
        return step
    try:
        return step | {"play": b64encode((folder / step["play"]).read_bytes()).decode()}
    except OSError as error:
        raise CannotStart(f"{folder / step['play']} cannot be read ({error.strerror}). Fix: name a WAV file.") from None
