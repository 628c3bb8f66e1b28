"""Questions that several rules have in common."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from centrala.azure.errors import AzureError
from centrala.doctor.finding import NotChecked

T = TypeVar("T")


class Once(Generic[T]):
    """Asked at most once, by however many rules at a time; the answer, or why there is none, is the same for all."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._answers: list[T] = []
        self._failure: NotChecked | AzureError | None = None

    def __call__(self) -> T:
        """Raises NotChecked or AzureError, as the question did."""
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if not self._answers:
                try:
                    self._answers.append(self._ask())
                except (NotChecked, AzureError) as failure:
                    self._failure = failure
                    raise
            return self._answers[0]
