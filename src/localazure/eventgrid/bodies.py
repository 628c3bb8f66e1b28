"""What callers send to Event Grid in Resource Manager. Properties that only Event Grid writes are taken and ignored,
because clients send back what they were shown; anything unknown is refused.

https://learn.microsoft.com/rest/api/eventgrid/
"""

from datetime import datetime
from typing import Annotated

import msgspec

Meta = msgspec.Meta
LONGEST = 512  # as a value of an advanced filter may be
Text = Annotated[str, Meta(max_length=LONGEST)]
Texts = Annotated[list[Text], Meta(max_length=100)]
NOTHING = msgspec.Raw(b"{}")


class AttributeProperties(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    value: str | None = None
    is_secret: bool | None = None
    source_field: str | None = None


class AttributeBody(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1)]
    type: str
    properties: AttributeProperties = msgspec.field(default_factory=AttributeProperties)


class WebhookProperties(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    endpoint_url: str | None = None
    endpoint_base_url: str | None = None
    max_events_per_batch: Annotated[int, Meta(ge=1, le=5000)] | None = None
    preferred_batch_size_in_kilobytes: Annotated[int, Meta(ge=1, le=1024)] | None = None
    azure_active_directory_tenant_id: str | None = None
    azure_active_directory_application_id_or_uri: str | None = None
    delivery_attribute_mappings: Annotated[list[AttributeBody], Meta(max_length=10)] | None = None
    minimum_tls_version_allowed: str | None = None


class DestinationBody(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    """`properties` are decoded when the type is known to be a webhook's."""

    endpoint_type: str
    properties: msgspec.Raw = NOTHING


class BlobProperties(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    resource_id: str
    blob_container_name: str


class DeadLetterBody(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    endpoint_type: str
    properties: BlobProperties


class AdvancedFilterBody(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    operator_type: str
    key: Text
    value: bool | int | float | str | None = None
    values: list[object] | None = None


class FilterBody(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    subject_begins_with: Text | None = None
    subject_ends_with: Text | None = None
    included_event_types: Texts | None = None
    is_subject_case_sensitive: bool | None = None
    enable_advanced_filtering_on_arrays: bool | None = None
    advanced_filters: list[AdvancedFilterBody] | None = None


class RetryBody(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    max_delivery_attempts: Annotated[int, Meta(ge=1, le=30)] | None = None
    event_time_to_live_in_minutes: Annotated[int, Meta(ge=1, le=1440)] | None = None


class SettingsBody(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    """A PATCH has these at the top, a PUT under `properties`."""

    destination: DestinationBody | None = None
    delivery_with_resource_identity: dict[str, object] | None = None
    filter: FilterBody | None = None
    labels: Texts | None = None
    expiration_time_utc: datetime | None = None
    event_delivery_schema: str | None = None
    retry_policy: RetryBody | None = None
    dead_letter_destination: DeadLetterBody | None = None
    dead_letter_with_resource_identity: dict[str, object] | None = None
    topic: object = None
    provisioning_state: object = None


class Shown(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    """What every resource shows of itself."""

    id: object = None
    name: object = None
    type: object = None
    system_data: object = None


class SubscriptionBody(Shown, rename="camel", kw_only=True, forbid_unknown_fields=True):
    properties: SettingsBody


class SystemTopicProperties(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    source: str | None = None
    topic_type: str | None = None
    provisioning_state: object = None
    metric_resource_id: object = None


class SystemTopicBody(Shown, rename="camel", kw_only=True, forbid_unknown_fields=True):
    location: str | None = None
    tags: dict[str, str] | None = None
    properties: SystemTopicProperties = msgspec.field(default_factory=SystemTopicProperties)
    identity: dict[str, object] | None = None


class CustomTopicProperties(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    input_schema: str | None = None
    public_network_access: str | None = None
    disable_local_auth: bool | None = None
    minimum_tls_version_allowed: str | None = None
    data_residency_boundary: str | None = None
    inbound_ip_rules: list[object] | None = None
    input_schema_mapping: object = None
    event_type_info: object = None
    private_endpoint_connections: object = None
    endpoint: object = None
    provisioning_state: object = None
    metric_resource_id: object = None


class CustomTopicBody(Shown, rename="camel", kw_only=True, forbid_unknown_fields=True):
    location: str | None = None
    tags: dict[str, str] | None = None
    properties: CustomTopicProperties = msgspec.field(default_factory=CustomTopicProperties)
    identity: dict[str, object] | None = None


class KeyBody(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    key_name: str
