"""The API servers of an estate's clusters, each on a host of its own, and the credentials that lead there.

What a real server answers is written down, a line each, in docs/kubernetes-api-behaviours.md.
"""
