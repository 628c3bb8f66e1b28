"""JSON merge patches: https://www.rfc-editor.org/rfc/rfc7396"""

from typing import TypeVar

from localazure.errors import NOT_A_MERGE_PATCH
from localazure.pipeline import Call

Body = TypeVar("Body")
MEDIA_TYPE = "application/merge-patch+json"


def merge_patch(call: Call, kind: type[Body]) -> Body:
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise NOT_A_MERGE_PATCH.of()
    return call.json(kind)
