#!/usr/bin/env bash
# Prints nginx.conf with the settings from the environment. If some are invalid, prints a sentence for each to
# stderr and exits with status 2.
set -euo pipefail

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR
source "$here/settings.sh"

config=$(<"$here/nginx.conf")
valid=true

reject() { # SENTENCE
  echo "$1" >&2
  valid=false
}

check_number() { # NAME LOWEST HIGHEST
  local value=${!1-}
  if [[ ! $value =~ ^(0|[1-9][0-9]{0,8})$ ]] || ((value < $2 || value > $3)); then
    reject "$1 is ${value@Q}. Set it to a whole number from $2 to $3."
  fi
}

set_number() { # NAME LOWEST HIGHEST
  check_number "$@"
  config=${config//"@$1@"/${!1}}
}

is_network() { # ADDRESS or ADDRESS/PREFIX
  local byte='(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])' group='[0-9a-fA-F]{1,4}'
  local ipv4="^$byte(\.$byte){3}(/(3[0-2]|[12]?[0-9]))?$"
  local address="(($group:){7}$group|($group(:$group)*)?::($group(:$group)*)?)"
  local ipv6="^$address(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?$"
  [[ $1 =~ $ipv4 || ($1 =~ $ipv6 && $1 != *:*:*:*:*:*:*:*:*) ]]
}

if [[ ${BACKEND_PORT-} == *://* ]]; then
  reject "BACKEND_PORT is ${BACKEND_PORT@Q}, which Kubernetes sets for a Service named 'backend'. Set enableServiceLinks: false in the pod's spec."
else
  check_number BACKEND_PORT 1 65535
fi
set_number PORT 1 65535
if [[ $PORT == "${BACKEND_PORT-}" ]]; then
  reject "PORT and BACKEND_PORT are both '$PORT'. Set PORT to another port."
fi

check_number START_SECONDS 1 3600
set_number GRACE_SECONDS 1 3600
set_number NGINX_WORKERS 1 256
set_number MAX_BODY_BYTES 1 999999999
set_number STREAM_REQUESTS_PER_MINUTE 1 1000000

[[ $LOG_FORMAT == json || $LOG_FORMAT == text ]] || reject "LOG_FORMAT is ${LOG_FORMAT@Q}. Set it to json or text."
config=${config//@LOG_FORMAT@/$LOG_FORMAT}

read -r -d '' -a networks <<<"$TRUSTED_PROXIES" || true # read reports the missing delimiter
geo='' real_ip=''
for network in "${networks[@]}"; do
  is_network "$network" ||
    reject "TRUSTED_PROXIES contains ${network@Q}. Set it to addresses or networks such as 10.0.0.0/8, separated by spaces."
  geo+="    $network 1;"$'\n'
  real_ip+="  set_real_ip_from $network;"$'\n'
done
config=${config//@TRUSTED_PROXIES_GEO@/${geo%$'\n'}}
config=${config//@TRUSTED_PROXIES_REAL_IP@/${real_ip%$'\n'}}

$valid || exit 2

seconds_per_stream=$(((STREAM_REQUESTS_PER_MINUTE + 59) / STREAM_REQUESTS_PER_MINUTE))
config=${config//@STREAM_RETRY_AFTER@/$seconds_per_stream}
if [[ ! -e /proc/net/if_inet6 ]]; then # listening would fail if the kernel has no IPv6
  config=$(grep -vF 'listen [::]' <<<"$config")
fi

printf '%s\n' "$config"
