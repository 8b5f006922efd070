# shellcheck shell=bash
# The image's settings and their defaults, for the other scripts in this folder. docs/monolith.md describes them.
# An empty variable counts as not set, as in the backend.

# nginx
export PORT="${PORT:-80}"
export NGINX_WORKERS="${NGINX_WORKERS:-2}"
export STREAM_REQUESTS_PER_MINUTE="${STREAM_REQUESTS_PER_MINUTE:-60}"
export TRUSTED_PROXIES="${TRUSTED_PROXIES:-}"

# nginx and the backend
export GRACE_SECONDS="${GRACE_SECONDS:-30}"
export LOG_FORMAT="${LOG_FORMAT:-json}"
export MAX_BODY_BYTES="${MAX_BODY_BYTES:-1048576}"

# The backend
export ACCESS_LOG="${ACCESS_LOG:-false}" # nginx logs requests
export START_SECONDS="${START_SECONDS:-60}"
