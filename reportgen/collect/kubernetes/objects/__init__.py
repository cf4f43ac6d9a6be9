"""Kubernetes objects, as much of them as controls need: what is not declared here is never decoded."""
