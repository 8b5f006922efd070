"""The same app served with uvicorn alone, and its page with FastAPI's `app.frontend()`."""

from app.main import create_app

app = create_app()
app.frontend("/", directory="/srv/frontend")
