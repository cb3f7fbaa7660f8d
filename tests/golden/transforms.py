"""Top-down affine matrices of mmpose's get_warp_matrix.

Writes: transforms.json
Peer:   mmpose 1.3.2 (mmpose.structures.bbox.get_warp_matrix), OpenCV 4.10.0 (getAffineTransform)
Rerun:  DIR/a/bin/python tests/golden/transforms.py

"scale" is (w, h) in pixels of the source image, padding included and aspect ratio fixed
(1.x); a 0.x scale is this divided by 200.  "rot" is in degrees.  With fix_aspect_ratio (the
default, used in training) only scale's WIDTH enters the matrix.  "matrix" maps source to
output pixels, "inverse" is the inv=True matrix.  The three points go through float32, so
entries agree with exact algebra to about 1e-5 relative to the output size only.
"""
import math

import peer_stubs  # noqa: F401  (before mmpose)
import cv2
import mmpose
import numpy as np
from mmpose.structures.bbox import get_warp_matrix

from common import f32, write

CASES = [  # center, scale (w, h), rot, output (w, h)
    ((203.9, 203.0), (506.25, 506.25), 0, (256, 256)),
    ((100.0, 120.0), (192.0, 256.0), 0, (192, 256)),
    ((100.0, 120.0), (150.0, 200.0), 30, (192, 256)),
    ((100.0, 120.0), (150.0, 200.0), -30, (192, 256)),
    ((100.0, 120.0), (150.0, 200.0), 90, (192, 256)),
    ((100.0, 120.0), (150.0, 200.0), 180, (192, 256)),
    ((321.25, 88.5), (83.0, 110.666664), 12.5, (288, 384)),
    ((0.0, 0.0), (64.0, 48.0), 45, (64, 48)),
    ((-20.5, 433.75), (300.0, 300.0), -80, (256, 256)),
    ((55.5, 44.25), (33.3, 22.2), 5, (96, 64)),
    ((640.0, 360.0), (1600.0, 900.0), 0, (320, 180)),
    ((640.0, 360.0), (937.5, 1250.0), 79.9, (48, 64)),
]


def by_hand(center, scale, rot, out):
    """Closed form in double: rotate about the centre, scale by out_w / scale_w, to the middle."""
    s, a = out[0] / scale[0], math.radians(rot)
    c, n = s * math.cos(a), s * math.sin(a)
    return np.array([[c, n, out[0] / 2 - c * center[0] - n * center[1]],
                     [-n, c, out[1] / 2 + n * center[0] - c * center[1]]])


def main():
    cases, worst = [], 0.0
    for center, scale, rot, out in CASES:
        center, scale = np.array(center, np.float32), np.array(scale, np.float32)
        m = get_warp_matrix(center, scale, rot, output_size=out)
        inv = get_warp_matrix(center, scale, rot, output_size=out, inv=True)
        hand = by_hand(center.astype(float), scale.astype(float), rot, out)
        points = np.array([[0, 0], [100, 50], [300, 400]], float)
        error = np.abs((points @ (m - hand)[:, :2].T) + (m - hand)[:, 2]).max() / max(out)
        worst = max(worst, error)
        cases.append({"center": f32(center), "scale": f32(scale), "rot": rot, "output_size": list(out),
                      "matrix": m.tolist(), "inverse": inv.tolist()})
    print(f"largest difference from the closed form, in output widths: {worst:.1e}")
    assert worst < 1e-5
    write("transforms.json", {
        "peer": f"mmpose {mmpose.__version__}, OpenCV {cv2.__version__}",
        "units": "scale in pixels (mmpose 1.x); 0.x scale = this / 200",
        "cases": cases,
    })


if __name__ == "__main__":
    main()
