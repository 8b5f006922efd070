#!/bin/sh
# Runs docker; a build gets the variables for private registries as secrets (docs/development.md).
if [ "$1" = build ]; then
  shift
  set -- build --secret id=NPM_TOKEN,env=NPM_TOKEN --secret id=UV_DEFAULT_INDEX,env=UV_DEFAULT_INDEX "$@"
fi
exec docker "$@"
