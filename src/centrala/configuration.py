"""The settings of an installation: each key of centrala.toml, what it must be, and its environment variable.

`read` alone decides what is accepted. A value of the environment wins over the file's, an empty one counts as none.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import fields

from centrala.errors import WrongSetting

A_PORT = "a port: 1 to 65535"
HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")


class Address(str):
    """An http address without a slash at its end."""

    __slots__ = ()


class Origin(Address):
    """Nothing but scheme, host and port."""

    __slots__ = ()


Text = Annotated[str, Meta(description="a text in quotes", examples=["…"])]
Switch = Annotated[bool, Meta(description="true or false", examples=[True])]
Port = Annotated[int, Meta(ge=1, le=65535, description=A_PORT, examples=[8080])]
PortOrNone = Annotated[int, Meta(ge=0, le=65535, description="a port, 0 to 65535 (0: none)", examples=[8443])]
Seconds = Annotated[float, Meta(gt=0, le=86400, description="a number of seconds, up to 86400", examples=[30])]
Id = Annotated[UUID | None, Meta(description="an application (client) id", examples=[str(UUID(int=0))])]
Names = Annotated[str, Meta(description="a text in quotes, names by comma", examples=["a.example.org,b.example.org"])]
Endpoint = Annotated[
    Address | None, Meta(description="an https address", examples=["https://management.microsoftazure.de"])
]
PublicUrl = Annotated[
    Origin | None, Meta(description="an https address of scheme and host alone", examples=["https://hub.example.org"])
]
# As an HTTP header carries it, and too long to be guessed.
Token = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9._~+/=-]{20,})?$",
        description="a text of at least 20 letters, digits and signs of ._~+/=-",
        examples=["…"],
    ),
]
LogFormat = Annotated[Literal["text", "json"], Meta(description='"text" or "json"', examples=["json"])]
Storage = Annotated[
    Literal["folder", "azure", "s3"], Meta(description='"folder", "azure" or "s3"', examples=["folder"])
]
Security = Annotated[
    Literal["starttls", "tls", "none"], Meta(description='"starttls", "tls" or "none"', examples=["starttls"])
]


class CloudKeys(Struct, frozen=True):
    authority: Endpoint = None
    resource_manager: Endpoint = None
    graph: Endpoint = None
    event_grid_app_id: Id = None
    call_automation: Endpoint = None
    recording_hosts: Names = ""
    ca_bundle: Text = ""


class SmtpKeys(Struct, frozen=True):
    host: Text = ""
    port: Annotated[Port | None, Meta(description=A_PORT, examples=[587])] = None
    user: Text = ""
    password: Text = ""
    sender: Annotated[str, Meta(pattern="@|^$", description="an address of mail", examples=["hub@example.org"])] = ""
    security: Security = "starttls"


class RecordingKeys(Struct, frozen=True):
    """Where recordings are kept."""

    storage: Storage = "folder"
    folder: Text = ""
    container: Text = ""
    connection_string: Text = ""
    endpoint: Endpoint = None
    region: Text = ""
    access_key: Text = ""
    secret_key: Text = ""
    delete_from_cloud: Switch = False


class Configuration(Struct, frozen=True):
    public_url: PublicUrl = None
    host: Text = "127.0.0.1"
    port: Port = 8080
    tls_port: PortOrNone = 0
    node_url: PublicUrl = None
    certificate: Text = ""
    key: Text = ""
    hosts: Names = ""
    trusted_proxies: Text = ""
    secure_cookies: Switch = True
    private_webhooks: Switch = False
    stalled_after: Seconds = 30.0
    dead_letters: Text = ""
    log_format: LogFormat = "text"
    metrics_token: Token = ""
    sign_in_client_id: Id = None
    dataverse_app_id: Id = None
    azure_tenant_id: Text = ""
    azure_client_id: Text = ""
    azure_client_secret: Text = ""
    cloud: CloudKeys = CloudKeys()
    smtp: SmtpKeys = SmtpKeys()
    recordings: RecordingKeys = RecordingKeys()


S = TypeVar("S", bound=Struct)

# Every other key is CENTRALA_ and its name, of [smtp] with SMTP_ between.
VARIABLES = {
    "public_url": "PUBLIC_URL",
    "azure_tenant_id": "AZURE_TENANT_ID",
    "azure_client_id": "AZURE_CLIENT_ID",
    "azure_client_secret": "AZURE_CLIENT_SECRET",
    "cloud.authority": "AZURE_AUTHORITY_HOST",
    "cloud.resource_manager": "AZURE_RESOURCE_MANAGER",
    "cloud.graph": "AZURE_GRAPH",
    "cloud.event_grid_app_id": "CENTRALA_EVENT_GRID_APP_ID",
    "cloud.call_automation": "AZURE_CALL_AUTOMATION",
    "cloud.ca_bundle": "CENTRALA_CA_BUNDLE",
}
PREFIX = "CENTRALA_"
# Never in the file: where it lies, what opens its secrets, and what a supervisor tells its children.
ALONE = ("CENTRALA_DATA", "CENTRALA_KEYS", "CENTRALA_SECRET_KEY", "CENTRALA_START")
OF_TEST_RUNS = ("CENTRALA_TESTS_", "CENTRALA_REQUIRE_")


def read(table: dict[str, Any], environment: Mapping[str, str], *, file: Path) -> Configuration:
    """Raises WrongSetting, which names the file or variable, the key and the fix, and never repeats a value."""
    _refuse_unknown_variables(environment)
    found = _Reader(file, environment).section(Configuration, table, "")
    if found.smtp.host and not found.smtp.sender:
        raise WrongSetting(f'{file}: [smtp] has a host and no sender. Fix: sender = "hub@example.org"')
    if found.recordings.storage != "folder" and not found.recordings.container:
        raise WrongSetting(f'{file}: [recordings] has a storage and no container. Fix: container = "recordings"')
    return found


def variable(path: str) -> str:
    """The environment variable of a key such as "smtp.host"."""
    return VARIABLES.get(path) or PREFIX + path.replace(".", "_").upper()


def paths(kind: type[Struct] = Configuration, name: str = "") -> list[str]:
    found = []
    for field in fields(kind):
        path = _joined(name, field.name)
        found += paths(field.type, path) if _is_section(field.type) else [path]
    return found


class _Reader:
    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        self._file = file
        self._environment = environment

    def section(self, kind: type[S], table: object, name: str) -> S:
        if not isinstance(table, dict):
            raise WrongSetting(f"{self._file}: {name} is a value. Fix: [{name}], and its keys on the lines below.")
        self._refuse_unknown(table, [field.name for field in fields(kind)], f"[{name}] " if name else "")
        values = {}
        for field in fields(kind):
            path = _joined(name, field.name)
            if _is_section(field.type):
                values[field.name] = self.section(field.type, table.get(field.name, {}), path)
            elif text := self._environment.get(variable(path)):
                values[field.name] = _converted(text, field.type, variable(path), f"{variable(path)}=", lax=True)
            elif field.name in table:
                place = f"{self._file}: [{name}] {field.name}" if name else f"{self._file}: {field.name}"
                values[field.name] = _converted(table[field.name], field.type, place, f"{field.name} = ", lax=False)
        return kind(**values)

    def _refuse_unknown(self, table: Iterable[str], known: list[str], section: str) -> None:
        for key in set(table) - set(known):
            near = difflib.get_close_matches(key, known, 1)
            fix = f"did you mean {near[0]}?" if near else f"delete it; the keys are {', '.join(known)}."
            raise WrongSetting(f"{self._file}: {section}{key} is no key. Fix: {fix}")


def _converted(value: object, kind: Any, place: str, assigned: str, *, lax: bool) -> object:  # Any: a type to msgspec
    try:
        return convert(value, kind, strict=not lax, dec_hook=_address)
    except ValidationError:
        (told,) = kind.__metadata__
        example = json.dumps(told.examples[0], ensure_ascii=False)
        written = example.strip('"') if lax else example
        raise WrongSetting(f"{place} is not {told.description}. Fix: {assigned}{written}") from None


def _address(kind: type[Address], value: object) -> Address:
    """Raises ValueError for a text that is none."""
    parts = urlsplit(value if isinstance(value, str) else "")
    host = parts.netloc.removesuffix(f":{parts.port}") if parts.port is not None else parts.netloc
    if parts.scheme not in {"http", "https"} or not HOST.fullmatch(host) or parts.query or parts.fragment:
        raise ValueError(value)
    if kind is Origin and parts.path.strip("/"):
        raise ValueError(value)
    return kind(str(value).rstrip("/"))


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    known = {name.removeprefix(PREFIX): name for name in [*map(variable, paths()), *ALONE]}
    for name in environment:
        if name.startswith(PREFIX) and name not in known.values() and not name.startswith(OF_TEST_RUNS):
            (near,) = difflib.get_close_matches(name.removeprefix(PREFIX), known, 1, cutoff=0)
            raise WrongSetting(
                f"{name} is no variable of Centrala. Fix: did you mean {known[near]}? Correct or unset it."
            )


def _is_section(kind: Any) -> bool:  # Any: a type, or an annotation of one
    return isinstance(kind, type) and issubclass(kind, Struct)


def _joined(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key
