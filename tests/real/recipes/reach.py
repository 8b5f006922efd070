"""`/api/reach` and `/api/idle`: what a container can reach, and whether idle connections work."""

import asyncio
import random

import httpx2
from app.database import DatabaseDep
from fastapi import APIRouter

router = APIRouter()


@router.get("/reach")
async def reach(url: str) -> dict[str, str]:
    """Request a URL from inside the container."""
    try:
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as client:
            response = await client.post(url, content=b"not JSON")
    except httpx2.HTTPError as error:
        return {"error": repr(error)}
    kind = response.headers.get("Content-Type", "")
    return {"status": str(response.status_code), "type": kind, "text": response.text}


@router.get("/idle")
async def idle(database: DatabaseDep, tries: int) -> int:
    """Use connections again after 4 to 6 idle seconds, and count the requests that succeed."""

    async def attempt() -> int:
        first = await database.run("SELECT 1 AS one")
        await asyncio.sleep(random.uniform(4, 6))
        second = await database.run("SELECT 2 AS two")
        return int((first, second) == ([{"one": 1}], [{"two": 2}]))

    return sum(await asyncio.gather(*(attempt() for _ in range(tries))))
