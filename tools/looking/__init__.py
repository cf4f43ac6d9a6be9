"""The parts of `tools/look.py`: pictures of a report's pages, and what a machine can check on them."""
