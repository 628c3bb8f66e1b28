"""Secrets and signatures, as https://www.standardwebhooks.com says."""

import base64
import secrets
from datetime import datetime

from standardwebhooks.webhooks import Webhook

from centrala.organization.crypto import decrypt
from centrala.subscribers.models import Subscription

SECRET_BYTES = 32  # the specification: 24 to 64


def new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def headers(subscription: Subscription, *, webhook_id: str, body: str, at: datetime) -> dict[str, str]:
    """`at` is the attempt's moment, in UTC. While an old secret is valid there are two signatures."""
    signatures = [Webhook(secret).sign(webhook_id, at, body) for secret in _secrets(subscription, at)]
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _secrets(subscription: Subscription, at: datetime) -> list[str]:
    found = [subscription.encrypted_secret]
    if subscription.old_secret_until is not None and at < subscription.old_secret_until:
        found.append(subscription.encrypted_old_secret)
    return [decrypt(secret) for secret in found]
