"""The embedded PostgreSQL: `Cluster` runs it for one data folder, `running` starts it or joins the one that runs."""

from centrala.postgres.cluster import Cluster
from centrala.postgres.errors import PostgresError
from centrala.postgres.surroundings import forget_other_servers
from centrala.postgres.visit import running

__all__ = ["Cluster", "PostgresError", "forget_other_servers", "running"]
