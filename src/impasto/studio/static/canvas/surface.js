// The picture on the screen: zoomed and moved, with its layers, the new frame and the brush over it.

import { draw, trace } from "./strokes.js";

/** Longest side of layers in memory; strokes are drawn smaller on larger pictures, and full size in the studio. */
const LAYER = 2048;
const MARGIN = 12;
const LEAST_SCALE = 0.02;
const MOST_SCALE = 64;
const SIDES = { left: "ew", right: "ew", top: "ns", bottom: "ns" };

export class Surface {
  /** Take the canvas element, the loaded picture, and its size in pixels. */
  constructor(canvas, picture, { width, height }) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.picture = picture;
    this.width = width;
    this.height = height;
    this.layerScale = Math.min(1, LAYER / Math.max(width, height));
    this.layers = { mask: this.layer(), sketch: this.layer() };
    this.shownLayer = "mask";
    this.frame = null;
    this.lasso = null;
    this.brush = null;
    this.view = { scale: 1, x: 0, y: 0 };
    this.fitted = true;
    this.masks = new Map();
    this.colours = getComputedStyle(document.documentElement);
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
  }

  layer() {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(this.width * this.layerScale));
    canvas.height = Math.max(1, Math.round(this.height * this.layerScale));
    const context = canvas.getContext("2d");
    context.scale(canvas.width / this.width, canvas.height / this.height);
    return context;
  }

  /** Draw all strokes anew. */
  redraw(strokes) {
    for (const layer of Object.keys(this.layers)) {
      draw(this.layers[layer], { tool: "clear" }, this.masks);
      for (const stroke of strokes) if (stroke.layer === layer) draw(this.layers[layer], stroke, this.masks);
    }
    this.refresh();
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.canvas.parentElement;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    this.ratio = ratio;
    if (this.fitted) this.fit();
    this.paint();
  }

  /** Show the whole picture, with the frame that is to be. */
  fit() {
    const { left = 0, right = 0, top = 0, bottom = 0 } = this.frame ?? {};
    const width = this.width + left + right;
    const height = this.height + top + bottom;
    const wide = this.canvas.width / this.ratio;
    const tall = this.canvas.height / this.ratio;
    const margin = this.frame ? 2 * MARGIN + 16 : MARGIN;
    const scale = Math.max(LEAST_SCALE, Math.min((wide - 2 * margin) / width, (tall - 2 * margin) / height));
    this.view = { scale, x: (wide - width * scale) / 2 + left * scale, y: (tall - height * scale) / 2 + top * scale };
    this.fitted = true;
    this.refresh();
  }

  /** Zoom about a place on the screen; without one, about the middle. */
  zoom(factor, place) {
    const { scale, x, y } = this.view;
    const at = place ?? [this.canvas.width / this.ratio / 2, this.canvas.height / this.ratio / 2];
    const next = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scale * factor));
    this.view = { scale: next, x: at[0] - ((at[0] - x) * next) / scale, y: at[1] - ((at[1] - y) * next) / scale };
    this.fitted = false;
    this.refresh();
  }

  move(dx, dy) {
    this.view = { ...this.view, x: this.view.x + dx, y: this.view.y + dy };
    this.fitted = false;
    this.refresh();
  }

  /** Place of a pointer on the element. */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** The pixel of the picture under a place. */
  pixel([x, y]) {
    const { view } = this;
    return [(x - view.x) / view.scale, (y - view.y) / view.scale];
  }

  /** The side of the frame that a place is at, if any: the new border, or the picture's where they are the same. */
  side(place) {
    if (!this.frame) return null;
    const [x, y] = this.pixel(place);
    const reach = 16 / this.view.scale;
    const { left, right, top, bottom } = this.frame;
    const inside = x > -left - reach && x < this.width + right + reach && y > -top - reach && y < this.height + bottom + reach;
    const distances = {
      left: Math.abs(x + left), right: Math.abs(x - this.width - right),
      top: Math.abs(y + top), bottom: Math.abs(y - this.height - bottom),
    };
    const [nearest, distance] = Object.entries(distances).sort((a, b) => a[1] - b[1])[0];
    return inside && distance < reach ? nearest : null;
  }

  cursor(place, tool) {
    const side = this.side(place);
    if (side) return `${SIDES[side]}-resize`;
    return { hand: "grab", lasso: "crosshair" }[tool] ?? "none";
  }

  /** Paint before the next frame of the screen. */
  refresh() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.paint();
    });
  }

  paint() {
    const { context, view, ratio = 1 } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
    context.imageSmoothingEnabled = view.scale < 3;
    context.drawImage(this.picture, 0, 0, this.width, this.height);
    if (this.shownLayer === "sketch") context.drawImage(this.layers.sketch.canvas, 0, 0, this.width, this.height);
    else this.paintMask();
    if (this.frame) this.paintFrame();
    if (this.lasso) this.outline((path) => trace(path, this.lasso));
    if (this.brush) this.outline((path) => path.arc(this.brush.x, this.brush.y, this.brush.radius, 0, 2 * Math.PI));
  }

  /** The mask as a coloured veil through which the picture is seen. */
  paintMask() {
    const { context } = this;
    const layer = this.layers.mask.canvas;
    if (!this.veil) this.veil = Object.assign(document.createElement("canvas"), { width: layer.width, height: layer.height });
    const veil = this.veil.getContext("2d");
    veil.globalCompositeOperation = "copy";
    veil.drawImage(layer, 0, 0);
    veil.globalCompositeOperation = "source-in";
    veil.fillStyle = this.colours.getPropertyValue("--accent") || "#c33";
    veil.fillRect(0, 0, layer.width, layer.height);
    context.globalAlpha = 0.55;
    context.drawImage(this.veil, 0, 0, this.width, this.height);
    context.globalAlpha = 1;
  }

  paintFrame() {
    const { context, width, height } = this;
    const { left, right, top, bottom } = this.frame;
    context.fillStyle = this.colours.getPropertyValue("--accent") || "#c33";
    context.globalAlpha = 0.3;
    context.beginPath();
    context.rect(-left, -top, width + left + right, height + top + bottom);
    context.rect(0, 0, width, height);
    context.fill("evenodd");
    context.globalAlpha = 1;
    this.outline((path) => path.rect(-left, -top, width + left + right, height + top + bottom));
    const handle = 9 / this.view.scale;
    const middle = [width / 2 + (right - left) / 2, height / 2 + (bottom - top) / 2];
    for (const [x, y] of [[-left, middle[1]], [width + right, middle[1]], [middle[0], -top], [middle[0], height + bottom]]) {
      context.beginPath();
      context.arc(x, y, handle, 0, 2 * Math.PI);
      context.fill();
      this.outline((path) => path.arc(x, y, handle, 0, 2 * Math.PI));
    }
  }

  /** A line that is seen on light and on dark. */
  outline(shape) {
    const { context, view } = this;
    for (const [width, colour] of [[3, "#000000"], [1.25, "#ffffff"]]) {
      context.beginPath();
      shape(context);
      context.lineWidth = width / view.scale;
      context.strokeStyle = colour;
      context.stroke();
    }
  }
}
