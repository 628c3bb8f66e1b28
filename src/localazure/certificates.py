"""The local cloud's own certificate authority, kept in the data folder."""

import os
from pathlib import Path

import certifi
import trustme

HOSTS = ("localhost", "127.0.0.1", "::1", "*.communication.localhost")


class Authority:
    """Made at the first start. `ca.key` is readable by its owner only; `certificate` is the CA, `bundle` certifi's list
    and the CA.

    Most clients read their whole bundle for each connection: certifi's list takes them some thirty milliseconds.
    """

    def __init__(self, folder: Path) -> None:
        self.certificate, self._key = folder / "ca.pem", folder / "ca.key"
        self.bundle = folder / "bundle.pem"
        if not self._key.exists():
            self._make()
        self._ca = trustme.CA.from_pem(self.certificate.read_bytes(), self._key.read_bytes())
        self.bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + self.certificate.read_bytes())

    def _make(self) -> None:
        ca = trustme.CA(organization_name="localazure", organization_unit_name="local development only")
        self.certificate.write_bytes(ca.cert_pem.bytes())
        write_private(self._key, ca.private_key_pem.bytes())

    def issue(self, folder: Path) -> tuple[Path, Path]:
        """A server certificate for this machine's own names: `cert.pem` and `key.pem` (0600) in the folder."""
        issued = self._ca.issue_cert(*HOSTS)
        folder.mkdir(parents=True, exist_ok=True)
        chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
        (folder / "cert.pem").write_bytes(chain)
        write_private(folder / "key.pem", issued.private_key_pem.bytes())
        return folder / "cert.pem", folder / "key.pem"


def write_private(path: Path, content: bytes) -> None:
    """Replaces the file in one step; nobody but the owner can read it at any moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
