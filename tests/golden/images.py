"""What LoadImageFromFile makes of image files: every color_type, channel_order and kind of file.

Writes: images.json
Peer:   mmcv 1.7.2 (imfrombytes, as mmpose 0.29's LoadImageFromFile calls it), OpenCV 4.10.0
Rerun:  DIR/b/bin/python tests/golden/images.py

"files": bytes in base64, made by Pillow and OpenCV; 8 x 6 pixels of a smooth picture. "cases": shape and
flat values, and whether they are bytes: with to_float32 mmpose converts them, whatever they are.
"""
import base64
import io

import cv2
import mmcv
import numpy as np
from PIL import Image

from common import write

FLAGS = ["color", "color_ignore_orientation", "grayscale", "grayscale_ignore_orientation", "unchanged"]


def picture(channels, dtype=np.uint8):
    y, x, c = np.mgrid[:6, :8, :channels]
    top = np.iinfo(dtype).max
    return ((20 * x + 11 * y + 60 * c + 13) / 255 * top % top).astype(dtype).squeeze()


def pillow(channels, form, orientation=0):
    out = io.BytesIO()
    image = Image.fromarray(picture(channels))
    exif = image.getexif()
    if orientation:
        exif[0x0112] = orientation
    image.save(out, form, quality=95, subsampling=0, exif=exif)
    return out.getvalue()


def opencv(extension, channels, dtype=np.uint8):
    return cv2.imencode(extension, picture(channels, dtype))[1].tobytes()


def main():
    files = {"grey.jpg": pillow(1, "JPEG"), "colour.jpg": pillow(3, "JPEG"), "turned.jpg": pillow(3, "JPEG", 6),
             "turned_grey.jpg": pillow(1, "JPEG", 8), "grey.png": pillow(1, "PNG"), "colour.png": pillow(3, "PNG"),
             "alpha.png": pillow(4, "PNG"), "turned.png": pillow(3, "PNG", 5),
             "grey16.png": opencv(".png", 1, np.uint16), "colour16.png": opencv(".png", 3, np.uint16),
             "alpha16.png": opencv(".png", 4, np.uint16), "colour16.tiff": opencv(".tiff", 3, np.uint16),
             "grey.bmp": opencv(".bmp", 1), "colour.bmp": opencv(".bmp", 3)}
    cases = []
    for name, content in files.items():
        for flag in FLAGS:
            for order in ["rgb", "bgr"]:
                got = mmcv.imfrombytes(content, flag=flag, channel_order=order)
                cases.append({"file": name, "color_type": flag, "channel_order": order, "shape": list(got.shape),
                              "bytes": got.dtype == np.uint8, "values": got.reshape(-1).tolist()})
    write("images.json", {
        "peer": f"mmcv {mmcv.__version__}, OpenCV {cv2.__version__}",
        "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
        "cases": cases,
    })


if __name__ == "__main__":
    main()
