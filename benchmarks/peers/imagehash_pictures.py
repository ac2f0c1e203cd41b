"""The peer of benchmarks/images.py: ImageHash's pHash and dHash of the files in a folder, in images a second.

    python benchmarks/peers/imagehash_pictures.py FOLDER

Runs in an environment of its own with ImageHash 4.3 (BSD-2-Clause) and Pillow; headwater is not imported. It decodes
each file and computes two hashes of 64 bits: no limits on what a file may claim, no quality, no verification.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import io
import sys
import time
from pathlib import Path

import imagehash
from PIL import Image


def main() -> None:
    """Print images a second of processor time, with and without decoding."""
    files = [path.read_bytes() for path in sorted(Path(sys.argv[1]).rglob("*")) if path.is_file()]
    start = time.process_time()
    opened = [Image.open(io.BytesIO(content)).convert("RGB") for content in files]
    decoded = time.process_time() - start
    start = time.process_time()
    for image in opened:
        imagehash.phash(image)
        imagehash.dhash(image)
    hashed = time.process_time() - start
    number = len(files)
    print(
        f"ImageHash, {number:,} files: decode {number / decoded:,.0f}, pHash and dHash {number / hashed:,.0f} a second"
    )
    print(f"  decode + hashes: {number / (decoded + hashed):,.0f} a second")


if __name__ == "__main__":
    main()
