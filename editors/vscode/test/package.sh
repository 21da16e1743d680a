#!/usr/bin/env bash
# Packages the extension and checks what the archive holds.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
check() {
  local name=$1
  shift
  if "$@" >/dev/null 2>&1; then echo "ok $name"; else echo "not ok $name"; fi
}
rm -f wat-lang.vsix
log=$(mktemp)
{ npm ci --no-audit --no-fund && npm run package; } >"$log" 2>&1 || { echo 'not ok the extension is packaged'; cat "$log"; exit 1; }
rm -f "$log"
echo 'ok the extension is packaged'
list=$(python3 -m zipfile -l wat-lang.vsix)
for file in package.json dist/extension.js syntaxes/wat.tmLanguage.json syntaxes/webassembly-text.tmLanguage.json snippets/wat.json \
  language-configuration.json webassembly-configuration.json LICENSE-MIT LICENSE-APACHE THIRD-PARTY-NOTICES.txt readme.md; do
  check "the package holds $file" grep -q "^extension/$file " <<<"$list"
done
if grep -Eq '^extension/(node_modules|src|test)/' <<<"$list"; then echo 'not ok the package holds only what is used'; else echo 'ok the package holds only what is used'; fi
check 'the bundle parses' node --check dist/extension.js
node test/dialect.js
