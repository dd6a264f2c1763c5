"""Machine tools and other machines that speak MTConnect, through their agent."""

from data_connectors.mtconnect.connector import MtConnect

__all__ = ["MtConnect"]
