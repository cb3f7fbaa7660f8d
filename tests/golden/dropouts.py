"""Holes of albumentations' CoarseDropout and GridDropout, given the numbers they draw.

Writes: dropouts.json
Peer:   albumentations 1.3.1 (mmpose 0.29 asks for any from 0.3.2 on; the last before arguments were renamed)
Rerun:  python3.11 -m venv V; V/bin/pip install numpy==1.26.4 opencv-python-headless==4.10.0.84 "scipy<1.14" \\
            scikit-image==0.22.0 qudida pyyaml; V/bin/pip install --no-deps albumentations==1.3.1
        V/bin/python tests/golden/dropouts.py

"draws": lowest, highest (both may come), drawn. "holes": x1, y1, x2, y2 of those that are not empty. Every
hole of a picture of 255s is checked to be what apply() blanks out.
"""
import random

import albumentations
import numpy as np

from common import write

CASES = [
    ("CoarseDropout", dict(max_holes=8, max_height=40, max_width=40, min_holes=1, min_height=10, min_width=10), 192, 256),
    ("CoarseDropout", dict(max_holes=3, max_height=7, max_width=9), 64, 48),
    ("CoarseDropout", dict(max_holes=2, max_height=48, max_width=64, min_height=48, min_width=1), 64, 48),
    ("GridDropout", dict(unit_size_min=10, unit_size_max=40, random_offset=True), 192, 256),
    ("GridDropout", dict(ratio=0.3, unit_size_min=5, unit_size_max=20, shift_x=3, shift_y=90), 64, 48),
    ("GridDropout", dict(ratio=0.4, holes_number_x=3, holes_number_y=7, random_offset=True), 65, 47),
    ("GridDropout", dict(ratio=0.77, holes_number_x=5), 65, 47),
    ("GridDropout", dict(shift_x=4, shift_y=1), 64, 48),
]


def main():
    cases = []
    for name, args, width, height in CASES:
        for seed in range(3):
            transform = getattr(albumentations, name)(**args, p=1)
            generator, draws = random.Random(seed), []

            def randint(low, high):
                draws.append([low, high, generator.randint(low, high)])
                return draws[-1][2]

            original, random.randint = random.randint, randint
            picture = np.full((height, width, 3), 255, np.uint8)
            holes = transform.get_params_dependent_on_targets({"image": picture})["holes"]
            random.randint = original
            blank = np.full_like(picture, 255)
            for x1, y1, x2, y2 in holes:
                blank[y1:y2, x1:x2] = 0
            assert (transform.apply(picture.copy(), holes=holes) == blank).all()
            cases.append({"transform": {"type": name, **args}, "width": width, "height": height, "draws": draws,
                          "holes": [list(hole) for hole in holes if hole[0] < hole[2] and hole[1] < hole[3]]})
    write("dropouts.json", {"peer": f"albumentations {albumentations.__version__}", "cases": cases})


if __name__ == "__main__":
    main()
