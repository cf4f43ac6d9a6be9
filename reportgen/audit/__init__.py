"""Audit: what an auditor does with finished packs, offline: populations, samples, comparisons."""
