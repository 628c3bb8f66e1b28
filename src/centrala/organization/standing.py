"""What the organisation may do at a moment: it follows from its kind, its licences and the trial's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timezone import now

from centrala.organization.models import Kind, Organization


@dataclass(frozen=True)
class Standing:
    """`organization` is None while it is not set up; everything else is false then."""

    organization: Organization | None
    at: datetime

    @property
    def is_set_up(self) -> bool:
        return self.organization is not None

    @property
    def trial_ends_at(self) -> datetime | None:
        """Of an organisation that is a trial, running or over."""
        found = self.organization
        return found.trial_ends_at if found is not None and found.kind == Kind.TRIAL else None

    @property
    def trial_running(self) -> bool:
        """While it runs the trial's own numbers work without any connection, and none may be made."""
        return self.trial_ends_at is not None and self.at < self.trial_ends_at

    @property
    def trial_over(self) -> bool:
        return self.trial_ends_at is not None and self.at >= self.trial_ends_at

    @property
    def trial_left(self) -> timedelta:
        return max(self.trial_ends_at - self.at, timedelta()) if self.trial_ends_at else timedelta()

    @property
    def licensed(self) -> bool:
        return self.organization is not None and self.organization.licensed

    @property
    def voice_added(self) -> bool:
        return self.organization is not None and self.organization.voice

    @property
    def terms_accepted(self) -> bool:
        return self.organization is not None and self.organization.terms_accepted_at is not None

    @property
    def voice_ready(self) -> bool:
        """Voice is added and its terms are accepted: without both there is no Phone numbers entry."""
        return self.voice_added and self.terms_accepted


def standing(at: datetime | None = None) -> Standing:
    """One query."""
    return Standing(Organization.objects.first(), at or now())
