"""Everything Azure needs so that events arrive: planned, applied, or handed over as a script or template."""

from centrala.connection.provisioning.blueprint import Order
from centrala.connection.provisioning.plan import Change, Difference, Plan, Step
from centrala.connection.provisioning.provisioner import Provisioner
from centrala.connection.provisioning.reports import Progress, Report, Stopped, Tell, UsedElsewhere

__all__ = [
    "Change",
    "Difference",
    "Order",
    "Plan",
    "Progress",
    "Provisioner",
    "Report",
    "Step",
    "Stopped",
    "Tell",
    "UsedElsewhere",
]
