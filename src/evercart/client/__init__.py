"""The client: what a site calls, over httpx, without anything else of the shop.

>>> from evercart.client import Client
>>> Client("http://127.0.0.1:8321").url
'http://127.0.0.1:8321'
"""

from __future__ import annotations

from evercart.client.aside import AsyncClient
from evercart.client.direct import Client
from evercart.client.failures import Failed, Full, Refused, Unreachable

__all__ = ["AsyncClient", "Client", "Failed", "Full", "Refused", "Unreachable"]
