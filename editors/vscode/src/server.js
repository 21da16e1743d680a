// Finding and starting the language server.
"use strict";

const fs = require("fs");
const path = require("path");
const vscode = require("vscode");
const { LanguageClient, RevealOutputChannelOn } = require("vscode-languageclient/node");
const { isWebAssembly } = require("./dialect");
const { SCHEME } = require("./builtin");

function executable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The wat binary: the setting, `.wat/bin/wat` of a trusted workspace, `PATH`; undefined when there is none. */
function findBinary() {
  const configured = vscode.workspace.getConfiguration("wat").get("server.path", "").trim();
  if (configured) return configured;
  const names = process.platform === "win32" ? ["wat.exe"] : ["wat"];
  if (vscode.workspace.isTrusted) {
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      for (const name of names) {
        const local = path.join(folder.uri.fsPath, ".wat", "bin", name);
        if (executable(local)) return local;
      }
    }
  }
  for (const directory of (process.env.PATH ?? "").split(path.delimiter)) {
    for (const name of names) {
      const candidate = path.join(directory, name);
      if (directory && executable(candidate)) return candidate;
    }
  }
  return undefined;
}

// WebAssembly text shares the extension; such documents never reach the server.
const middleware = {
  didOpen: async (document, next) => (isWebAssembly(document.getText()) ? undefined : next(document)),
};

/** A client, not yet started, or undefined when there is no binary. */
function createClient(output) {
  const command = findBinary();
  if (!command) return undefined;
  const args = ["lsp", ...vscode.workspace.getConfiguration("wat").get("server.extraArgs", [])];
  const run = { command, args };
  return new LanguageClient(
    "wat",
    "wat",
    { run, debug: run },
    {
      documentSelector: [
        { language: "wat", scheme: "file" },
        { language: "wat", scheme: "untitled" },
        { language: "wat", scheme: SCHEME },
      ],
      outputChannel: output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      connectionOptions: { maxRestartCount: 5 },
      initializationOptions: { formatOnSave: vscode.workspace.getConfiguration("wat").get("formatOnSave", false) },
      synchronize: { configurationSection: "wat" },
      middleware,
    },
  );
}

module.exports = { createClient, findBinary };
