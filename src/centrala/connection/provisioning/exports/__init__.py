"""The plan for somebody else to carry out. Each export says the same as the plan; none holds a key or a password."""

from collections.abc import Callable, Mapping

from centrala.connection.provisioning.exports import arm, az, terraform
from centrala.connection.provisioning.plan import Plan

EXPORTS: Mapping[str, Callable[[Plan], str]] = {"az": az.script, "arm": arm.template, "terraform": terraform.module}
FILE_NAMES = {"az": "centrala-azure.sh", "arm": "centrala-azure.json", "terraform": "centrala-azure.tf"}
