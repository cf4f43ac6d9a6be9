"""Pages of docs/ that are made from the catalogue and the sources, one module a page."""
