#!/usr/bin/env bash
# Runs clang-format with the given arguments over the sources that git knows or would add. CLANG_FORMAT
# names another program. Versions differ in details: what counts is 14, Debian 12's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=${CLANG_FORMAT:-clang-format}
if ! command -v "$program" >/dev/null; then
  echo "format: $program is missing" >&2
  echo "  try       apt-get install clang-format, or CLANG_FORMAT= another one" >&2
  exit 1
fi
git ls-files -z --cached --others --exclude-standard '*.h' '*.hpp' '*.c' '*.cpp' |
  while IFS= read -r -d '' file; do [[ -f $file ]] && printf '%s\0' "$file"; done |
  xargs -0 -r -n 40 "$program" --style=file "$@"
