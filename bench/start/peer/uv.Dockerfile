# As in uv's documentation: https://docs.astral.sh/uv/guides/integration/fastapi/
FROM python:3.15-slim
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /uvx /bin/
COPY . /app
WORKDIR /app
RUN uv sync --no-cache
ENV PATH=/app/.venv/bin:$PATH
CMD ["fastapi", "run", "main.py", "--port", "30001"]
