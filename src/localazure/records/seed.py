"""What is made once at the first start and comes back at every reset."""

from datetime import datetime

import msgspec

from localazure.records.ids import new_id
from localazure.records.plan import Plan


class Seed(msgspec.Struct, frozen=True, kw_only=True):
    """`source` is the word or the file it was made from, `digest` of what stood there."""

    plan: Plan
    source: str
    digest: str
    made_at: datetime
    event_grid_object_id: str = msgspec.field(default_factory=new_id)
    graph_object_id: str = msgspec.field(default_factory=new_id)

    @property
    def tenant_id(self) -> str:
        return self.plan.tenant.id

    @property
    def subscription_id(self) -> str:
        return self.plan.subscriptions[0].id

    @property
    def resource_group(self) -> str:
        """The first one's name, empty where there is none."""
        return next((one.name for one in self.plan.subscriptions[0].resource_groups), "")

    @property
    def client_id(self) -> str:
        return self.plan.client.client_id

    @property
    def client_secret(self) -> str:
        return self.plan.client.secrets[0].value

    @property
    def principal_object_id(self) -> str:
        return self.plan.client.principal_id
