"""Which addresses may be told anything: https, and nowhere in a private network.

An administrator of the hub need not be one of the network around it: without this rule a webhook would be a way to
its database, to the cloud's metadata service, to whatever trusts the machine.
"""

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from centrala.errors import Refused

IP = IPv4Address | IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddress(Exception):
    """The host resolves to an address inside a private network."""


def check(address: str) -> str:
    """The address as it is kept. Raises Refused. Names are resolved later, whenever something is sent."""
    parts = _parts(address)
    host = parts.hostname if parts else None
    if parts is None or not host or parts.username is not None or parts.fragment or not address.isascii():
        raise Refused(_("This is no address. Fix: https://host/path, without a name or password."), field="address")
    ip = _literal(host)
    at_home = host == "localhost" or (ip is not None and ip.is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and at_home):
        raise Refused(_("The address begins with https://; http is for this machine alone."), field="address")
    if not settings.PRIVATE_WEBHOOKS and (host == "localhost" or (ip is not None and not is_public(ip))):
        raise Refused(
            _("This address lies in a private network. Fix: another one, or private_webhooks = true in centrala.toml."),
            field="address",
        )
    return address


def resolve(host: str, port: int) -> str:
    """The address of the host that the machine prefers, after a look at all of them: a single private one and nothing
    is sent.

    Raises PrivateAddress, OSError for a host that is not known.
    """
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not settings.PRIVATE_WEBHOOKS and not all(is_public(ipaddress.ip_address(str(one))) for one in found):
        raise PrivateAddress
    return str(found[0])


def is_public(ip: IP) -> bool:
    """IPv6 has several ways to write an address of IPv4, and each leads there."""
    if isinstance(ip, IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inside = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(inside)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _parts(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        return parts if parts.port != 0 and not any(letter.isspace() for letter in address) else None
    except ValueError:  # a port that is none, half an IPv6 address
        return None


def _literal(host: str) -> IP | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
