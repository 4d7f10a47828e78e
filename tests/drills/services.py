"""The services with which drills are played, by name; a new one is one class in a file of its own."""

from __future__ import annotations

from tests.drills.service import DrilledService
from tests.drills.service_aistudios import Aistudios
from tests.drills.service_convai import Convai
from tests.drills.service_livekit import LiveKit
from tests.drills.service_tavus import Tavus

SERVICES: dict[str, type[DrilledService]] = {service.name: service for service in (LiveKit, Convai, Aistudios, Tavus)}
