"""The endpoints: one module per topic, each with its own router, put together here."""

from fastapi import APIRouter

from app.routes import (
    env,
    health,
    stream,
)

api = APIRouter(prefix="/api")
api.include_router(health.router)
# Add your endpoints here: api.include_router(notes.router)

router = APIRouter()
router.include_router(stream.router)
router.include_router(env.router)
router.include_router(api)
