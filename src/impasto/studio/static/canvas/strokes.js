// Strokes as pixels: the same shapes that the studio makes of them, see layers.py.

import { text } from "../texts.js";

const LEAST_RADIUS = 0.5;
const NEAR = 0.125; // Points nearer to one another than this share of the radius are left out.
const LEVELS = 24; // Shades between the edge of a soft line and its middle.

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
    if (stroke.softness) {
      const faded = soft(context, stroke);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(faded, 0, 0);
    } else {
      context.beginPath();
      if (stroke.tool === "lasso") trace(context, stroke.points);
      else line(context, stroke, stroke.points);
      context.fill(stroke.tool === "lasso" ? "evenodd" : "nonzero");
    }
  }
  context.restore();
  return undefined;
}

/** A function that shows a line that becomes longer; it is called with the number of its first new point. */
export function growing(context, stroke) {
  if (!stroke.softness) return (from) => draw(context, { ...stroke, points: stroke.points.slice(Math.max(0, from - 1)) }, new Map());
  const before = blank(context).canvas;
  before.getContext("2d").drawImage(context.canvas, 0, 0);
  return () => {
    wipe(context);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(before, 0, 0);
    context.restore();
    draw(context, stroke, new Map());
  };
}

/** A soft line by itself, on a canvas of the layer's size: drawn again and again, from its faint edge to its middle. */
function soft(context, stroke) {
  const scratch = blank(context);
  scratch.setTransform(context.getTransform());
  scratch.fillStyle = context.fillStyle;
  const points = apart(stroke);
  for (let level = 1; level <= LEVELS; level += 1) {
    // Where the smooth step of layers.py has the middle of this level.
    const inward = 0.5 - Math.sin(Math.asin(1 - (2 * level - 1) / LEVELS) / 3);
    scratch.globalAlpha = 1 / (LEVELS + 1 - level);
    scratch.beginPath();
    line(scratch, stroke, points, 1 - stroke.softness * inward);
    scratch.fill();
  }
  return scratch.canvas;
}

/** The points of a line without those that lie next to the one before. */
function apart({ points, radius }) {
  const kept = points.slice(0, 1);
  for (const [number, point] of points.entries()) {
    const [x, y, pressure] = point;
    const [x0, y0] = kept.at(-1);
    if (number === points.length - 1 || Math.hypot(x - x0, y - y0) >= NEAR * radius * pressure) kept.push(point);
  }
  return kept;
}

/** An empty canvas of the size of another one. */
function blank({ canvas: { width, height } }) {
  return Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
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

/** A line through points, as wide as its stroke times a share. */
function line(context, stroke, points, share = 1) {
  points.forEach((point, index) => segment(context, stroke, points[index - 1], point, share));
}

/** A disc at a point, and what lies between it and the one before. */
function segment(context, stroke, before, [x, y, pressure], share) {
  const radius = Math.max(LEAST_RADIUS, stroke.radius * pressure) * share;
  context.moveTo(x + radius, y);
  context.arc(x, y, radius, 0, 2 * Math.PI);
  if (!before) return;
  const [x0, y0, pressure0] = before;
  const radius0 = Math.max(LEAST_RADIUS, stroke.radius * pressure0) * share;
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
