"""Projects of other tools from the real pictures of configs/data/mirror_mouse: make_labels.py FORMAT SOURCE FOLDER COUNT."""
import json
import os
import shutil
import sys

kind, source, folder, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
data = json.load(open(f"{source}/train.json"))
names = data["categories"][0]["keypoints"]
pictures = data["images"][:count]
by_image = {a["image_id"]: a for a in data["annotations"]}


def points(image):
    flat = by_image[image["id"]]["keypoints"]
    return [flat[i:i + 3] for i in range(0, len(flat), 3)]


def write(name, text):
    os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
    open(f"{folder}/{name}", "w").write(text)


def copy(image, name):
    os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
    shutil.copy(f"{source}/images/{image['file_name']}", f"{folder}/{name}")


def deeplabcut():
    for half in (0, 1):
        rows = ["scorer" + ",P" * 2 * len(names), "bodyparts," + ",".join(f"{n},{n}" for n in names), "coords" + ",x,y" * len(names)]
        for image in pictures[half::2]:
            name = f"labeled-data/video{half}/{image['file_name']}"
            copy(image, name)
            rows.append(",".join([name] + [f"{x},{y}" if v else "," for x, y, v in points(image)]))
        write(f"labeled-data/video{half}/CollectedData_P.csv", "\n".join(rows) + "\n")


def labelme():
    for number, image in enumerate(pictures):
        name = f"day{number % 2}/{image['file_name']}"
        copy(image, name)
        shapes = [{"label": n, "points": [[x, y]], "group_id": None, "shape_type": "point", "flags": {}}
                  for n, (x, y, v) in zip(names, points(image)) if v]
        write(name.replace(".png", ".json"), json.dumps({"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": image["file_name"],
              "imageData": None, "imageHeight": image["height"], "imageWidth": image["width"]}))


def yolo():
    write("data.yaml", f"path: .\ntrain: images/train\nval: images/val\nkpt_shape: [{len(names)}, 3]\nnames:\n  0: mouse\n")
    for number, image in enumerate(pictures):
        side = "val" if number % 4 == 0 else "train"
        copy(image, f"images/{side}/{image['file_name']}")
        w, h = image["width"], image["height"]
        x, y, bw, bh = by_image[image["id"]]["bbox"]
        numbers = [0, (x + bw / 2) / w, (y + bh / 2) / h, bw / w, bh / h]
        for px, py, v in points(image):
            numbers += [px / w, py / h, v]
        write(f"labels/{side}/{image['file_name'].replace('.png', '.txt')}", " ".join(map(str, numbers)) + "\n")


def coco():
    ids = {image["id"] for image in pictures}
    for image in pictures:
        copy(image, f"images/default/{image['file_name']}")
    keep = [{k: v for k, v in a.items() if k not in ("bbox", "area")} for a in data["annotations"] if a["image_id"] in ids]
    write("annotations/person_keypoints_default.json", json.dumps({"licenses": [], "info": {}, "categories": data["categories"],
          "images": pictures, "annotations": keep}))


{"deeplabcut": deeplabcut, "labelme": labelme, "yolo": yolo, "coco": coco}[kind]()
