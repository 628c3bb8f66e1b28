"""Event Grid: custom topics, to which anybody with a key publishes."""

from datetime import datetime

import msgspec

from localazure.records.events import DeliverySchema


class CustomTopic(msgspec.Struct, frozen=True, kw_only=True):
    """Keys are base64 of 32 random bytes."""

    subscription_id: str
    group: str
    name: str
    location: str
    key1: str
    key2: str
    metric_resource_id: str
    made_at: datetime
    schema: DeliverySchema = DeliverySchema.EVENT_GRID
    tags: dict[str, str] = {}
    public_network_access: str = "Enabled"
    disable_local_auth: bool = False

    @property
    def id(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
            f"/providers/Microsoft.EventGrid/topics/{self.name}"
        )

    @property
    def key(self) -> str:
        return self.id.lower()
