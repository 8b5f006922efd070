"""docs/recipes/cloudflare-staging.md: the deployment of each environment."""

import tomllib
from pathlib import Path

from tests import recipes
from tests.projects import run


def test_each_environment_can_be_deployed(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "cloudflare-staging")
    run(project, "bun", "run", "check", "scripts:config")
    run(project, "bun", "run", "check", "worker")
    config = tomllib.loads((project / "wrangler.toml").read_text())
    dry_run = ("bunx", "wrangler", "deploy", "--dry-run", "--containers-rollout=none")
    options = ("--assets", "docs")
    environments = {"": (config, 3), "staging": (config["env"]["staging"], 1)}
    bindings = {}
    for name, (environment, instances) in environments.items():
        assert environment["routes"][0]["custom_domain"]
        said = run(project, *dry_run, *options, "--env", name).stdout
        assert "exists at the top level, but not on" not in said
        assert f"env.MAX_INSTANCES ({instances})" in said
        bindings[name] = {line.split()[0] for line in said.splitlines() if line.startswith("env.")}
    assert len({*map(frozenset, bindings.values())}) == 1
