"""A local cloud: Entra, Resource Manager, Graph, Event Grid and Communication Services on one's own machine."""
