"""How far a Connect under way is, for the page that waits for it.

The request that connects tells it here, another request of the same process reads it. Lost, it costs a list of steps on
a waiting page and nothing else, so it is kept in memory: module state that changes, like the sign-ins to Azure.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from centrala.connection.steps import Step
from centrala.organization.access import StaffRequest, administrators_only

KEPT = 100
LONGEST = 64


@dataclass(kw_only=True)
class Run:
    user_id: int
    began: list[Step] = field(default_factory=list)

    def rows(self) -> list[tuple[Step, str]]:
        """Each step with its state: done, doing, left out, or waiting."""
        return [(step, self._state(step)) for step in Step]

    def _state(self, step: Step) -> str:
        order = list(Step)
        last = order.index(self.began[-1]) if self.began else -1
        if step not in self.began:
            return "left-out" if order.index(step) < last else "waiting"
        return "doing" if order.index(step) == last else "done"


class Runs:
    def __init__(self) -> None:
        self._all: OrderedDict[str, Run] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def begun(self, name: str, user_id: int) -> Iterator[Run]:
        """Kept under this name until the end of the block."""
        run, name = Run(user_id=user_id), name[:LONGEST]
        with self._lock:
            self._all[name] = run
            while len(self._all) > KEPT:
                self._all.popitem(last=False)
        try:
            yield run
        finally:
            with self._lock:
                self._all.pop(name, None)

    def of(self, name: str, user_id: int) -> Run | None:
        found = self._all.get(name)
        return found if found is not None and found.user_id == user_id else None


RUNS = Runs()


@administrators_only
@require_safe
def progress(request: StaffRequest) -> HttpResponse:
    """The list of steps; empty when that run is not, or no longer, under way here."""
    run = RUNS.of(request.GET.get("run", ""), request.user.pk)
    return render(request, "center/_steps.html", {"rows": run.rows() if run else []})
