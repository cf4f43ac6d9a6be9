"""What is inside the clusters, asked of their own API servers: lists, and nothing that could change anything.

`fleet` looks into every cluster that Azure shows, `alone` into the one of a kubeconfig.
"""
