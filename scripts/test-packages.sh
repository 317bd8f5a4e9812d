#!/bin/sh
# Installs the Debian packages that the tests drive (Chromium, PostgreSQL), if this is Debian and we are root.
# What stays missing is a skip that names it, or a failure with CI=true.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-dejavu-core"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed, and this is not root on Debian:$missing (their tests are skipped)" >&2
    exit 0
fi
echo "installing$missing ..." >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
