"""What the webhook tests stand on: an identity provider with real keys behind real TLS, a clock, events."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote

import jwt
import trustme
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import centrala.server

TENANT = "5c2f9a3e-1d0b-4a57-9c66-0f4b7e8d2a11"
OTHER_TENANT = "9b1e7c44-6a2d-4f0f-8e35-7d1c2b3a4f50"
CLIENT = "e3a4c7d2-8b6f-4c19-a5d0-1f2e3d4c5b6a"
OTHER_CLIENT = "0a9b8c7d-6e5f-4a3b-9c2d-1e0f9a8b7c6d"
EVENT_GRID = "4962773b-9cdb-44cf-a8bf-237846a00ab7"
ROLE = "AzureEventGridSecureWebhookSubscriber"


@dataclass
class Clock:
    at: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@cache
def private_key(key_id: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024 if key_id == "weak" else 2048)


def public_pem(key_id: str) -> bytes:
    return (
        private_key(key_id)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


@dataclass
class Entra:
    """Answers like Microsoft Entra ID for every tenant. `skew` is how far its Date header is from our clock."""

    clock: Clock
    authority: str = ""
    key_ids: list[str] = field(default_factory=lambda: ["key-1"])
    key_issuer: str | None = None
    broken: bool = False
    skew: timedelta = timedelta()
    requests: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def reset(self, clock: Clock) -> None:
        fresh = Entra(clock, self.authority)
        fresh.gate.set()
        self.__dict__.update(fresh.__dict__)

    def issuer(self, version: int, tenant: str = TENANT) -> str:
        return f"https://sts.windows.net/{tenant}/" if version == 1 else f"{self.authority}/{tenant}/v2.0"

    @property
    def fetches(self) -> int:
        """Whole fetches so far: each reads the two key lists."""
        return sum("/discovery/" in path for path in self.requests) // 2

    def token(self, *, version: int = 1, kid: str | None = "key-1", signer: str | None = None, **claims: object) -> str:
        header = {"x5t": "AAAA"} | ({"kid": kid} if kid is not None else {})
        key = private_key(signer or kid or "key-1")
        return jwt.encode(self.claims(version, **claims), key, algorithm="RS256", headers=header)

    def claims(self, version: int = 1, **changes: object) -> dict[str, object]:
        now = int(self.clock().timestamp())
        claims: dict[str, object] = {
            "aud": CLIENT,
            "iss": self.issuer(version),
            "iat": now,
            "nbf": now,
            "exp": now + 86_700,
            "appid" if version == 1 else "azp": EVENT_GRID,
            "oid": "11111111-2222-4333-8444-555555555555",
            "tid": TENANT,
            "ver": f"{version}.0",
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    async def _answer(self, request: Request) -> Response:
        self.requests.append(request.url.path)
        self.gate.wait(10)
        if self.broken:
            return Response(status_code=500)
        date = format_datetime(self.clock() + self.skew, usegmt=True)
        return JSONResponse(self.document(request.url.path), headers={"Date": date})

    def document(self, path: str) -> dict[str, object]:
        tenant, version = path.split("/")[1], 2 if "v2.0" in path else 1
        if "/discovery/" in path:
            return {"keys": [self._jwk(key_id, tenant) for key_id in self.key_ids] + [{"kty": "EC", "kid": "curve"}]}
        keys = f"{self.authority}/{tenant}/discovery/{'v2.0/' if version == 2 else ''}keys"
        return {"issuer": self.issuer(version, tenant), "jwks_uri": keys, "token_endpoint": f"{self.authority}/token"}

    def _jwk(self, key_id: str, tenant: str) -> dict[str, object]:
        public = RSAAlgorithm.to_jwk(private_key(key_id).public_key(), as_dict=True)
        issuer = self.key_issuer or f"{self.authority}/{tenant}/v2.0"
        return {"kid": key_id, "use": "sig", "kty": "RSA", "n": public["n"], "e": public["e"], "issuer": issuer}

    def app(self) -> Starlette:
        paths = (
            "/{tenant}/.well-known/openid-configuration",
            "/{tenant}/v2.0/.well-known/openid-configuration",
            "/{tenant}/discovery/keys",
            "/{tenant}/discovery/v2.0/keys",
        )
        return Starlette(routes=[Route(path, self._answer) for path in paths])


class Server(centrala.server.Server):
    """The hub's own, in a thread of its own, on a port of the system's choice."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config, before_stop=lambda: None)

    @property
    def port(self) -> int:
        return int(self.servers[0].sockets[0].getsockname()[1])


@contextmanager
def serving(app: Starlette, *, certificate: trustme.LeafCert | None = None, lifespan: str = "off") -> Iterator[Server]:
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, lifespan=lifespan, log_level="warning", access_log=False, date_header=False
    )
    config.load()
    if certificate is not None:
        config.ssl = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.configure_cert(config.ssl)
    server = Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        thread.join(0.005)
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def entra_running(folder: Path) -> Iterator[tuple[Entra, str]]:
    """The provider and the bundle that trusts it."""
    authority = trustme.CA()
    bundle = folder / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    entra = Entra(Clock())
    with serving(entra.app(), certificate=authority.issue_cert("localhost", "127.0.0.1")) as server:
        entra.authority = f"https://127.0.0.1:{server.port}"
        yield entra, str(bundle)


def dsn_of(settings: dict[str, object]) -> str:
    """asyncpg's address of the database that Django is connected to."""
    user, password = quote(str(settings["USER"])), quote(str(settings["PASSWORD"]))
    host, port = quote(str(settings["HOST"]), safe="/"), settings["PORT"] or 5432
    return f"postgresql://{user}:{password}@/{settings['NAME']}?host={host}&port={port}"


def event(event_id: str = "event-1", **changes: object) -> dict[str, object]:
    data = {"messageId": event_id, "from": "14255550123", "to": "18335550100", "message": "Where is my parcel?"}
    return {
        "id": event_id,
        "topic": "/subscriptions/s/resourcegroups/g/providers/microsoft.communication/communicationservices/acs",
        "subject": "/phonenumber/18335550100",
        "eventType": "Microsoft.Communication.SMSReceived",
        "eventTime": "2026-11-23T11:59:58.1234567Z",
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "data": data,
    } | changes


def validation(code: object = "512d38b6-c7b8-40c8-89fe-f46f9e9622b6") -> dict[str, object]:
    return event(
        "validation-1", eventType="Microsoft.EventGrid.SubscriptionValidationEvent", data={"validationCode": code}
    )


def segment(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
