#!/usr/bin/env python3
"""Compares an output with the one expected: numbers with a tolerance, all else exactly.

    python workflows/compare.py EXPECTED FILE [TOLERANCE]

Either may be gzip. Lines that begin with ## are left out, as are INFO fields of a VCF that EXPECTED does not have. Engines and
processors differ in the sixth decimal of a score; the tolerance is 0.001. A BED score is a thousand times as large, and may differ by 1.
"""
import gzip, re, sys

NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?$")


def lines(path):
    with open(path, "rb") as handle:
        data = handle.read()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
    return [line.split("\t") for line in text.splitlines() if not line.startswith("##")]


def info(cell):
    return dict(field.partition("=")[::2] for field in cell.split(";"))


def same(a, b, tolerance):
    if a == b:
        return True
    if not (NUMBER.match(a) and NUMBER.match(b)):
        return False
    # Whole numbers are places and counts, but for a BED score.
    return "." in a and abs(float(a) - float(b)) <= tolerance


def main():
    expected, found = lines(sys.argv[1]), lines(sys.argv[2])
    tolerance = float(sys.argv[3]) if len(sys.argv) > 3 else 0.001
    if not expected or len(expected) != len(found):
        sys.exit(f"error: {sys.argv[2]} has {len(found)} lines, {sys.argv[1]} {len(expected)}")
    bed = ".bed" in sys.argv[2]
    for number, (want, have) in enumerate(zip(expected, found), 1):
        pairs = zip(want, have)
        if len(want) != len(have):
            sys.exit(f"error: {sys.argv[2]}, line {number}: {len(have)} columns, {len(want)} expected")
        for column, (a, b) in enumerate(pairs):
            if bed and column == 4:
                fine = abs(int(a) - int(b)) <= 1
            elif "=" in a:
                have_fields = info(b)
                fine = all(k in have_fields and same(v, have_fields[k], tolerance) for k, v in info(a).items())
            else:
                fine = same(a, b, tolerance)
            if not fine:
                sys.exit(f"error: {sys.argv[2]}, line {number}, column {column + 1}: {b}, and {a} expected")
    print(f"{sys.argv[2]}: {len(found)} lines as expected")


if __name__ == "__main__":
    main()
