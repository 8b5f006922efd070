"""The Cloudflare layout compared with Cloudflare's own `Container` class."""
