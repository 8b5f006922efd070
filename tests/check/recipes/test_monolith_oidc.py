"""docs/recipes/monolith-oidc.md, with a real Caddy, and a stand-in for OAuth2 Proxy.

OAuth2 Proxy is an image and in no package registry, so its own part, the login at a provider, is
not tested. The stand-in responds as its documentation says:
https://oauth2-proxy.github.io/oauth2-proxy/features/endpoints
"""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from tests import recipes
from tests.check.recipes.caddy import NEEDS_CADDY, caddy
from tests.check.recipes.receiver import receive
from tests.threads import serving

PAGE = {"Accept": "text/html,*/*"}


class OAuth2Proxy(BaseHTTPRequestHandler):
    """Knows one cookie."""

    def do_GET(self) -> None:
        """Report whether the visitor is logged in, or start a login."""
        known = "_oauth2_proxy=good" in (self.headers["Cookie"] or "")
        if self.path.partition("?")[0] == "/oauth2/auth":
            self.send_response(202 if known else 401)
            self.send_header("X-Auth-Request-Email", "ada@example.com" if known else "")
        else:
            self.send_response(302)
            self.send_header("Location", f"https://provider.example{self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@NEEDS_CADDY
def test_caddy_asks_about_each_request(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "monolith-oidc")
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), OAuth2Proxy)
    with serving(proxy), receive() as app:
        ports = {"app:80": app.server_port, "oauth2-proxy:4180": proxy.server_port}
        upstreams = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
        with caddy(project, upstreams) as url, httpx.Client(trust_env=False) as client:
            page = client.get(f"{url}/report?of=a&b=c", headers=PAGE)
            assert page.status_code == 302
            assert page.headers["Location"] == "/oauth2/start?rd=%2Freport%3Fof%3Da%26b%3Dc"
            login = client.get(f"{url}{page.headers['Location']}", headers=PAGE)
            assert (
                login.headers["Location"] == f"https://provider.example{page.headers['Location']}"
            )

            spoofed = {"X-User": "root@example.com"}
            refused = client.post(f"{url}/stream", content=b"1", headers=spoofed)
            assert refused.status_code == 401
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert refused.json()["detail"] == "Log in again: reload the page."
            assert app.received == []

            cookie = {"Cookie": "_oauth2_proxy=good"}
            assert client.post(f"{url}/x", content=b"1", headers=cookie | spoofed).is_success
    assert app.received == [("/x", b"1")]
    [got] = app.headers
    assert got["X-User"] == "ada@example.com"
