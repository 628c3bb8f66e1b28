"""Signing in on another device: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code

Codes live by the movable clock, so that a test can let one expire.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from localazure.entra.clients import client_of, required
from localazure.entra.scopes import asked
from localazure.errors import (
    AUTHORIZATION_DECLINED,
    AUTHORIZATION_PENDING,
    BAD_DEVICE_CODE,
    BAD_USER_CODE,
    DEVICE_CODE_EXPIRED,
    SLOW_DOWN,
)
from localazure.records.directory import Tenant
from localazure.records.people import DeviceCode, Grant, Person
from localazure.world import World

PAGE = "/devicelogin"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LIFETIME = timedelta(minutes=15)
INTERVAL, STEP, TOLERANCE = 5, 5, timedelta(seconds=1)  # seconds between polls; added at each hasty one (RFC 8628, 3.5)


def begin(world: World, tenant: Tenant, fields: Mapping[str, str]) -> dict[str, object]:
    client = client_of(world, tenant, required(fields, "client_id"))
    scope = required(fields, "scope")
    asked(world, tenant, scope)
    user_code = "".join(secrets.choice(LETTERS) for _ in range(9))
    one = DeviceCode(
        code=secrets.token_urlsafe(64),
        user_code=user_code,
        grant=Grant(client_id=client.id, scope=scope),
        expires_at=world.clock.now() + LIFETIME,
        interval=INTERVAL,
    )
    world.device_codes.put(one.code, one)
    address = f"{world.addresses.portal}{PAGE}"
    return {
        "user_code": user_code,
        "device_code": one.code,
        "verification_uri": address,
        "expires_in": int(LIFETIME.total_seconds()),
        "interval": INTERVAL,
        "message": f"To sign in, use a web browser to open the page {address} and enter the code {user_code} to "
        "authenticate.",
    }


def redeem(world: World, client_id: str, code: str) -> Grant:
    """What the person granted, once. Raises while nobody has signed in."""
    one = world.device_codes.get(code)
    if one is None or one.grant.client_id != client_id:
        raise BAD_DEVICE_CODE.of()
    if one.expires_at <= world.clock.now():
        raise DEVICE_CODE_EXPIRED.of()
    if one.declined:
        raise AUTHORIZATION_DECLINED.of()
    if not one.grant.person:
        _waiting(world, one)
    world.device_codes.remove(code)
    return one.grant


def waiting_for(world: World, user_code: str) -> DeviceCode:
    """The sign-in that somebody's typed code names; spaces, hyphens and case are forgiven."""
    typed = user_code.replace(" ", "").replace("-", "").upper()
    for one in world.device_codes.all():
        if one.user_code == typed and one.expires_at > world.clock.now() and not (one.grant.person or one.declined):
            return one
    raise BAD_USER_CODE.of()


def approve(world: World, one: DeviceCode, person: Person) -> None:
    grant = msgspec.structs.replace(one.grant, person=person.id)
    world.device_codes.put(one.code, msgspec.structs.replace(one, grant=grant))


def decline(world: World, one: DeviceCode) -> None:
    world.device_codes.put(one.code, msgspec.structs.replace(one, declined=True))


def _waiting(world: World, one: DeviceCode) -> None:
    now = world.clock.now()
    hasty = one.polled_at is not None and now - one.polled_at + TOLERANCE < timedelta(seconds=one.interval)
    interval = one.interval + STEP if hasty else one.interval
    world.device_codes.put(one.code, msgspec.structs.replace(one, polled_at=now, interval=interval))
    raise SLOW_DOWN.of(seconds=interval) if hasty else AUTHORIZATION_PENDING.of()
