#!/usr/bin/env bash
# Checks the scripts, the Kubernetes objects (against the published schemas) and the
# rendered nginx configuration, without Docker. Prints only what is wrong.
set -euo pipefail
cd "$(dirname "$0")/.."

kubernetes-validate --quiet --strict deploy/kubernetes/*.yaml
shellcheck image/*.sh
rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
BACKEND_PORT=8000 TRUSTED_PROXIES=10.0.0.0/8 image/render-config.sh >"$rendered"
# The included files exist only in the image. The skipped checks reject what this configuration does on purpose: the
# backend sees Host's port, streams aren't buffered, and a location with its own headers repeats the others.
report=$(gixy --disable-includes --skips host_spoofing,proxy_buffering_off,add_header_redefinition "$rendered" 2>&1) || {
  echo "$report"
  exit 1
}
