#!/usr/bin/env bash
# Prints nginx.conf with the settings of the environment, or says which of them is wrong.
set -euo pipefail

fail() {
  echo "$1" >&2
  exit 2
}

config=$(<"$(dirname "$0")/nginx.conf")

set_number() { # NAME LOWEST HIGHEST
  local value=${!1:-}
  if [[ ! $value =~ ^(0|[1-9][0-9]{0,8})$ ]] || ((value < $2 || value > $3)); then
    fail "$1 is '$value'; set it to a whole number from $2 to $3."
  fi
  config=${config//"@$1@"/$value}
}

set_number PORT 1 65535
set_number NGINX_WORKERS 1 256
set_number GRACE_SECONDS 1 3600
set_number MAX_BODY_BYTES 1 1000000000
set_number STREAM_REQUESTS_PER_MINUTE 1 1000000
config=${config//@STREAM_RETRY_AFTER@/$(((STREAM_REQUESTS_PER_MINUTE + 59) / STREAM_REQUESTS_PER_MINUTE))}

if [[ ! -e /proc/net/if_inet6 ]]; then # listening would fail where the kernel has no IPv6
  config=$(grep -vF 'listen [::]' <<<"$config")
fi

geo='' real_ip=''
for network in ${TRUSTED_PROXIES:-}; do
  [[ $network =~ ^[0-9a-fA-F:.]+(/[0-9]{1,3})?$ ]] ||
    fail "TRUSTED_PROXIES holds '$network'; give addresses or networks such as 10.0.0.0/8, parted by spaces."
  geo+="    $network 1;"$'\n'
  real_ip+="  set_real_ip_from $network;"$'\n'
done
config=${config//@TRUSTED_PROXIES_GEO@/${geo%$'\n'}}
config=${config//@TRUSTED_PROXIES_REAL_IP@/${real_ip%$'\n'}}

printf '%s\n' "$config"
