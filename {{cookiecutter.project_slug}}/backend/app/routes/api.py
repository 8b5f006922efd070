"""`/api/*`: add endpoints here; what stands in front of the backend passes all of them on."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

router = APIRouter(prefix="/api")


class Health(BaseModel):
    """The app can serve."""

    status: Literal["ok"]


@router.get("/health")
async def health(response: Response) -> Health:
    """Say that the app can serve; load balancers and container platforms ask this."""
    response.headers["Cache-Control"] = "no-store"
    return Health(status="ok")
