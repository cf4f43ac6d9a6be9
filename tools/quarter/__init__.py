"""The sample of a quarter: what its estate looked like at each run, and what a report has to say of it."""
