"""The fenced blocks of a Markdown file.

What stands after the language says what becomes of a block: `run` runs it as it is printed, `norun`
and a reason says why not, and `json` can be tied to what a server really sent: `answer` to the output
of the `sh run` block above it, `event:name`, `ack:name` and so on to what `events.mjs` overheard.
"""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass
class Block:
    file: str
    line: int
    language: str
    words: list[str]
    text: str

    def __str__(self):
        return f"{self.file}:{self.line}"

    @property
    def first(self):
        return self.words[0] if self.words else ""


def documents():
    return sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def read(file):
    return (ROOT / file).read_text(encoding="utf-8")


def blocks(file):
    found, open_block = [], None
    for number, line in enumerate(read(file).splitlines(), start=1):
        fence = re.match(r"```\s*(.*)$", line)
        if fence and open_block is None:
            language, *words = fence[1].split() or [""]
            open_block = Block(file, number, language, words, "")
        elif fence:
            found.append(open_block)
            open_block = None
        elif open_block is not None:
            open_block.text += line + "\n"
    assert open_block is None, f"{open_block}: the block has no end"
    return found
