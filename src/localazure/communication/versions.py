"""The api-versions that each of the services has had: its specifications and Microsoft's clients name them.

https://github.com/Azure/azure-rest-api-specs/tree/main/specification/communication/data-plane
"""

from localazure.errors import MISSING_API_VERSION, UNSUPPORTED_API_VERSION
from localazure.pipeline import Call

SMS = (
    "2021-03-07", "2024-01-14-preview", "2024-02-05-preview", "2024-12-10-preview", "2025-05-29-preview",
    "2025-08-01-preview", "2025-09-17", "2026-01-23",
)  # fmt: skip
NUMBERS = (
    "2021-03-07", "2022-01-11-preview2", "2022-12-01", "2023-05-01-preview", "2024-03-01-preview", "2025-02-11",
    "2025-04-01", "2025-06-01",
)  # fmt: skip
IDENTITY = ("2021-03-07", "2022-06-01", "2022-10-01", "2023-10-01")
SIP = ("2021-05-01-preview", "2023-01-01-preview", "2023-03-01", "2023-04-01-preview", "2024-11-15-preview")
CALLING = (
    "2023-03-06", "2023-10-15", "2024-04-15", "2024-06-15-preview", "2024-09-15", "2025-05-15", "2025-06-15",
    "2026-03-12",
)  # fmt: skip
BY_PATH = {
    "sms": SMS,
    "phonenumbers": NUMBERS,
    "availablephonenumbers": NUMBERS,
    "identities": IDENTITY,
    "sip": SIP,
    "calling": CALLING,
}


def supported(path: str) -> tuple[str, ...]:
    """Empty for services that are not emulated: whatever is asked of them answers 501."""
    return BY_PATH.get(path.strip("/").partition("/")[0].partition(":")[0].lower(), ())


def check(call: Call) -> None:
    version, known = call.query.get("api-version"), supported(call.path)
    if not version:
        raise MISSING_API_VERSION.of()
    if known and version not in known:
        raise UNSUPPORTED_API_VERSION.of(path=call.path, version=version)
