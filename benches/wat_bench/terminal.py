"""A REPL on a pseudo-terminal."""

import os
import pty
import time

PROMPT = b"wat:1> "


def first_prompt(wat):
    """Seconds from starting the process to the first prompt on the screen."""
    start = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.chdir("/")
        os.environ["TERM"] = "xterm"
        os.execv(wat, [wat, "repl", "--history", "none"])
    seen = b""
    while PROMPT not in seen:
        try:
            seen += os.read(terminal, 4096)
        except OSError:
            raise RuntimeError(f"the REPL ended without a prompt: {seen!r}") from None
    seconds = time.perf_counter() - start
    os.write(terminal, b"\x04")
    try:
        while os.read(terminal, 4096):
            pass
    except OSError:
        # A terminal whose last process has ended reads as an error.
        pass
    os.close(terminal)
    os.waitpid(child, 0)
    return seconds
