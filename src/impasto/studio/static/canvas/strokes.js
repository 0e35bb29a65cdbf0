// Strokes as pixels: the same shapes that the studio makes of them, see layers.py.

import { text } from "../texts.js";

const LEAST_RADIUS = 0.5;

/** Draw a stroke on the context of its layer; `masks` holds the pictures of mask files by name. */
export function draw(context, stroke, masks) {
  const { canvas } = context;
  if (stroke.tool === "clear") return wipe(context);
  if (stroke.tool === "file") {
    wipe(context);
    const picture = masks.get(stroke.file);
    if (picture) context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return undefined;
  }
  context.save();
  context.fillStyle = stroke.layer === "mask" ? "#ffffff" : stroke.colour;
  if (stroke.tool === "invert") {
    context.globalCompositeOperation = "xor";
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillRect(0, 0, canvas.width, canvas.height);
  } else {
    if (stroke.erase) context.globalCompositeOperation = "destination-out";
    context.beginPath();
    if (stroke.tool === "lasso") trace(context, stroke.points);
    else stroke.points.forEach((point, index) => segment(context, stroke, stroke.points[index - 1], point));
    context.fill(stroke.tool === "lasso" ? "evenodd" : "nonzero");
  }
  context.restore();
  return undefined;
}

/** Draw what a line has got longer by since its point number `from`. */
export function extend(context, stroke, from) {
  draw(context, { ...stroke, points: stroke.points.slice(Math.max(0, from - 1)) }, new Map());
}

/** A closed line around points, on the path of a context. */
export function trace(context, points) {
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
}

function wipe(context) {
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.restore();
}

/** A disc at a point, and what lies between it and the one before. */
function segment(context, stroke, before, [x, y, pressure]) {
  const radius = Math.max(LEAST_RADIUS, stroke.radius * pressure);
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, 2 * Math.PI);
  if (!before) return;
  const [x0, y0, pressure0] = before;
  const radius0 = Math.max(LEAST_RADIUS, stroke.radius * pressure0);
  const length = Math.hypot(x - x0, y - y0);
  if (!length) return;
  const across = (y0 - y) / length;
  const along = (x - x0) / length;
  // The same way round as the discs, or the two would cancel each other.
  context.moveTo(x0 - across * radius0, y0 - along * radius0);
  context.lineTo(x - across * radius, y - along * radius);
  context.lineTo(x + across * radius, y + along * radius);
  context.lineTo(x0 + across * radius0, y0 + along * radius0);
  context.closePath();
}

/** The picture of a mask file with light pixels opaque and dark ones transparent, as `draw` takes it. */
export async function loadMask(file) {
  const image = await loadImage(`/api/files/${file}/content`);
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff"; // What is transparent counts as white, as in edits.
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < pixels.data.length; at += 4) {
    const grey = 0.299 * pixels.data[at] + 0.587 * pixels.data[at + 1] + 0.114 * pixels.data[at + 2];
    pixels.data.set([255, 255, 255, grey >= 127.5 ? 255 : 0], at);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** A picture of the studio, loaded. */
export function loadImage(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(text("The browser cannot show this picture.")));
    image.src = address;
  });
}
