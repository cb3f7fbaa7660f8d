"""Targets of the encodings beyond MSRA, and what is decoded from heatmaps with them.

Writes: targets.json
Peer:   mmpose 1.3.2 (MSRAHeatmap unbiased, UDPHeatmap, MegviiHeatmap, get_udp_warp_matrix), OpenCV 4.10.0
Rerun:  DIR/a/bin/python tests/golden/targets.py

Two things of 0.x the 1.x code cannot give; they are written out below from the definition, in numpy and
OpenCV, and were compared with mmpose 0.29.0 once:
  combined  0.x: offsets only within the disc (zero outside), radius = factor * heatmap HEIGHT;
            1.x: offsets everywhere, radius = factor * the longer side.
  decode    0.x UDP: plain cv2.GaussianBlur (mirrored border, no rescaling), and for combined maps the
            offsets are blurred too; 1.x: zero padding, rescaled to the old maximum, offsets not blurred.

Heatmaps are wider than high, so that the two radii differ. "keypoints_heatmap" are in heatmap pixels.
"""
import peer_stubs  # noqa: F401  (before mmpose)
import cv2
import mmpose
import numpy as np
from mmpose.codecs import MegviiHeatmap, MSRAHeatmap, UDPHeatmap
from mmpose.structures.bbox import get_udp_warp_matrix

import weights
from common import f32, write

INPUT, MAP, FACTOR = (64, 48), (16, 12), 0.1
POINTS = [(30.0, 20.0, 1), (31.9, 21.9, 1), (2.0, 2.0, 1), (62.5, 46.5, 1), (-6.0, 10.0, 1), (40.0, 68.0, 1),
          (96.0, 24.0, 1), (-2.5, 30.0, 1), (20.0, 30.0, 0)]


def encoded(codec):
    p = np.array(POINTS, np.float32)
    out = codec.encode(p[None, :, :2].copy(), p[None, :, 2].copy())
    return {"target": f32(np.asarray(out["heatmaps"], np.float32).reshape(-1)),
            "weight": f32(out["keypoint_weights"].reshape(-1))}


def combined_0x():
    (w, h), radius = MAP, FACTOR * MAP[1]
    target = np.zeros((len(POINTS), 3, h, w), np.float32)
    stride = (np.array(INPUT) - 1.0) / (np.array(MAP) - 1.0)
    for k, (x, y, v) in enumerate(POINTS):
        dx = np.broadcast_to((np.float32(x) / stride[0] - np.arange(w)) / radius, (h, w))
        dy = np.broadcast_to(((np.float32(y) / stride[1] - np.arange(h)) / radius)[:, None], (h, w))
        inside = (dx**2 + dy**2 <= 1) & (v > 0.5)
        for plane, values in enumerate((1, dx, dy)):
            target[k, plane] = np.where(inside, values, 0)
    return {"target": f32(target.reshape(-1)), "weight": [float(v) for _, _, v in POINTS]}


def decode_maps():
    """Smooth bumps at places between pixels and near borders, with some noise."""
    w, h = 16, 12
    at = [(7.3, 5.6), (0.2, 5.0), (15.0, 11.0), (8.5, 0.4), (3.0, 9.7), (13.6, 2.2), (1.4, 1.6), (10.1, 6.9)]
    y, x = np.mgrid[:h, :w]
    maps = np.stack([np.exp(-((x - a)**2 + (y - b)**2) / 8) for a, b in at]).astype(np.float32)
    return maps + weights.tensor("targets.decode", maps.shape, 0.02)


def to_heatmap(keypoints, udp):
    size = np.array(MAP, float)
    return np.asarray(keypoints, float).reshape(-1, 2) / INPUT * (size - 1 if udp else size)


def rows(keypoints, scores):
    return {"keypoints_heatmap": np.asarray(keypoints, float).reshape(-1, 2).tolist(),
            "scores": f32(np.asarray(scores, np.float32).reshape(-1))}


def peaks(maps):
    flat = maps.reshape(len(maps), -1)
    return np.stack([flat.argmax(1) % MAP[0], flat.argmax(1) // MAP[0]], 1), flat.max(1)


def udp_0x(maps, kernel):
    """One Newton step on the logarithm of the blurred map; second differences of neighbours."""
    at, scores = peaks(maps)
    found = at.astype(float)
    for k, (x, y) in enumerate(at):
        log = np.log(np.clip(cv2.GaussianBlur(maps[k], (kernel, kernel), 0), 0.001, 50))
        p = np.pad(log, 1, mode="edge")[y:y + 3, x:x + 3].astype(float)
        gradient = np.array([p[1, 2] - p[1, 0], p[2, 1] - p[0, 1]]) / 2
        mixed = (p[2, 2] - p[1, 2] - p[2, 1] + 2 * p[1, 1] - p[1, 0] - p[0, 1] + p[0, 0]) / 2
        hessian = np.array([[p[1, 2] - 2 * p[1, 1] + p[1, 0], mixed], [mixed, p[2, 1] - 2 * p[1, 1] + p[0, 1]]])
        found[k] -= np.linalg.inv(hessian + np.finfo(np.float32).eps * np.eye(2)) @ gradient
    return rows(found, scores)


def combined_decode_0x(maps, kernel):
    blur = lambda m, size: cv2.GaussianBlur(m, (size, size), 0)  # noqa: E731
    discs = np.stack([blur(m, 2 * kernel + 1) for m in maps[::3]])
    at, scores = peaks(discs)
    offset = [[blur(maps[3 * k + 1 + i], kernel)[y, x] for i in (0, 1)] for k, (x, y) in enumerate(at)]
    return rows(at + np.array(offset) * FACTOR * MAP[1], scores)


def main():
    maps = decode_maps()
    offsets = weights.tensor("targets.offsets", (len(maps), 2, 12, 16), 1.0)
    combined = np.concatenate([maps[:, None], offsets], 1).reshape(-1, 12, 16)
    sizes = dict(input_size=INPUT, heatmap_size=MAP)

    def decode(codec, of, udp):
        keypoints, scores = codec.decode(of.copy())
        return rows(to_heatmap(keypoints, udp), scores)

    matrices = []
    for center, scale, rot, out in [((100.0, 120.0), (150.0, 200.0), 30, (192, 256)),
                                    ((55.5, 44.25), (33.3, 22.2), -5, (96, 64)),
                                    ((0.0, 300.0), (640.0, 480.0), 0, (64, 48))]:
        center, scale = np.array(center, np.float32), np.array(scale, np.float32)
        matrices.append({"center": f32(center), "scale": f32(scale), "rot": rot, "output_size": list(out),
                         "matrix": f32(get_udp_warp_matrix(center, scale, rot, out))})
    unbiased = {s: MSRAHeatmap(sigma=s, unbiased=True, blur_kernel_size=11, **sizes) for s in (2, 1.5)}
    udp = {s: UDPHeatmap(sigma=s, **sizes) for s in (2, 1.5)}
    both = UDPHeatmap(heatmap_type="combined", radius_factor=FACTOR, blur_kernel_size=5, **sizes)
    write("targets.json", {
        "peer": f"mmpose {mmpose.__version__}, OpenCV {cv2.__version__}",
        "input_size": list(INPUT), "heatmap_size": list(MAP), "radius_factor": FACTOR,
        "points": [list(p) for p in POINTS],
        "unbiased": [{"sigma": s, **encoded(c)} for s, c in unbiased.items()],
        "udp": [{"sigma": s, **encoded(c)} for s, c in udp.items()],
        "megvii": [{"kernel": k, **encoded(MegviiHeatmap(kernel_size=k, **sizes))} for k in (5, 9, 11)],
        "combined_0x": combined_0x(), "combined_1x": encoded(both),
        "warp": matrices,
        "decode": {
            "heatmaps": f32(maps), "combined": f32(combined),
            "unbiased": decode(unbiased[2], maps, False),
            "megvii": decode(MegviiHeatmap(kernel_size=5, **sizes), maps, False),
            "udp_1x": decode(udp[2], maps, True), "udp_0x": udp_0x(maps, 11),
            "combined_1x": decode(both, combined, True), "combined_0x": combined_decode_0x(combined, 5),
        },
    })


if __name__ == "__main__":
    main()
