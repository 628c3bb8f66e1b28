"""One installation of the hub: where its data lies and how it is set up.

Its settings are those of configuration.py: from the environment, else from DATA/centrala.toml, which `centrala demo` or
an administrator wrote, else the default. Three secrets made here lie beside that file.
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
from msgspec.structs import asdict

from centrala.azure.cloud import Cloud
from centrala.configuration import Configuration, read
from centrala.errors import Misconfigured, WrongSetting

FILE = "centrala.toml"

PORTS = {"starttls": 587, "tls": 465, "none": 25}


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
    settings: Configuration = field(default_factory=Configuration)

    @classmethod
    def here(cls) -> "Installation":
        """The installation of this process: CENTRALA_DATA, else .centrala in the current folder.

        Raises Misconfigured.
        """
        data = data_folder()
        path = data / FILE
        try:
            table = tomllib.loads(_read(path))
        except (FileNotFoundError, NotADirectoryError):
            table = {}
        except tomllib.TOMLDecodeError as error:
            raise WrongSetting(f"{path} is not valid TOML ({error}). Fix: correct or delete that file.") from None
        return cls(data, read(table, os.environ, file=path))

    @property
    def public_url(self) -> str:
        """The https address under which Azure reaches this hub, without a slash at the end."""
        return self.settings.public_url or "https://localhost:8443"

    @property
    def node_url(self) -> str:
        """The https address of this very web process, for the sound of its calls. One that is alone has the public."""
        return self.settings.node_url or self.public_url

    @property
    def hosts(self) -> list[str]:
        return [host for host in self.settings.hosts.split(",") if host]

    @cached_property
    def cloud(self) -> Cloud:
        given = {name: str(value) for name, value in asdict(self.settings.cloud).items() if value}
        return Cloud(**given)  # type: ignore[arg-type]  # texts all, for fields that are texts

    @cached_property
    def smtp(self) -> "Smtp | None":
        """The mail server. None: there is no mail."""
        found = self.settings.smtp
        if not found.host:
            return None
        port = found.port or PORTS[found.security]
        return Smtp(found.host, port, found.user, found.password, found.sender, found.security)

    @property
    def calls_folder(self) -> Path:
        """What a node writes of its calls before it is stored."""
        return self.data / "calls"

    @cached_property
    def recordings(self) -> dict[str, Any]:
        """Where recordings are kept, as Django's STORAGES words it."""
        keys = self.settings.recordings
        if keys.storage == "azure":
            place = {"connection_string": keys.connection_string, "azure_container": keys.container}
            return {"BACKEND": "storages.backends.azure_storage.AzureStorage", "OPTIONS": place}
        if keys.storage == "s3":
            found = {
                "bucket_name": keys.container,
                "access_key": keys.access_key,
                "secret_key": keys.secret_key,
                "endpoint_url": str(keys.endpoint or ""),
                "region_name": keys.region,
            }
            told = {name: value for name, value in found.items() if value}
            return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": told | {"default_acl": None}}
        options: dict[str, Any] = {
            "location": keys.folder or str(self.data / "recordings"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        }
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}

    def own_credential(self) -> TokenCredential | None:
        """The hub's own principal, from AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; None unless all three
        are set."""
        names = ("tenant_id", "client_id", "client_secret")
        values = {name: str(getattr(self.settings, f"azure_{name}")) for name in names}
        return self.cloud.client_secret_credential(**values) if all(values.values()) else None

    @cached_property
    def secret_key(self) -> str:
        """Django's signing key: sessions and form tokens. Made at the first start."""
        return os.environ.get("CENTRALA_SECRET_KEY") or self._kept("secret.key", lambda: secrets.token_urlsafe(48))

    @cached_property
    def metrics_token(self) -> str:
        """What a collector of metrics shows. Made at the first start where none is set; "" where the data folder takes
        no file, for which the hub has no other need: then nobody is told."""
        with suppress(Misconfigured):
            return self.settings.metrics_token or self._kept("metrics.token", lambda: secrets.token_urlsafe(32))
        return ""

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
