"""Wall time and peak memory of whole processes."""

import mmap
import os
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Run:
    """One finished process: seconds, peak resident bytes, output."""

    seconds: float
    peak: int
    output: str


def run(command, directory=None):
    """Runs a command to its end; a status other than 0 is an error."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        # The outputs measured here are far below the capacity of a pipe, so waiting first cannot block.
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output, errors = child.stdout.read(), child.stderr.read()
    if child.returncode != 0:
        text = (output + errors).decode(errors="replace")[-2000:]
        raise RuntimeError(f"{' '.join(map(str, command))} ended with status {child.returncode}\n{text}")
    return Run(seconds, usage.ru_maxrss * 1024, output.decode())


def resident(command):
    """The largest resident set of a process and its children, in bytes, from the start of `command` to its first line of
    output, after which it has to wait for input. What `wait4` tells of a process includes what it was forked from."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        running.stdout.readline()
        with open(f"/proc/{running.pid}/task/{running.pid}/children") as file:
            pids = [running.pid, *file.read().split()]
        return max(1024 * high_water(pid) for pid in pids)


def high_water(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


def touch(size):
    """Writes to every page of so much memory and gives it back. A host that takes back what its virtual machine does not
    use (free page reporting) makes the first touch of a page dear: 10 µs and more each, which is the host's time. What was
    in use a moment ago is still there for the next process."""
    size = size // mmap.PAGESIZE * mmap.PAGESIZE
    if size == 0:
        return
    # A process of its own: what this one has held counts as held by those that it starts.
    child = os.fork()
    if child == 0:
        memory = mmap.mmap(-1, size)
        memory[:: mmap.PAGESIZE] = b"\1" * (size // mmap.PAGESIZE)
        os._exit(0)
    os.waitpid(child, 0)


def interleaved(commands, rounds, directory=None):
    """Runs the commands one after the other, `rounds` times, after one round that does not count, so that whatever
    disturbs the machine disturbs all of them alike. Before each run the memory that any of them takes is touched. Gives
    the list of runs of each."""
    results = [[] for _ in commands]
    peak = 0
    for number in range(rounds + 1):
        for result, command in zip(results, commands):
            touch(peak * 5 // 4)
            measured = run(command, directory)
            peak = max(peak, measured.peak)
            if number > 0:
                result.append(measured)
    return results
