"""A small disk of this process alone: it is mounted in a name space of its own (`unshare --mount`) and gone with that."""

import os
import subprocess

from desk import NotRun


def mount(*words):
    done = subprocess.run(["mount", *map(str, words)], text=True, capture_output=True, check=False)
    if done.returncode:
        raise NotRun(f"mount {' '.join(map(str, words))}: {done.stderr.strip()}")


class Disk:
    """So many MiB in memory; or on ext4 in a file, which takes root."""

    def __init__(self, path, size, ext4=False):
        self.path, self.filler, self.ext4 = path, path / "filler", ext4
        path.mkdir()
        if ext4:
            image = path.with_suffix(".img")
            with open(image, "wb") as file:
                file.truncate(size << 20)
            subprocess.run(["/usr/sbin/mkfs.ext4", "-q", "-F", str(image)], check=True)
            mount("-o", "loop,errors=remount-ro", image, path)
        else:
            mount("-t", "tmpfs", "-o", f"size={size}m", "tmpfs", path)

    def fill(self, leave=0):
        """All but `leave` bytes."""
        with open(self.filler, "ab", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while size > 1 or leave == 0:
                        file.write(bytes(size))
                except OSError:
                    continue
            if leave:
                file.truncate(max(0, file.tell() - leave))

    def free(self):
        self.filler.unlink(missing_ok=True)

    def read_only(self, start=True):
        mount("-o", "remount,ro" if start else "remount,rw", self.path)

    def break_down(self):
        """The file system finds itself damaged, and takes no writes any more, whatever is open."""
        device = subprocess.run(["findmnt", "-n", "-o", "SOURCE", self.path], text=True, capture_output=True, check=True)
        name = os.path.basename(device.stdout.strip())
        with open(f"/sys/fs/ext4/{name}/trigger_fs_error", "w", encoding="ascii") as file:
            file.write("fault")

    def end(self):
        subprocess.run(["umount", self.path], check=True)
