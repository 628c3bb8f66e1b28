"""All rules, in the order in which they are told: what is nearest to this machine first."""

from centrala.doctor.rules import address, deliveries, directory, dynamics, installation, resource, subscriptions, work

RULES = (
    *installation.RULES,
    *address.RULES,
    *work.RULES,
    *resource.RULES,
    *directory.RULES,
    *subscriptions.RULES,
    *deliveries.RULES,
    *dynamics.RULES,
)
