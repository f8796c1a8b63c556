"""Pure engines: arrays in, frozen dataclasses out; no web framework here."""
