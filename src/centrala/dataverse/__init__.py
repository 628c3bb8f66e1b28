"""The provider tables as Dataverse has them: an OData Web API for programs, and the pages that show them to people."""
