// Read-only documents of the built-in library, served by the language server.
"use strict";

const vscode = require("vscode");

const SCHEME = "wat-builtin";

/** Provides the text of `wat-builtin:` documents through `client()`. */
class BuiltinDocuments {
  constructor(client) {
    this.client = client;
  }

  async provideTextDocumentContent(uri, token) {
    const client = await this.client();
    if (!client) throw new Error("the wat language server is not running");
    const answer = await client.sendRequest("wat/textDocumentContent", { uri: uri.toString(true) }, token);
    return answer.text;
  }
}

/** Registers the provider. */
function register(context, client) {
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, new BuiltinDocuments(client)),
  );
}

module.exports = { SCHEME, register };
