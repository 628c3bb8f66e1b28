"""How this hub looks from its own public address."""

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from centrala.azure.cloud import Cloud
from centrala.doctor.finding import NotChecked
from centrala.doctor.once import Once

SECONDS = 20.0  # Event Grid itself waits for thirty
HTTPS = 443
LONGEST = 10_000  # bytes that are read of an answer: whoever answers may be a stranger


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    text: str
    has_length: bool  # Content-Length, which Event Grid's validation wants


class Address:
    """Asks without looking at the certificate: that is a question of its own."""

    def __init__(self, public_url: str, cloud: Cloud) -> None:
        self.url = public_url
        self._cloud = cloud
        self.health = Once(lambda: self.ask("/healthz"))
        self.certificate = Once(self._certificate)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def usable(self) -> bool:
        """An address of the form https://host[:port], to which a path can be added."""
        parts = urlsplit(self.url)
        return parts.scheme == "https" and bool(parts.hostname) and self.url == f"https://{parts.netloc}"

    def ask(self, path: str) -> Answer | str:
        """The answer, or in words why there is none."""
        self._require_usable()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with httpx.Client(verify=context, timeout=SECONDS, trust_env=False) as client:
                return _read(client, f"{self.url}{path}")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            return str(error) or type(error).__name__

    def _certificate(self) -> datetime | str:
        """When it ends, or in words why nobody would trust it."""
        self._require_usable()
        context = ssl.create_default_context(cafile=self._cloud.ca_bundle)
        try:
            with (
                socket.create_connection((self.host, urlsplit(self.url).port or HTTPS), SECONDS) as plain,
                context.wrap_socket(plain, server_hostname=self.host) as secure,
            ):
                found = secure.getpeercert() or {}
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
        except (OSError, UnicodeError) as error:  # a name that is none
            raise NotChecked(
                _("%(url)s does not answer: %(reason)s")
                % {"url": self.url, "reason": str(error) or type(error).__name__}
            ) from None
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)

    def _require_usable(self) -> None:
        if not self.usable:
            raise NotChecked(_("PUBLIC_URL is not an https address."))


def _read(client: httpx.Client, url: str) -> Answer:
    with client.stream("GET", url) as found:
        text = next(found.iter_bytes(LONGEST), b"").decode(errors="replace")
        return Answer(status=found.status_code, text=text, has_length="content-length" in found.headers)
