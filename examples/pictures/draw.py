#!/usr/bin/env python3
"""Runs a command on a terminal and draws what the terminal then shows, as SVG.

    draw.py PICTURE COLUMNS TITLE COMMAND...

The terminal is emulated by pyte (https://pypi.org/project/pyte): what is drawn is the state of its screen, cell by
cell. `draw` beside this file calls it for every picture.
"""

import fcntl
import os
import pty
import struct
import sys
import termios
from html import escape

import pyte

ROWS = 200
WIDTH, HEIGHT, EDGE = 8.4, 18, 14
COLOURS = {
    "default": "#d8dee9",
    "red": "#e06c75",
    "green": "#98c379",
    "brown": "#e5c07b",
    "blue": "#61afef",
    "magenta": "#c678dd",
    "cyan": "#56b6c2",
    "brightblack": "#8a919e",
}


def shown(columns, command):
    """What a command writes to a terminal of so many columns."""
    pid, master = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", TRACEWRIGHT_PAGER="")
        for name in ("NO_COLOR", "CI"):
            os.environ.pop(name, None)
        os.execvp("sh", ["sh", "-c", "sleep 0.2; exec \"$@\"", "sh", *command])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    written = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        written += piece
    os.waitpid(pid, 0)
    return written


def screen(columns, title, written):
    """The screen of a terminal behind a prompt and what a command wrote."""
    terminal = pyte.Screen(columns, ROWS)
    stream = pyte.ByteStream(terminal)
    stream.feed(f"\x1b[32m$\x1b[0m \x1b[1m{title}\x1b[0m\r\n".encode())
    # The emulator knows no faint letters; terminals show them in grey.
    stream.feed(written.replace(b"\x1b[2m", b"\x1b[90m"))
    return terminal


def words(terminal, row, columns):
    """The words of a row, each of one look: column, look, text."""
    found, column = [], 0
    while column < columns:
        cell = terminal.buffer[row][column]
        look = (cell.fg, cell.bold)
        before = terminal.buffer[row][column - 1] if column else None
        if cell.data.strip():
            if before and before.data.strip() and (before.fg, before.bold) == look:
                found[-1][2] += cell.data
            else:
                found.append([column, look, cell.data])
        column += 1
    return found


def svg(terminal, columns):
    """The screen as it is, down to its last line."""
    rows = max((row for row in range(ROWS) if terminal.display[row].strip()), default=0) + 1
    width, height = columns * WIDTH + 2 * EDGE, rows * HEIGHT + 2 * EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">',
        f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#22262e"/>',
        '<g font-family="DejaVu Sans Mono,Menlo,Consolas,monospace" font-size="14">',
    ]
    for row in range(rows):
        for column, (colour, bold), text in words(terminal, row, columns):
            weight = ' font-weight="bold"' if bold else ""
            lines.append(
                f'<text x="{EDGE + column * WIDTH:.1f}" y="{EDGE + row * HEIGHT + 14}"'
                f' textLength="{len(text) * WIDTH:.1f}" lengthAdjust="spacingAndGlyphs"'
                f' fill="{COLOURS.get(colour, COLOURS["default"])}"{weight}>{escape(text)}</text>'
            )
    return "\n".join([*lines, "</g>", "</svg>", ""])


def main():
    picture, columns, title, *command = sys.argv[1:]
    terminal = screen(int(columns), title, shown(int(columns), command))
    with open(picture, "w", encoding="utf-8") as file:
        file.write(svg(terminal, int(columns)))


if __name__ == "__main__":
    main()
