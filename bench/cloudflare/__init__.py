"""The Cloudflare layout beside Cloudflare's own `Container` class."""
