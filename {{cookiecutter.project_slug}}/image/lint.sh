#!/usr/bin/env bash
# Checks the Dockerfile, the scripts, the Kubernetes objects (against the published schemas) and the
# rendered nginx configuration, without Docker.
set -euo pipefail
cd "$(dirname "$0")/.."

hadolint Dockerfile
kubernetes-validate --quiet --strict deploy/kubernetes.yaml
shellcheck image/*.sh
rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
PORT=80 NGINX_WORKERS=2 GRACE_SECONDS=30 MAX_BODY_BYTES=1048576 STREAM_REQUESTS_PER_MINUTE=60 \
  TRUSTED_PROXIES=10.0.0.0/8 image/render-config.sh >"$rendered"
# The backend sees the port of Host, streams are not buffered, assets state all their headers: on purpose.
gixy --skips host_spoofing,proxy_buffering_off,add_header_redefinition "$rendered"
