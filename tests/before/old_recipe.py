"""Write a picture's recipe as the first versions did: only what was asked for, and no word of edits."""

import json
import sys
from pathlib import Path

from PIL import Image, PngImagePlugin

source, out = map(Path, sys.argv[1:])
picture = Image.open(source)
recipe = json.loads(picture.text["impasto"])
recipe = {key: value for key, value in recipe.items() if key not in ("edit", "picture", "picture_hash")}
recipe["settings"] = {}
info = PngImagePlugin.PngInfo()
info.add_itxt("impasto", json.dumps(recipe))
out.parent.mkdir(parents=True, exist_ok=True)
picture.save(out, pnginfo=info)
