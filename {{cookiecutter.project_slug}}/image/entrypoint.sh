#!/usr/bin/env bash
# Process 1 of the container: starts the backend, then nginx, and ends when either of them ends.
#
# After SIGTERM or SIGINT, nginx accepts no new requests and finishes the running ones within GRACE_SECONDS. Then the
# backend stops, and the exit status is 0. If either ends unexpectedly, this script logs the reason and exits with
# status 1, so that the platform restarts the container. An invalid setting gives status 2. Bash also reaps orphans.
set -uo pipefail

unset "${!CLOUDFLARE_@}" "${!WRANGLER_@}" # config.toolPrefixes of package.json: the app never gets these
here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
source "$here/settings.sh"

log() { # LEVEL MESSAGE
  local format='%s %s entrypoint %s\n' time
  [[ $LOG_FORMAT == text ]] || format='{"time":"%s","level":"%s","logger":"entrypoint","message":"%s"}\n'
  TZ=UTC printf -v time '%(%Y-%m-%dT%H:%M:%S+00:00)T'
  # shellcheck disable=SC2059 # the format is one of these two
  printf "$format" "$time" "$1" "$2" >&2
}

reason() { # STATUS
  if (($1 > 128)); then echo "signal $(kill -l "$1")"; else echo "status $1"; fi
}

if [[ ! -w /tmp ]]; then
  echo "The image can't write to /tmp. Mount one, as with docker run --tmpfs /tmp." >&2
  exit 2
fi
if ! "$here/render-config.sh" >/tmp/nginx.conf 2>/tmp/problems; then
  python -m app.server.cli check-settings 2>>/tmp/problems
  awk '!named[$1]++' /tmp/problems >&2 # one line per setting, even if both reject it
  exit 2
fi
if [[ ${1:-} == test ]]; then
  exec nginx -t -q -e stderr -c /tmp/nginx.conf
fi

sleep infinity & # a signal ends it, which also ends the `wait` below
pause=$!
stopping=''
trap 'stopping=1; kill "$pause" 2>/dev/null' TERM INT

rm -f /tmp/backend.sock
BACKEND_HOST=127.0.0.1 BACKEND_SOCKET=/tmp/backend.sock LAYOUT=monolith python -m app.server &
backend=$!

stop_backend() {
  for ((tries = 0; tries < 25; tries++)); do
    kill -TERM "$backend" 2>/dev/null || exit 0
    sleep 0.2
  done
  log WARNING "The backend didn't stop in time. Killing it."
  exit 0
}

# Platforms that probe only the port send requests once it is open, so nginx starts when the backend responds.
deadline=$((SECONDS + START_SECONDS))
until "$here/healthcheck.sh" "$BACKEND_PORT" 2>/dev/null; do
  [[ -z $stopping ]] || stop_backend
  if ! kill -0 "$backend" 2>/dev/null; then
    wait "$backend"
    status=$?
    ((status != 2)) || exit 2 # an invalid setting, which the backend has reported
    log ERROR "The backend ended with $(reason "$status") before it was ready."
    exit 1
  fi
  if ((SECONDS >= deadline)); then
    log ERROR "The backend wasn't ready within $START_SECONDS s."
    exit 1
  fi
  sleep 0.05
done

nginx -e stderr -c /tmp/nginx.conf &
nginx=$!
wait -n -p ended "$backend" "$nginx" "$pause"
status=$?
if [[ -z $stopping ]]; then
  name='The backend'
  [[ $ended != "$nginx" ]] || name=nginx
  log ERROR "$name ended unexpectedly with $(reason "$status")."
  exit 1
fi

log INFO 'Stopping. Running streams may finish.'
while kill -QUIT "$nginx" 2>/dev/null; do # repeated, because an nginx that has just started ignores it
  sleep 0.2
done
stop_backend
