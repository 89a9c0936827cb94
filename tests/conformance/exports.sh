#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The plugin shares a process with Orthanc and other plugins: it shows the four entry points of the
# plugin interface and nothing else, nor any symbol that would pin it in memory (STB_GNU_UNIQUE).
set -eu
wanted="OrthancPluginFinalize
OrthancPluginGetName
OrthancPluginGetVersion
OrthancPluginInitialize"
found=$(nm -D --defined-only "$1" | awk '{print $NF}' | sort)
if [ "$found" != "$wanted" ]; then
  echo "exported symbols differ:" >&2
  echo "$found" >&2
  exit 1
fi
