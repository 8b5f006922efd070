"""docs/recipes/cloudflare-access.md, with our own keys in place of Cloudflare's."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from tests import recipes
from tests.backend import serve
from tests.conversation import conversation
from tests.projects import run
from tests.threads import serving

MAKE_TOKENS = """
import json, sys, time
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

team = sys.argv[1]
key, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
good = {"aud": ["the-app"], "iss": team, "exp": time.time() + 600, "email": "a@example.com"}
make = lambda key, **claims: jwt.encode(good | claims, key, "RS256", headers={"kid": "1"})
print(json.dumps({
    "keys": {"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]},
    "good": make(key),
    "bad": [
        "", "nonsense", make(other), make(key, aud=["another"]), make(key, iss="https://x.example"),
        make(key, exp=1), jwt.encode(good, "", "none", headers={"kid": "1"}),
    ],
}))
"""


class Certificates(ThreadingHTTPServer):
    """Serves `document` as the keys of a team."""

    document: bytes = b""


class Handler(BaseHTTPRequestHandler):
    """Answers one request for the keys."""

    server: Certificates

    def do_GET(self) -> None:
        """Send the keys."""
        self.send_response(200 if self.path == "/cdn-cgi/access/certs" else 404)
        self.end_headers()
        self.wfile.write(self.server.document)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def test_only_a_token_of_access_opens_the_app(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "cloudflare-access")
    recipes.check_backend(project)
    with serving(Certificates(("127.0.0.1", 0), Handler)) as server:
        team = f"http://127.0.0.1:{server.server_port}"
        made = run(project, "bun", "scripts/python.ts", "-c", MAKE_TOKENS, team).stdout
        tokens = json.loads(made.splitlines()[-1])
        server.document = json.dumps(tokens["keys"]).encode()
        settings = {"ACCESS_TEAM": team, "ACCESS_AUD": "the-app", "NO_PROXY": "127.0.0.1"}
        with (
            serve(project, "app.server", **settings) as url,
            httpx.Client(trust_env=False) as client,
        ):

            def ask(token: str) -> int:
                headers = {"Cf-Access-Jwt-Assertion": token}
                body = conversation("Hello!")
                return client.post(f"{url}/stream", json=body, headers=headers).status_code

            assert ask(tokens["good"]) == 200
            assert [ask(token) for token in tokens["bad"]] == [401] * len(tokens["bad"])
            assert client.get(f"{url}/env").status_code == 401
            assert client.get(f"{url}/api/health").status_code == 200
