"""The tenant's signing keys and their public form."""

import base64
import hashlib
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from localazure.records.directory import SigningKey


def new_signing_key(now: datetime) -> SigningKey:
    """An RSA key with a certificate of its own; like Entra's, the key id is the certificate's SHA-1 thumbprint."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "accounts.accesscontrol.localazure")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1825))
        .sign(key, hashes.SHA256())
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return SigningKey(
        kid=base64url(hashlib.sha1(der, usedforsecurity=False).digest()),
        private_key=pem.decode(),
        certificate=base64.b64encode(der).decode(),
        made_at=now,
    )


def public_jwk(key: SigningKey, issuer: str) -> dict[str, object]:
    """https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signature"""
    certificate = x509.load_der_x509_certificate(base64.b64decode(key.certificate))
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    numbers = public.public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "kid": key.kid,
        "x5t": key.kid,
        "n": base64url(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8)),
        "e": base64url(numbers.e.to_bytes(3)),
        "x5c": [key.certificate],
        "issuer": issuer,
    }


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
