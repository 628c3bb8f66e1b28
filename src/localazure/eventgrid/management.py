"""Microsoft.EventGrid in Resource Manager: https://learn.microsoft.com/rest/api/eventgrid/"""

from localazure.eventgrid import custom_topics, subscriptions, system_topics, topic_types

ROUTES = [*system_topics.ROUTES, *custom_topics.ROUTES, *topic_types.ROUTES, *subscriptions.ROUTES]
