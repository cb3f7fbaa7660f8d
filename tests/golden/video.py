"""Writes tests/fixtures/videos/mouse.avi: five frames of 160x128 that move over one picture of mirror_mouse, MJPEG.

Peer:   OpenCV 4.10.0
Rerun:  python tests/golden/video.py
"""
import glob
import os

import cv2

from common import REPO

if __name__ == "__main__":
    out = os.path.join(REPO, "tests", "fixtures", "videos", "mouse.avi")
    picture = cv2.imread(sorted(glob.glob(os.path.join(REPO, "configs/data/mirror_mouse/images/*")))[0])
    writer = cv2.VideoWriter(out, cv2.VideoWriter_fourcc(*"MJPG"), 10, (160, 128))
    for i in range(5):
        writer.write(picture[20:148, 20 + 4 * i:180 + 4 * i])
    writer.release()
    print(os.path.getsize(out), "bytes")
