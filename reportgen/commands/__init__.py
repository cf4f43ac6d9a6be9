"""The commands: each parses, calls one function, and maps the result to an exit code."""
