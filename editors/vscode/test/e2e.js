// The packaged extension and the server in a real VS Code: its web server, driven through Chromium.
// node e2e.js EDITORS-DIR; WAT names the binary. Each check prints `ok NAME` or `not ok NAME`.
"use strict";

const { spawn, spawnSync } = require("child_process");
const fs = require("fs");
const net = require("net");
const os = require("os");
const path = require("path");

const editors = path.resolve(process.argv[2] ?? ".editors");
const vscode = path.join(editors, "vscode");
const { chromium } = require(path.join(vscode, "npm/node_modules/playwright-core"));

const PATIENCE = 30_000; // milliseconds
const SPACED = "(:wat::core::defn :demo::pick\n  [m <- :wat::core::HashMap<wat::core::String, wat::core::i64>]\n  -> :wat::core::i64\n  0)\n";
const UGLY = "(:wat::core::let   [a 1]\n  (:demo::one   a))\n";
const NEAT = "(:wat::core::let\n  [a 1]\n  (:demo::one a))\n";

let failed = false;

// The steps build on each other: after a failure the rest would only wait.
async function check(name, run) {
  if (failed) return console.log(`not ok VS Code: ${name}: not reached`);
  try {
    await run();
    console.log(`ok VS Code: ${name}`);
  } catch (problem) {
    failed = true;
    console.log(`not ok VS Code: ${name}\n  ${String(problem.message ?? problem).replaceAll("\n", "\n  ")}`);
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

// A fresh installation: the extension, its settings, and a folder with files.
function prepare(home) {
  for (const folder of ["extensions", "user/data/User", "project"]) fs.mkdirSync(path.join(home, folder), { recursive: true });
  const settings = {
    "security.workspace.trust.enabled": false,
    "workbench.startupEditor": "none",
    "editor.minimap.enabled": false,
    "wat.server.path": path.resolve(process.env.WAT),
    "wat.formatOnSave": true,
  };
  for (const file of ["user/data/User/settings.json", "user/data/Machine/settings.json"]) {
    fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    fs.writeFileSync(path.join(home, file), JSON.stringify(settings));
  }
  fs.writeFileSync(path.join(home, "project/main.wat"), SPACED);
  fs.writeFileSync(path.join(home, "project/ugly.wat"), UGLY);
  fs.writeFileSync(path.join(home, "project/module.wat"), "(module\n  (func $f))\n");
  const install = spawnSync(
    process.execPath,
    [
      path.join(vscode, "server/out/server-main.js"), "--install-extension", path.resolve(__dirname, "../wat-lang.vsix"),
      "--extensions-dir", path.join(home, "extensions"), "--server-data-dir", path.join(home, "user"), "--accept-server-license-terms",
    ],
    { encoding: "utf8" },
  );
  if (install.status !== 0) throw new Error(`the extension is not installed: ${install.stdout}${install.stderr}`);
}

// Starts the web server and waits until it says that it listens.
function serve(home, port) {
  const args = ["--extensions-dir", path.join(home, "extensions"), "--server-data-dir", path.join(home, "user")];
  const server = spawn(path.join(vscode, "start"), [String(port), ...args], { stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (data) => {
      said += data;
      if (said.includes("Extension host agent listening")) resolve(server);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.on("exit", (code) => reject(new Error(`the web server ended with ${code}: ${said}`)));
  });
}

class Editor {
  constructor(page) {
    this.page = page;
  }

  async open(name) {
    await this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).first().dblclick();
    await this.page.locator(".tab.active", { hasText: name }).waitFor();
    await this.page.locator(".editor-instance .view-lines").first().waitFor();
  }

  async go(line, column) {
    await this.page.keyboard.press("Control+G");
    await this.page.locator(".quick-input-widget input").fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  // The lines in the order in which they are seen; the DOM keeps them in another one.
  async text() {
    const lines = await this.page.locator(".editor-instance .view-lines").first().evaluate((view) => {
      const rows = [...view.querySelectorAll(".view-line")];
      rows.sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top));
      return rows.map((row) => row.innerText.replace(/\n$/, ""));
    });
    return lines.join("\n").replaceAll("\u00a0", " ");
  }

  async until(condition) {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const seen = await condition();
      if (seen === true) return;
      if (Date.now() > end) throw new Error(`seen at last: ${JSON.stringify(seen)}`);
      await this.page.waitForFunction(() => new Promise((resolve) => requestAnimationFrame(() => resolve(true))));
    }
  }

  language() {
    return this.page.locator("#status\\.editor\\.mode");
  }

  squiggles() {
    return this.page.locator(".editor-instance .squiggly-error");
  }
}

async function scenario(home, port) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(PATIENCE);
    const project = path.join(home, "project");
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(project)}`);
    await page.locator(".monaco-workbench .explorer-folders-view", { hasText: "main.wat" }).waitFor();
    const editor = new Editor(page);

    await check("a .wat file is wat in a fresh installation", async () => {
      await editor.open("main.wat");
      await editor.until(async () => (await editor.language().innerText()) === "wat" || editor.language().innerText());
    });
    await check("the whitespace in the keyword has a squiggle", () => editor.squiggles().first().waitFor());
    await check("the problem is WAT1010", async () => {
      await page.keyboard.press("Control+Shift+M");
      await page.locator(".markers-panel", { hasText: "WAT1010" }).first().waitFor();
      await page.keyboard.press("Control+Shift+M");
    });
    await check("the quick fix changes the text", async () => {
      await page.locator(".editor-instance .view-lines").first().click();
      await editor.go(2, 1 + SPACED.split("\n")[1].indexOf(", ") + 1);
      await page.keyboard.press("Control+.");
      await page.locator(".action-widget .monaco-list-row").first().waitFor();
      await page.keyboard.press("Enter");
      await editor.until(async () => {
        const text = await editor.text();
        return text.includes("String,wat::core::i64") || text;
      });
    });
    await check("the squiggle disappears", () => editor.squiggles().first().waitFor({ state: "detached" }));
    await check("the saved file is fixed and nothing else", async () => {
      await page.keyboard.press("Control+S");
      await editor.until(async () => {
        const saved = fs.readFileSync(path.join(project, "main.wat"), "utf8");
        return saved === SPACED.replace(", ", ",") || saved;
      });
    });
    await check("a (module file is left to WebAssembly", async () => {
      await editor.open("module.wat");
      await editor.until(async () => {
        const name = await editor.language().innerText();
        return name === "WebAssembly Text Format" || name;
      });
      if ((await editor.squiggles().count()) > 0) throw new Error("it has squiggles");
    });
    await check("Format Document gives the one layout", async () => {
      await editor.open("ugly.wat");
      await page.locator(".editor-instance .view-lines").first().click();
      await editor.go(2, 4);
      await page.keyboard.press("Control+Shift+I");
      await editor.until(async () => {
        const text = await editor.text();
        return text.trimEnd() === NEAT.trimEnd() || text;
      });
    });
    await check("a line break in a form is indented", async () => {
      await editor.go(2, 7);
      await page.keyboard.press("Enter");
      await editor.until(async () => {
        const text = await editor.text();
        return text.includes("  [a 1\n   ]") || text;
      });
    });
    await check("the file is formatted when it is saved", async () => {
      await page.keyboard.press("Control+S");
      await editor.until(async () => {
        const saved = fs.readFileSync(path.join(project, "ugly.wat"), "utf8");
        return saved === NEAT || saved;
      });
    });
    await check("definition opens the built-in library", async () => {
      await editor.open("main.wat");
      await editor.go(1, 5);
      await page.keyboard.press("F12");
      await page.locator(".tab.active", { hasText: "main.wat" }).waitFor({ state: "detached" });
      await editor.until(async () => {
        const text = await editor.text();
        return text.includes(":wat::core::defn") || text;
      });
    });
    if (failed) await page.screenshot({ path: path.join(os.tmpdir(), "wat-vscode.png") });
  } finally {
    await browser.close();
  }
}

async function main() {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "wat-vscode-"));
  let server;
  try {
    prepare(home);
    const port = await freePort();
    server = await serve(home, port);
    await scenario(home, port);
  } catch (problem) {
    failed = true;
    console.log(`not ok VS Code: the scenario runs to its end\n  ${problem.stack}`);
  } finally {
    if (server && server.exitCode === null) {
      const ended = new Promise((resolve) => server.on("exit", resolve));
      server.removeAllListeners("exit");
      server.on("exit", () => {});
      const gone = new Promise((resolve) => server.once("close", resolve));
      server.kill();
      await Promise.race([ended, gone]);
    }
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
  process.exit(failed ? 1 : 0);
}

main();
