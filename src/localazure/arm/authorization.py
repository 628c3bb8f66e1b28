"""Microsoft.Authorization's paths."""

from localazure.arm import assignments, definitions
from localazure.arm.assignments import TYPE as ASSIGNMENTS
from localazure.arm.definitions import TYPE as DEFINITIONS
from localazure.arm.operation import operation
from localazure.routing import Route

AT = "/{scope:path}/providers"

ROUTES = [
    Route("GET", f"{AT}/Microsoft.Authorization/permissions", definitions.list_permissions),
    operation("GET", f"{AT}/{ASSIGNMENTS}", assignments.list_assignments, f"{ASSIGNMENTS}/read"),
    operation("GET", f"{AT}/{ASSIGNMENTS}/{{name}}", assignments.get_assignment, f"{ASSIGNMENTS}/read"),
    operation("PUT", f"{AT}/{ASSIGNMENTS}/{{name}}", assignments.put_assignment, f"{ASSIGNMENTS}/write"),
    operation("DELETE", f"{AT}/{ASSIGNMENTS}/{{name}}", assignments.remove_assignment, f"{ASSIGNMENTS}/delete"),
    operation("GET", f"{AT}/{DEFINITIONS}", definitions.list_definitions, f"{DEFINITIONS}/read"),
    operation("GET", f"{AT}/{DEFINITIONS}/{{name}}", definitions.get_definition, f"{DEFINITIONS}/read"),
    operation("PUT", f"{AT}/{DEFINITIONS}/{{name}}", definitions.put_definition, f"{DEFINITIONS}/write"),
    operation("DELETE", f"{AT}/{DEFINITIONS}/{{name}}", definitions.remove_definition, f"{DEFINITIONS}/delete"),
]
