"""The addresses of the service, by what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evercart.serve.api import answers, events, health, models
from evercart.serve.api.openapi import describing
from evercart.serve.endpoint import Endpoint

if TYPE_CHECKING:
    from evercart.serve.service import Service


def endpoints(service: Service) -> list[Endpoint]:
    """Return all addresses of a service; those of its apps follow from how they are declared."""
    told = [*answers.of_apps(service), *events.ENDPOINTS, *models.ENDPOINTS, *health.ENDPOINTS]
    return [*told, *describing(service, told)]
