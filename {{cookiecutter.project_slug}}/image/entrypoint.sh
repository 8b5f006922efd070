#!/usr/bin/env bash
# The container's first process: starts the backend, then nginx, and ends when either ends.
#
# SIGTERM or SIGINT: nginx stops accepting and finishes what runs, for at most GRACE_SECONDS; then
# the backend stops; exit status 0. If one of the two dies, it says which and why, and the exit
# status is 1, so that the platform starts the container again. Bash as process 1 also reaps orphans.
set -uo pipefail
here=$(dirname "$0")

say() { echo "entrypoint: $*" >&2; }

why() { # STATUS of a process that ended
  if (($1 > 128)); then echo "signal $(kill -l "$1")"; else echo "status $1"; fi
}

"$here/render-config.sh" >/tmp/nginx.conf || exit 2
if [[ ${1:-} == test ]]; then
  exec nginx -t -q -e stderr -c /tmp/nginx.conf
fi

sleep infinity & # ends when a signal asks to stop, whatever is under way then
pause=$!
stopping=''
trap 'stopping=1; kill "$pause" 2>/dev/null' TERM INT

rm -f /tmp/backend.sock
BACKEND_SOCKET=/tmp/backend.sock python -m app &
backend=$!

stop_backend() {
  for ((tries = 0; tries < 25; tries++)); do
    kill -TERM "$backend" 2>/dev/null || exit 0
    sleep 0.2
  done
  say 'the backend did not stop and is killed'
  exit 0
}

# Platforms that look only at the port send requests once it is open: so not before the backend answers.
deadline=$((SECONDS + START_SECONDS))
until "$here/healthcheck.sh" "$BACKEND_PORT" 2>/dev/null; do
  [[ -z $stopping ]] || stop_backend
  if ! kill -0 "$backend" 2>/dev/null; then
    wait "$backend"
    say "the backend ended with $(why $?) before it answered"
    exit 1
  fi
  if ((SECONDS >= deadline)); then
    say "the backend did not answer within $START_SECONDS s"
    exit 1
  fi
  sleep 0.05
done

nginx -e stderr -c /tmp/nginx.conf &
nginx=$!
wait -n -p ended "$backend" "$nginx" "$pause"
status=$?
if [[ -z $stopping ]]; then
  name='the backend'
  [[ $ended != "$nginx" ]] || name=nginx
  say "$name ended unexpectedly with $(why "$status")"
  exit 1
fi

say 'stopping; running streams may finish'
while kill -QUIT "$nginx" 2>/dev/null; do # again, for one that has only just started
  sleep 0.2
done
stop_backend
