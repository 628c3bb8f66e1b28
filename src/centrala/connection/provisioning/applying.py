"""Brings Azure to the blueprint, piece by piece, and shows it.

Every piece is looked at, acted on where it differs, and looked at again: what counts is what is there afterwards, not
what an act answered. So a run may be repeated, killed at any place, or meet another one, and nothing is made twice.
"""

from dataclasses import dataclass, field
from datetime import datetime

from centrala.azure.errors import AzureError
from centrala.connection.provisioning.acts import Hand, Task
from centrala.connection.provisioning.blueprint import Blueprint, Order, draw
from centrala.connection.provisioning.pieces import Kind, Piece, pieces
from centrala.connection.provisioning.plan import Change, Step, step_of
from centrala.connection.provisioning.reports import ConnectedMeanwhile, DisconnectedMeanwhile, Progress, Report
from centrala.connection.provisioning.rights import TO_READ
from centrala.connection.provisioning.survey import Section, Survey, Surveyor
from centrala.connection.provisioning.waiting import Course, Waiting
from centrala.organization.audit import record


@dataclass(kw_only=True)
class Applying:
    order: Order
    surveyor: Surveyor
    hand: Hand
    waiting: Waiting
    _directory_changed_at: datetime | None = field(default=None, init=False)
    _client_id: str | None = field(default=None, init=False)  # with which this hub is connected, as far as we did it

    def run(self, survey: Survey) -> Survey:
        """Raises Stopped, or Refused where this hub says no."""
        self._client_id = survey.hub.client_id if survey.hub.connected else None
        keys = [one.key for one in self._pieces(survey)[1]]
        while keys:
            for key in keys:
                survey = self._settle(survey, key)
            self._refuse_if_overtaken()
            survey = self.surveyor.look_again(survey, Section.HUB)
            keys = self._left_behind(survey)
        return survey

    def _refuse_if_overtaken(self) -> None:
        """Who disconnects or connects by hand meanwhile wants nothing more that leads here, or not by this way."""
        hub = self.surveyor.hub()
        if self._client_id is not None and not hub.connected:
            raise DisconnectedMeanwhile(self.order.resource.name)
        if hub.connected and hub.client_id != self._client_id:
            raise ConnectedMeanwhile(self.order.resource.name)

    def _left_behind(self, survey: Survey) -> list[str]:
        """Event subscriptions that were done when somebody made new endpoints."""
        found = self._pieces(survey)[1]
        return [one.key for one in found if one.kind is Kind.SUBSCRIPTION and not one.settled]

    def _settle(self, survey: Survey, key: str) -> Survey:
        blueprint, piece = self._piece(survey, key)
        course, first = self.waiting.course(key, piece.name), step_of(piece)
        if not piece.settled:
            self.waiting.tell(Report(key=key, name=piece.name, progress=Progress.RUNNING, change=first.change))
        done = piece.settled
        try:
            while not piece.settled:
                error = self._act(Task(piece=piece, blueprint=blueprint, survey=survey))
                done = done or error is None
                survey = self._look_again(survey, piece, course)
                blueprint, piece = self._piece(survey, key)
                if not piece.settled:
                    self.waiting.after(piece, error, course, spread_by=self._spread_by(survey))
        finally:  # what was done in Azure is recorded also where the run then stops
            if done or piece.settled:
                self._record(first, piece)
        self.waiting.tell(Report(key=key, name=piece.name, progress=Progress.DONE, change=first.change))
        return survey

    def _record(self, first: Step, piece: Piece) -> None:
        """In the audit log, one entry for each thing in Azure; connecting has entries of its own."""
        if first.change is Change.KEPT or piece.kind is Kind.CONNECTION:
            return
        before = {one.field: one.before for one in first.differences if one.before is not None}
        after = {one.field: piece.wanted[one.field] for one in first.differences}
        record(actor=self.hand.actor, act="provision", target=f"{piece.name} ({piece.key})", before=before, after=after)

    def _act(self, task: Task) -> AzureError | None:
        self._refuse_if_overtaken()
        if task.piece.kind.section is Section.DIRECTORY:
            self._directory_changed_at = self.waiting.patience.now()
        try:
            self.hand.do(task)
        except AzureError as error:
            return error
        if task.piece.kind is Kind.CONNECTION:
            self._client_id = task.blueprint.application.client_id
        return None

    def _look_again(self, survey: Survey, piece: Piece, course: Course) -> Survey:
        section = piece.kind.section
        return self.waiting.asking(
            lambda: self.surveyor.look_again(survey, section), course=course, right=TO_READ[section]
        )

    def _spread_by(self, survey: Survey) -> datetime | None:
        """When all of Entra knows what is new in the directory; None when nothing is known to be new."""
        seen = survey.directory
        times = [self._directory_changed_at, seen.application.created_at if seen.application else None]
        times += [one.created_at for one in seen.assignments]
        newest = max((time for time in times if time), default=None)
        return newest + self.waiting.patience.spreading if newest else None

    def _piece(self, survey: Survey, key: str) -> tuple[Blueprint, Piece]:
        blueprint, found = self._pieces(survey)
        return blueprint, next(one for one in found if one.key == key)

    def _pieces(self, survey: Survey) -> tuple[Blueprint, list[Piece]]:
        blueprint = draw(self.order, survey, event_grid_app_id=self.surveyor.event_grid_app_id)
        return blueprint, pieces(blueprint, survey, now=self.waiting.patience.now())
