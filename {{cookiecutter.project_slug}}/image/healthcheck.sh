#!/usr/bin/env bash
# healthcheck.sh [PORT]: succeeds if GET /api/health returns 200. The default port is nginx's.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/settings.sh"
exec 3<>"/dev/tcp/127.0.0.1/${1:-$PORT}" || exit 1
printf 'GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 3 -u 3 _ status _ && [[ $status == 200 ]]
