"""What the machine itself can do, and what processes have used of it: the figures that stand beside every ratio."""
import os
import pathlib
import tempfile
import time

TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid, children=False):
    """CPU seconds of a process (with those of its ended children)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    used = int(fields[11]) + int(fields[12])
    if children:
        used += int(fields[13]) + int(fields[14])
    return used / TICK


def cpu_of_tree(parent):
    """CPU seconds of a process, its living children, and the ended ones: a PostgreSQL cluster by its postmaster."""
    total = cpu_of(parent, children=True)
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                    total += cpu_of(entry.name)
            except (OSError, IndexError):
                continue  # it ended meanwhile: counted with the parent's children next time
    return total


def syncs_per_second(seconds=1.5):
    with tempfile.NamedTemporaryFile() as file:
        end, n = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            file.write(b"x" * 8192)
            file.flush()
            os.fdatasync(file.fileno())
            n += 1
        return n / seconds


def describe():
    model = "?"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {"cores": os.cpu_count(), "cpu": model, "fdatasync_per_s": round(syncs_per_second()), "load_before": round(os.getloadavg()[0], 2)}
