"""Microsoft Graph: as much of it as registering an application takes."""
