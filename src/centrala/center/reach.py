"""Whether the hub answers at the address that Azure is given."""

import ssl
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from centrala.azure.cloud import Cloud

SECONDS = 5.0
OWN_MACHINE = {"localhost", "127.0.0.1", "::1"}


def self_test(address: str, *, cloud: Cloud) -> str:
    """Why Azure could not deliver there; "" when nothing speaks against it. Whether Azure's own network gets through is
    shown by the first handshake alone."""
    parts = urlsplit(address)
    if parts.scheme != "https":
        return _("%(address)s is not https: Event Grid delivers nowhere else. Correct PUBLIC_URL.") % {
            "address": address
        }
    if cloud.is_public and parts.hostname in OWN_MACHINE:
        return _("%(address)s is this machine's own name: Azure cannot reach it. Correct PUBLIC_URL.") % {
            "address": address
        }
    return _asked(address, cloud)


def _asked(address: str, cloud: Cloud) -> str:
    trust = ssl.create_default_context(cafile=cloud.ca_bundle) if cloud.ca_bundle else True
    try:
        answer = httpx.get(f"{address}/healthz", verify=trust, timeout=SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return _("The hub does not answer at %(address)s (%(reason)s). Check name, port, certificate and proxy.") % {
            "address": address,
            "reason": str(error) or type(error).__name__,
        }
    if answer.status_code != 200 or answer.text != "ok":
        return _("Something else answers at %(address)s (status %(status)s). Correct PUBLIC_URL or the proxy.") % {
            "address": address,
            "status": answer.status_code,
        }
    return ""
