"""Colour changes of PhotometricDistortion.

Writes: colours.json
Peer:   mmpose 1.3.2 (PhotometricDistortion._convert), mmcv 2.1.0 (bgr2hsv, hsv2bgr), OpenCV 4.10.0
Rerun:  DIR/a/bin/python tests/golden/colours.py

The order of the steps and the hue's wrapping at 180 are 0.29.0's: 1.3.2 applies contrast twice or not at
all and lets the hue wrap at 256. So the steps are put together here, from the peer's parts.

The picture is 8 x 6; channel c of (x, y) is (37 x + 59 y + 101 c + 13 x y) mod 256. "pixels" are flat.
"""
import peer_stubs  # noqa: F401  (before mmpose)
import cv2
import mmcv
import mmpose
import numpy as np
from mmpose.datasets.transforms import PhotometricDistortion

from common import write

CASES = [dict(brightness=-21.7), dict(brightness=30.2, contrast=0.6), dict(contrast=1.45),
         dict(saturation=1.5), dict(saturation=0.5, hue=7), dict(hue=-18), dict(hue=17, contrast=1.3),
         dict(brightness=-12.5, contrast=1.2, contrast_first=False, saturation=0.8, hue=-5)]


def distort(img, brightness=0, contrast=1, contrast_first=True, saturation=1, hue=0):
    convert = PhotometricDistortion()._convert
    if brightness:
        img = convert(img, beta=brightness)
    if contrast_first:
        img = convert(img, alpha=contrast)
    if saturation != 1 or hue:
        img = mmcv.bgr2hsv(img)
        img[:, :, 1] = convert(img[:, :, 1], alpha=saturation)
        img[:, :, 0] = (img[:, :, 0].astype(int) + hue) % 180
        img = mmcv.hsv2bgr(img)
    return img if contrast_first else convert(img, alpha=contrast)


def main():
    y, x, c = np.mgrid[:6, :8, :3]
    picture = ((37 * x + 59 * y + 101 * c + 13 * x * y) % 256).astype(np.uint8)
    write("colours.json", {
        "peer": f"mmpose {mmpose.__version__}, mmcv {mmcv.__version__}, OpenCV {cv2.__version__}",
        "cases": [{"distortion": {"contrast_first": True, **case},
                   "pixels": distort(picture.copy(), **case).reshape(-1).tolist()} for case in CASES],
    })


if __name__ == "__main__":
    main()
