"""Feed broken files to `read_incidents`: every outcome is incidents with an account, or our error.

Run as ``python tools/fuzz_intake.py [--cases 20000] [--seed 1] [--seconds 7200]``. Cases are random
bytes and the files of the corpus, changed: bits, lengths, chunks, headers, lines, suffixes, and the
parts inside workbooks. ``--only .xls`` changes the files of one suffix. Each case is known by its
seed and number, so ``--seed 1 --case 4711`` (and the same ``--only``) runs one again. What is found
lies in ``--out``, one folder a finding, and makes the exit code 1.

Found is: an error that is not ours, a warning, an account that does not add up, more than ten
seconds, more than 1 GB, a process that dies, and any file written or connection made.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
SUFFIXES = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".gpkg", ".geojson", ".json", ".shp",
    ".parquet",
)  # fmt: skip
SIDECARS = (".shx", ".dbf", ".prj", ".cpg")
TEXT = (".csv", ".tsv", ".txt", ".geojson", ".json")
ZIPPED = (".xlsx", ".ods")

SECONDS_AT_MOST = 10
BYTES_AT_MOST = 1 << 30
# Address space, of which libraries reserve far more than they use.
_ADDRESSES_AT_MOST = 6 << 30
_BATCH = 500
_LONGEST_CASE = 300_000

_TOKENS = [
    token.encode()
    for token in (
        '"', '""', "'", ";", ",", "\t", "\r", "\n", "\r\n", "\0", "\ufeff", "\u2028", "\u202e",
        "\u00a0", "\u2212", "å", "ä", "a\u030a", "😀", "\x1a", "sep=,\n", "nan", "inf", "-inf",
        "1e999", "-0", "0", "9" * 40, "1e-320", "0x1F", "NULL", "=1+1", "{{7*7}}", "<b>", "%s%n",
        "../", "2026-02-30", "2026-13-01", "0000-00-00", "9999-12-31", "99999999", "v. 53 2025",
        "2026-W60", "24:01", "25:00", "kl 99", "60000", "-1", "1/13 2026", "29/2 -25",
        "2026-03-29 02:30", "2026-03-29T02:30+99:99", "17°61'00\"", "59,4281", "6591436.9",
        "147247", "1621814", "200001012392", "070-174 06 05", "POINT (1 2)", "null", "[]", "{}",
        "true", '{"type":', "datum", "tid", "kategori", "adress", "easting", "northing",
        "longitude", "lat", "x", "y", "fr.o.m.", "t.o.m.", "klockslag", "vecka", "vikt", "källa",
        "id", "geometry", "row", "Summa",
    )
]  # fmt: skip
_TOKENS += [b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\x80\x05"]
_TOKENS += [b"PK\x03\x04", b"PAR1"]


@dataclass(frozen=True)
class Case:
    """One file to read, with its parts, and how it is to be read."""

    files: dict[str, bytes]
    name: str
    options: dict[str, Any]


class FindingError(Exception):
    """Something that must not happen."""


def load_corpus(only: str = "") -> dict[str, bytes]:
    """Read the files that cases are made of: all, or those of one suffix."""
    known = {*([only] if only else SUFFIXES), *SIDECARS}
    paths = sorted(path for path in CORPUS.iterdir() if path.suffix in known)
    return {path.name: path.read_bytes() for path in paths}


def make_case(seed: int, number: int, corpus: dict[str, bytes]) -> Case:
    """Make the case of a number; the same again for the same seed and corpus."""
    rng = random.Random(f"{seed} {number}")  # noqa: S311 - no secret
    options: dict[str, Any] = {}
    if rng.random() < 0.7:
        options["municipality"] = "Sollentuna"
    if rng.random() < 0.2:
        options["crs"] = rng.choice([3006, 3011, 3021, 4326])
    if rng.random() < 0.1:
        options["to_crs"] = 3006
    options["personal_data"] = rng.choice(["mask", "mask", "report", "reject"])
    if rng.random() < 0.12:
        suffix = rng.choice(SUFFIXES)
        content = _noise(rng)
        if rng.random() < 0.5:
            head = rng.choice([name for name in sorted(corpus) if Path(name).suffix in SUFFIXES])
            content = corpus[head][: rng.choice([4, 16, 100, 1024])] + content
        return Case({f"case{suffix}": content}, f"case{suffix}", options)
    name = rng.choice([name for name in sorted(corpus) if Path(name).suffix in SUFFIXES])
    stem, suffix = Path(name).stem, Path(name).suffix
    parts = {"": suffix} | {part: part for part in SIDECARS if suffix == ".shp"}
    contents = {suffix: corpus[f"{stem}{suffix}"] for suffix in parts.values()}
    hit = rng.choice(list(contents))
    other = rng.choice([one for one in sorted(corpus) if Path(one).suffix == hit])
    contents[hit] = _mutate(rng, contents[hit], corpus[other], suffix=hit)
    if suffix == ".shp" and rng.random() < 0.1:
        contents.pop(rng.choice(SIDECARS))
    if suffix != ".shp" and rng.random() < 0.05:
        contents = {rng.choice(SUFFIXES): contents[suffix]}
        suffix = next(iter(contents))
    files = {f"case{part}": content for part, content in contents.items()}
    if suffix == ".xlsx" or rng.random() < 0.03:
        options["layer"] = rng.choice(["Händelser"] * 6 + ["Blad1", "layer", "x"])
    if rng.random() < 0.3:
        options["keep"] = [rng.choice(["anteckning", "våning", "adress", "datum", "vikt"])]
    return Case(files, f"case{suffix}", options)


def _noise(rng: random.Random) -> bytes:
    """Make bytes of nothing: all of them, only letters, or only what fields are made of."""
    size = rng.choice([0, 1, 2, 3, 10, 100, 1000, 20_000])
    letters = rng.choice([bytes(range(256)), b"abc;,\t\n\r\"' ", b"0123456789;,.-:\n ", b"\0\xff"])
    return bytes(rng.choice(letters) for _ in range(size))


def _mutate(rng: random.Random, data: bytes, other: bytes, *, suffix: str) -> bytes:
    """Change the bytes of a file a few times over."""
    if suffix in ZIPPED and rng.random() < 0.8:
        return _mutate_inside(rng, data, other)
    if suffix not in TEXT and rng.random() < 0.7:
        return _overwrite(rng, data)
    wide = suffix in TEXT and data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
        if suffix in TEXT and not wide and rng.random() < 0.6:
            data = _mutate_text(rng, data, other)
        else:
            data = _mutate_bytes(rng, data, other)
    return data[:_LONGEST_CASE]


def _overwrite(rng: random.Random, data: bytes) -> bytes:
    """Change bytes where they stand, and leave those by which the kind of file is told."""
    changed = bytearray(data)
    used = [place for place in range(16, len(changed) - 8) if changed[place]]
    for _ in range(rng.choice([1, 1, 2, 4, 16]) if used else 0):
        place = rng.choice(used) + rng.choice([0, 0, 0, 1, -1])
        changed[place] = rng.choice([changed[place] ^ 1 << rng.randrange(8), 0, 255, 65,
                                     rng.randrange(256)])  # fmt: skip
    return bytes(changed)


def _mutate_inside(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change one part of a workbook, and pack it again so that its checksum is right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(io.BytesIO(other)) as archive:
        others = [archive.read(info) for info in archive.infolist()]
    hit = rng.choice(sorted(parts))
    for _ in range(rng.choice([1, 1, 2, 4])):
        change = rng.choice([_mutate_text, _mutate_bytes, _mutate_markup, _mutate_markup])
        parts[hit] = change(rng, parts[hit], rng.choice(others))
    if rng.random() < 0.05:
        parts.pop(rng.choice(sorted(parts)))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice([0, 8])) as archive:
        for name, body in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), body[:_LONGEST_CASE])
    return stream.getvalue()


def _mutate_markup(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change one attribute or text of XML."""
    marks = [place for place, byte in enumerate(data) if byte in b'"<>']
    if len(marks) < 2:
        return _mutate_bytes(rng, data, other)
    at = rng.randrange(len(marks) - 1)
    value = rng.choice([b"", b"0", b"-1", b"1048577", b"XFE9999999", b"A1:XFD1048576", b"1e400",
                        b"&amp;", b"&#0;", b"inlineStr", b"s", b"d", b"e",
                        rng.choice(_TOKENS)])  # fmt: skip
    return data[: marks[at] + 1] + value + data[marks[at + 1] :]


def _mutate_text(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change lines and fields."""
    lines = data.splitlines(keepends=True) or [b""]
    at = rng.randrange(len(lines))
    kind = rng.randrange(9)
    if kind == 0:
        lines.insert(at, rng.choice(lines))
    elif kind == 1:
        del lines[at]
    elif kind == 2:
        rng.shuffle(lines)
    elif kind == 3:
        lines = lines * rng.choice([2, 10, 300])
    elif kind == 4:
        lines[at] = rng.choice(other.splitlines(keepends=True) or [b""])
    elif kind == 5:
        old, new = rng.sample([b";", b",", b"\t", b" ", b".", b"-", b":", b"/"], 2)
        return data.replace(old, new)
    else:
        # A field of the header, or of any line.
        at = 0 if kind == 6 else at
        fields = lines[at].split(rng.choice([b";", b",", b"\t"]))
        fields[rng.randrange(len(fields))] = rng.choice(_TOKENS)
        lines[at] = b";".join(fields)
    return b"".join(lines)[:_LONGEST_CASE]


def _mutate_bytes(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Change bytes as they come."""
    changed = bytearray(data)
    at, to = sorted(rng.randrange(len(changed) + 1) for _ in range(2))
    kind = rng.randrange(8)
    if kind == 0:
        return bytes(changed[:at])
    if kind == 1:
        return bytes(changed[at:])
    if kind == 2:
        del changed[at:to]
    elif kind == 3:
        changed[at:at] = changed[at:to] * rng.choice([1, 2, 20])
    elif kind == 4:
        begin = rng.randrange(len(other) + 1)
        changed[at:to] = other[begin : begin + rng.choice([1, 10, 100, 1000])]
    elif kind == 5:
        changed[at:at] = rng.choice(_TOKENS)
    elif changed:
        for _ in range(rng.choice([1, 1, 4, 32])):
            place = rng.randrange(len(changed))
            changed[place] = rng.choice([changed[place] ^ 1 << rng.randrange(8), 0, 255,
                                         rng.randrange(256)])  # fmt: skip
    return bytes(changed[:_LONGEST_CASE])


def run_case(case: Case, folder: Path) -> str:
    """Read a case in an empty folder and judge what comes of it.

    Returns
    -------
    str
        "incidents", "rejected only", or the name of our error.

    Raises
    ------
    FindingError
        If it is anything else.
    """
    import est_geo as eg

    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    path = folder / case.name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            intake = eg.read_incidents(path, **case.options)
    except eg.EstGeoError as error:
        if not str(error):
            raise FindingError("an error without a message") from error
        outcome = type(error).__name__
    except Exception as error:
        raise FindingError(f"{type(error).__name__} came out") from error
    else:
        check_account(intake)
        outcome = "incidents" if len(intake.incidents) else "rejected only"
    left = {beside.name for beside in folder.iterdir()}
    if left != set(case.files):
        raise FindingError(f"files appeared or went: {left ^ set(case.files)}")
    return outcome


def check_account(intake: Any) -> None:
    """Require that every row is an incident or a rejected row, once."""
    from est_geo.intake.reasons import REASONS

    said, incidents, rejected = intake.summary, intake.incidents, intake.rejected
    rules = {
        "rows read = incidents + rejected": said.rows_read == len(incidents) + len(rejected),
        "incidents are counted": said.incidents == len(incidents),
        "rejected are counted": said.rejected == len(rejected),
        "places add up": said.incidents == said.placed + said.unplaced + said.null_island,
        "files add up": said.rows_read == sum(file.rows_read for file in said.files),
        "reasons add up": said.rejected == sum(sum(file.reasons.values()) for file in said.files),
        "reasons are known": set(rejected["reason"]) <= set(REASONS),
        "a row is rejected once": not rejected.duplicated(["file", "row"]).any(),
        "identifiers are unique": incidents["incident_id"].is_unique,
        "something was read": said.rows_read > 0,
        "it can be shown": bool(intake._repr_html_() and str(said)),
    }
    broken = [rule for rule, holds in rules.items() if not holds]
    if broken:
        raise FindingError("; ".join(broken))


def work(seed: int, first: int, last: int, report: Path, only: str) -> None:
    """Run cases in this process, with limits; what happens is told line by line in a file."""
    import est_geo as eg

    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES_AT_MOST, _ADDRESSES_AT_MOST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    corpus = load_corpus(only)
    for name in ("utf8.csv", "layer.gpkg", "geo.parquet", "typed_dates.xlsx"):
        # What libraries write or load the first time they are used is not the files' doing.
        eg.read_incidents(CORPUS / name, **({"layer": "Händelser"} if "xlsx" in name else {}))
    with tempfile.TemporaryDirectory() as kept, report.open("a", encoding="utf-8") as lines:
        elsewhere = Path(kept, "elsewhere")
        elsewhere.mkdir()
        _watch(Path(kept), report)
        with chdir(elsewhere):
            for number in range(first, last):
                print(json.dumps({"case": number}), file=lines, flush=True)
                told = _run_one(seed, number, corpus, Path(kept))
                print(json.dumps({"case": number, **told}), file=lines, flush=True)
                if list(elsewhere.iterdir()):
                    raise SystemExit(3)
                if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > BYTES_AT_MOST:
                    raise SystemExit(4)


def _run_one(seed: int, number: int, corpus: dict[str, bytes], kept: Path) -> dict[str, Any]:
    """Run one case in a folder of its own and tell what came of it."""
    case = make_case(seed, number, corpus)
    folder = kept / "case"
    folder.mkdir()
    faulthandler.dump_traceback_later(SECONDS_AT_MOST, exit=True)
    began = time.perf_counter()
    try:
        told = {"outcome": run_case(case, folder)}
    except FindingError as finding:
        cause = finding.__cause__
        trace = "".join(traceback.format_exception(cause)) if cause else ""
        told = {"finding": str(finding), "trace": trace}
    finally:
        faulthandler.cancel_dump_traceback_later()
        shutil.rmtree(folder)
    return told | {"suffix": Path(case.name).suffix, "seconds": time.perf_counter() - began}


def _watch(folder: Path, report: Path) -> None:
    """End the process when Python code writes outside a folder, runs a program or connects."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[0], str | bytes) and _writes(args[1], args[2]):
            path = Path(args[0].decode() if isinstance(args[0], bytes) else args[0]).absolute()
            if not path.is_relative_to(folder) and path != report and path != Path("/dev/null"):
                raise SystemExit(5)
        if event.partition(".")[0] in {"socket", "subprocess"} or event in {"os.system", "os.exec"}:
            raise SystemExit(5)

    sys.addaudithook(hook)


def _writes(mode: object, flags: object) -> bool:
    """Say whether a file is opened to be written."""
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & 3)


_ENDED = {
    1: f"longer than {SECONDS_AT_MOST} s, or an error outside the reading",
    3: "a file appeared in the working folder",
    4: "more than 1 GB of memory",
    5: "a file was written elsewhere, a program was run, or a connection was made",
    -9: "killed, as when memory is out",
    -11: "segmentation fault",
    -6: "aborted",
}


def run_all(args: argparse.Namespace) -> int:
    """Run batch after batch in processes of their own and sum up."""
    outcomes: Counter[tuple[str, str]] = Counter()
    findings: list[tuple[int, str, str]] = []
    slowest = (0.0, 0)
    number, end = args.first, args.first + args.cases
    deadline = time.monotonic() + args.seconds
    with tempfile.TemporaryDirectory() as kept:
        report, errors = Path(kept, "report.jsonl"), Path(kept, "stderr.txt")
        while number < end and time.monotonic() < deadline:
            report.write_text("", encoding="utf-8")
            last = min(end, number + _BATCH)
            span = [str(args.seed), str(number), str(last), str(report), args.only]
            with errors.open("wb") as stream:
                command = [sys.executable, "-B", __file__, "--worker", *span]
                ended = subprocess.run(command, stderr=stream, check=False).returncode
            told = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
            done = {line["case"]: line for line in told if len(line) > 1}
            for case, line in done.items():
                what = "finding" if "finding" in line else line["outcome"]
                outcomes[line["suffix"], what] += 1
                slowest = max(slowest, (line["seconds"], case))
                if "finding" in line:
                    findings.append((case, line["finding"], line["trace"]))
            began = max((line["case"] for line in told), default=number)
            if ended:
                what = _ENDED.get(ended, f"ended with {ended}")
                said = errors.read_text(encoding="utf-8", errors="replace")
                findings.append((began, what, said[-4000:]))
            number = began + 1 if told else last
            print(f"{number - args.first} cases, {len(findings)} findings", flush=True)
    _tell(outcomes, slowest)
    _save(findings, args)
    return 1 if findings else 0


def _tell(outcomes: Counter[tuple[str, str]], slowest: tuple[float, int]) -> None:
    """Print how many cases of each suffix came to what."""
    for (suffix, what), number in sorted(outcomes.items()):
        print(f"{suffix:9} {what:16} {number:7}")
    print(f"{sum(outcomes.values())} cases; the slowest took {slowest[0]:.2f} s: {slowest[1]}")


def _save(findings: list[tuple[int, str, str]], args: argparse.Namespace) -> None:
    """Write each finding with its file, so that it can be read again."""
    corpus = load_corpus(args.only)
    for number, what, trace in findings:
        case = make_case(args.seed, number, corpus)
        folder = args.out / f"{args.seed}-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in case.files.items():
            (folder / name).write_bytes(content)
        said = f"{what}\nread_incidents({case.name!r}, **{case.options})\n\n{trace}"
        (folder / "finding.txt").write_text(said, encoding="utf-8")
    kinds = Counter((what, trace.strip().rpartition("\n")[2])
                    for _, what, trace in findings)  # fmt: skip
    for (what, last), number in kinds.most_common():
        print(f"{number:5} × {what}: {last[:200]}")
    if findings:
        print(f"{len(findings)} findings in {args.out}")


def main() -> int:
    """Read the command line."""
    if sys.argv[1:2] == ["--worker"]:
        seed, first, last = map(int, sys.argv[2:5])
        work(seed, first, last, Path(sys.argv[5]), sys.argv[6])
        return 0
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=20_000, help="how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seconds", type=float, default=7200, help="no new batch after this")
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"), help="folder")
    parser.add_argument("--only", choices=SUFFIXES, default="", help="only files of this suffix")
    parser.add_argument("--case", type=int, help="run this one here and show what it does")
    args = parser.parse_args()
    if args.case is None:
        return run_all(args)
    with tempfile.TemporaryDirectory() as folder:
        case = make_case(args.seed, args.case, load_corpus(args.only))
        print(case.name, case.options)
        print(run_case(case, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
