"""A language client that does just enough to measure `wat lsp`: it speaks JSON-RPC over stdio and waits."""

import json
import os
import pathlib
import re
import subprocess
import time


class Client:
    """One running server. Whatever the server asks, the answer is null."""

    def __init__(self, wat, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.server = subprocess.Popen(
            [wat, "lsp"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.versions = {}
        self.next = 0
        capabilities = {"general": {"positionEncodings": ["utf-16"]}, "textDocument": {"publishDiagnostics": {}}}
        root = self.directory.as_uri()
        self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": root,
                "workspaceFolders": [{"uri": root, "name": "bench"}],
                "capabilities": capabilities,
            },
        )
        self.notify("initialized", {})

    def uri(self, path):
        return (self.directory / path).as_uri()

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.server.stdin.flush()

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def request(self, method, params):
        self.next += 1
        self.send({"id": self.next, "method": method, "params": params})
        wanted = self.next
        while True:
            message = self.receive()
            if message.get("id") == wanted and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message.get("result")

    def receive(self):
        length = None
        while True:
            line = self.server.stdout.readline()
            if not line:
                raise RuntimeError(f"the server ended with status {self.server.wait()}")
            if line.strip() == b"":
                break
            name, value = line.split(b":", 1)
            if name.lower() == b"content-length":
                length = int(value)
        message = json.loads(self.server.stdout.read(length))
        if "id" in message and "method" in message:
            self.send({"id": message["id"], "result": None})
        return message

    def open(self, path):
        text = (self.directory / path).read_text(encoding="utf-8")
        self.versions[path] = 1
        document = {"uri": self.uri(path), "languageId": "wat", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return text

    def change(self, path, start, end, text):
        self.versions[path] += 1
        edit = {"range": {"start": start, "end": end}, "text": text}
        document = {"uri": self.uri(path), "version": self.versions[path]}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [edit]})

    def diagnostics(self, path):
        """Waits for the diagnostics of the newest version of the document."""
        uri = self.uri(path)
        while True:
            message = self.receive()
            if message.get("method") != "textDocument/publishDiagnostics" or message["params"]["uri"] != uri:
                continue
            if message["params"].get("version", self.versions[path]) == self.versions[path]:
                return message["params"]["diagnostics"]

    def close(self):
        self.request("shutdown", None)
        self.notify("exit", None)
        self.server.stdin.close()
        return self.server.wait()

    def peak(self):
        """Peak resident bytes so far."""
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


def errors(diagnostics):
    return sum(1 for item in diagnostics if item.get("severity") == 1)


def edits(wat, directory, root, path, mark, count):
    """Opens the program, then types and deletes one character behind what a pattern finds, `count` edits in all. Gives the
    time to the first diagnostics, the time from each edit to the diagnostics of its version, and the peak memory.
    Each answer is checked: the typed character breaks a name, the deleted one mends it."""
    start = time.perf_counter()
    client = Client(wat, directory)
    client.open(root)
    text = client.open(path)
    if errors(client.diagnostics(path)):
        raise RuntimeError(f"{path} has errors before the first edit")
    first = time.perf_counter() - start
    before = text[: re.search(mark, text).end()]
    line = before.count("\n")
    column = len(before.rsplit("\n", 1)[-1].encode("utf-16-le")) // 2
    here, after = {"line": line, "character": column}, {"line": line, "character": column + 1}
    latencies = []
    for number in range(count):
        typed = number % 2 == 0
        start = time.perf_counter()
        client.change(path, here, here if typed else after, "x" if typed else "")
        found = errors(client.diagnostics(path))
        latencies.append(time.perf_counter() - start)
        if (found > 0) != typed:
            raise RuntimeError(f"edit {number}: {found} errors")
    peak = client.peak()
    client.close()
    return first, latencies, peak
