"""Keeps the processes of an installation running: `Supervisor` over stages of members, most of them a `Process`."""

from centrala.supervisor.member import DidNotStart, Member
from centrala.supervisor.process import Process
from centrala.supervisor.step import Step
from centrala.supervisor.supervisor import Restart, Supervisor

__all__ = ["DidNotStart", "Member", "Process", "Restart", "Step", "Supervisor"]
