"""The same app served by uvicorn alone, its page by FastAPI's `app.frontend()`."""

from app.main import create_app

app = create_app()
app.frontend("/", directory="/srv/frontend")
