"""Whether the PDFs of a pack are what they say they are, by veraPDF's word."""
