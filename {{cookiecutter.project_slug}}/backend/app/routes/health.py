"""`GET /api/health`: whether the app can serve."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

router = APIRouter()


class Health(BaseModel):
    """The app can serve."""

    status: Literal["ok"]


@router.get("/health")
async def health(response: Response) -> Health:
    """Report that the app can serve, to load balancers and container platforms."""
    response.headers["Cache-Control"] = "no-store"
    return Health(status="ok")
