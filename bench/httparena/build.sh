#!/bin/sh
# HttpArena runs this in the place of `docker build FOLDER`: the image holds usquic's own sources, which are not in this
# folder once it is copied to frameworks/usquic. They are those in USQUIC_SOURCE, or the tree that this folder is in, or
# are fetched from the repository that meta.json names.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=${USQUIC_SOURCE:-}
if [ -z "$source" ] && [ -f "$here/../../include/usquic/usquic.h" ]; then
  source=$here/../..
elif [ -z "$source" ]; then
  repository=$(sed -n 's/^ *"repo": "\(.*\)",$/\1/p' "$here/meta.json")
  [ -n "$repository" ] || { echo "build.sh: meta.json names no repository; USQUIC_SOURCE takes a folder" >&2; exit 1; }
  source=$here/source
  [ -d "$source" ] || git clone --depth 1 "$repository" "$source"
fi
docker build -t httparena-usquic -f "$here/Dockerfile" "$source"
