"""Run command: a script in a pod beside an API server, with kubectl, and Azure's answers about it."""
