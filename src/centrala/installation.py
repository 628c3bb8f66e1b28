"""One installation of the hub: where its data lies and how it is set up.

Every value can come from the environment; what `centrala demo` or an administrator wrote to DATA/centrala.toml
comes second, the default last.
"""

import os
import secrets
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from azure.core.credentials import TokenCredential
from cryptography.fernet import Fernet

from centrala.azure.cloud import Cloud
from centrala.errors import Misconfigured

CLOUD_VARIABLES = {
    "authority": "AZURE_AUTHORITY_HOST",
    "resource_manager": "AZURE_RESOURCE_MANAGER",
    "graph": "AZURE_GRAPH",
    "event_grid_app_id": "CENTRALA_EVENT_GRID_APP_ID",
    "ca_bundle": "CENTRALA_CA_BUNDLE",
}


PORTS = {"starttls": "587", "tls": "465", "none": "25"}
SMTP = ("host", "port", "user", "password", "sender", "security")


@dataclass(frozen=True)
class Smtp:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str
    security: str  # starttls | tls | none


@dataclass(frozen=True)
class Installation:
    data: Path
    file: dict[str, Any] = field(default_factory=dict)  # parsed TOML: values of any type

    @classmethod
    def here(cls) -> "Installation":
        """The installation of this process: CENTRALA_DATA, else .centrala in the current folder."""
        data = data_folder()
        path = data / "centrala.toml"
        try:
            return cls(data, tomllib.loads(_read(path)))
        except (FileNotFoundError, NotADirectoryError):
            return cls(data)
        except tomllib.TOMLDecodeError as error:
            raise Misconfigured(f"{path} is not valid TOML ({error}). Fix: correct or delete that file.") from None

    def setting(self, variable: str, key: str, default: str = "") -> str:
        return os.environ.get(variable) or str(self.file.get(key, default))

    def flag(self, variable: str, key: str, *, default: bool) -> bool:
        return self.setting(variable, key, str(default)).lower() not in {"0", "false", "no"}

    @property
    def public_url(self) -> str:
        """The https address under which Azure reaches this hub, without a slash at the end."""
        return self.setting("PUBLIC_URL", "public_url", "https://localhost:8443").rstrip("/")

    @property
    def hosts(self) -> list[str]:
        return [host for host in self.setting("CENTRALA_HOSTS", "hosts").split(",") if host]

    @cached_property
    def cloud(self) -> Cloud:
        table = self.file.get("cloud", {})
        values = {name: os.environ.get(variable) or table.get(name) for name, variable in CLOUD_VARIABLES.items()}
        given: dict[str, Any] = {name: str(value).rstrip("/") for name, value in values.items() if value}  # texts all
        return Cloud(**given)

    @cached_property
    def smtp(self) -> "Smtp | None":
        """The mail server: [smtp] in centrala.toml, or CENTRALA_SMTP_HOST and so on. None: there is no mail.

        Raises Misconfigured.
        """
        table = self.file.get("smtp", {})
        value = {name: os.environ.get(f"CENTRALA_SMTP_{name.upper()}") or str(table.get(name, "")) for name in SMTP}
        if not value["host"]:
            return None
        security, port = value["security"] or "starttls", value["port"] or PORTS.get(value["security"], "587")
        if security not in PORTS or not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536):
            raise Misconfigured(
                "[smtp] in centrala.toml (or CENTRALA_SMTP_…) is wrong. Fix: security is starttls, tls or none, and "
                "port a number from 1 to 65535."
            )
        if "@" not in value["sender"]:
            raise Misconfigured("[smtp] in centrala.toml has no sender. Fix: sender is the address mails come from.")
        return Smtp(value["host"], int(port), value["user"], value["password"], value["sender"], security)

    def own_credential(self) -> TokenCredential | None:
        """The hub's own principal, from AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; None unless all three
        are set."""
        names = ("tenant_id", "client_id", "client_secret")
        values = {name: self.setting(f"AZURE_{name.upper()}", f"azure_{name}") for name in names}
        return self.cloud.client_secret_credential(**values) if all(values.values()) else None

    @cached_property
    def secret_key(self) -> str:
        """Django's signing key: sessions and form tokens. Made at the first start."""
        return os.environ.get("CENTRALA_SECRET_KEY") or self._kept("secret.key", lambda: secrets.token_urlsafe(48))

    @cached_property
    def keys(self) -> list[str]:
        """Fernet keys for secrets at rest, newest first: CENTRALA_KEYS (keys by comma, or a file), else DATA/keys.

        Raises Misconfigured for anything that is not a Fernet key.
        """
        text = os.environ.get("CENTRALA_KEYS") or self._kept("keys", lambda: Fernet.generate_key().decode())
        # A key made by other means than ours may hold a slash.
        if text.startswith(("/", ".")) or ("/" in text and Path(text).is_file()):
            text = _read_keys(Path(text))
        keys = text.replace(",", "\n").split()
        for position, key in enumerate(keys, 1):
            _check_key(key, position)
        return keys

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self.data / name
        try:
            with suppress(FileNotFoundError):
                return _read(path).strip()
            make_private(self.data)
            write_private(path, make())
            return _read(path).strip()
        except OSError as error:
            raise Misconfigured(
                f"{path} cannot be made ({error.strerror}). Fix: choose another data folder with --data."
            ) from None


def _read(path: Path) -> str:
    """Raises Misconfigured for a file that may not be read or is no text; the other OSErrors pass."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Misconfigured(f"{path} is not UTF-8 text. Fix: write it anew as UTF-8.") from None
    except (PermissionError, IsADirectoryError) as error:
        raise Misconfigured(f"{path} cannot be read ({error.strerror}). Fix: let this user read it.") from None


def _read_keys(path: Path) -> str:
    try:
        return _read(path)
    except OSError as error:
        raise Misconfigured(
            f"The key file {path} cannot be read ({error.strerror}). Fix: correct CENTRALA_KEYS."
        ) from None


def make_private(folder: Path) -> None:
    """Makes a folder for its owner alone, whatever the umask; one that is there keeps its mode."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def data_folder() -> Path:
    return Path(os.environ.get("CENTRALA_DATA") or ".centrala").absolute()


def write_private(path: Path, text: str) -> None:
    """Writes a file only its owner may read. Two starters at once agree: the first one's content stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _check_key(key: str, position: int) -> None:
    try:
        Fernet(key)
    except ValueError:
        raise Misconfigured(
            f"Key {position} of CENTRALA_KEYS is not a Fernet key. "
            "Fix: set keys made by `centrala keys new`, the newest first."
        ) from None
