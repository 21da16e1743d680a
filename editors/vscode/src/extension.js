// The wat extension: wires the language server, the built-in library's documents and two terminal commands.
"use strict";

const vscode = require("vscode");
const { isWebAssembly } = require("./dialect");
const builtin = require("./builtin");
const { createClient, findBinary } = require("./server");

let output;
let starting; // a promise of the running client, or of undefined

async function start() {
  const client = createClient(output);
  if (!client) {
    output.error("no `wat` binary: set `wat.server.path` or put `wat` on PATH");
    const settings = "Open Settings";
    vscode.window.showWarningMessage("wat: no `wat` binary was found.", settings).then((chosen) => {
      if (chosen) vscode.commands.executeCommand("workbench.action.openSettings", "wat.server.path");
    });
    return undefined;
  }
  await client.start();
  return client;
}

function launch() {
  starting = start().catch((problem) => {
    output.error(`the language server did not start: ${problem.message ?? problem}`);
    return undefined;
  });
  return starting;
}

async function stop() {
  const client = await starting;
  starting = undefined;
  await client?.stop();
}

// Hands a document that begins with `(module` back to WebAssembly.
async function leaveWebAssembly(document) {
  if (document.languageId === "wat" && isWebAssembly(document.getText())) {
    await vscode.languages.setTextDocumentLanguage(document, "webassembly-text");
  }
}

function terminal(name, args) {
  const binary = findBinary();
  if (!binary) {
    vscode.window.showErrorMessage("wat: no `wat` binary was found; set `wat.server.path`.");
    return;
  }
  vscode.window.createTerminal({ name, shellPath: binary, shellArgs: args }).show();
}

async function runFile() {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "wat") return;
  await document.save();
  terminal("wat run", ["run", document.uri.fsPath]);
}

async function activate(context) {
  output = vscode.window.createOutputChannel("wat", { log: true });
  context.subscriptions.push(
    output,
    vscode.workspace.onDidOpenTextDocument(leaveWebAssembly),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("wat.server")) await stop().then(launch);
    }),
    vscode.commands.registerCommand("wat.restartServer", () => stop().then(launch)),
    vscode.commands.registerCommand("wat.showOutput", () => output.show()),
    vscode.commands.registerCommand("wat.runFile", runFile),
    vscode.commands.registerCommand("wat.startRepl", () => terminal("wat repl", ["repl"])),
  );
  builtin.register(context, () => starting);
  await Promise.all(vscode.workspace.textDocuments.map(leaveWebAssembly));
  launch();
}

function deactivate() {
  return stop();
}

module.exports = { activate, deactivate };
