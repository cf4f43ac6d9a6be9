"""Delivery, against real listeners."""
