"""Tags of a PI historian, through PI Web API."""

from data_connectors.pi_web_api.connector import PiWebApi

__all__ = ["PiWebApi"]
