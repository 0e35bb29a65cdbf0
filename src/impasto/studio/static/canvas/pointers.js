// Pens, fingers and mice on the canvas: one paints, two fingers move and zoom, a pen's pressure makes the line wider.

import { growing } from "./strokes.js";

const CLICKS = 0.0015; // Zoom for a step of the wheel.
const LEAST_PRESSURE = 0.05;

/**
 * Listen on a surface.
 * @param {Surface} surface - What is drawn on.
 * @param {object} hand - What is in the user's hand: `tool`, `layer`, `radius`, `softness`, `colour`, `space`.
 * @param {object} done - Called with what came of it: `stroke(stroke)`, `cancelled()`, `framed(side, pixels)`.
 */
export function listen(surface, hand, done) {
  const { canvas } = surface;
  const touches = new Map();
  let stroke = null;
  let grow = null;
  let drag = null;

  const round = (value) => Math.round(value * 10) / 10;

  function point(event) {
    const [x, y] = surface.pixel(surface.place(event)).map(round);
    const pressure = event.pointerType === "pen" ? Math.max(LEAST_PRESSURE, event.pressure) : 1;
    return [x, y, Math.round(pressure * 100) / 100];
  }

  function begin(event) {
    const erase = hand.tool === "eraser" || (event.pointerType === "pen" && (event.buttons & 32) !== 0);
    const { layer, colour } = hand;
    if (hand.tool === "lasso") {
      stroke = { tool: "lasso", layer, points: [point(event).slice(0, 2)], colour, erase: event.altKey };
      surface.lasso = stroke.points;
    } else {
      stroke = { tool: "brush", layer, points: [point(event)], radius: hand.radius, softness: hand.softness, colour, erase };
      grow = growing(surface.layers[layer], stroke);
      grow(0);
    }
    surface.refresh();
  }

  function go(event) {
    const events = event.getCoalescedEvents?.() ?? [];
    const from = stroke.points.length;
    for (const each of events.length ? events : [event]) {
      const next = point(each);
      const last = stroke.points.at(-1);
      if (next[0] === last[0] && next[1] === last[1]) continue;
      if (stroke.points.length < 10000) stroke.points.push(stroke.tool === "lasso" ? next.slice(0, 2) : next);
    }
    if (stroke.tool === "brush" && stroke.points.length > from) grow(from);
    surface.refresh();
  }

  function end() {
    const drawn = stroke;
    stroke = null;
    surface.lasso = null;
    if (drawn.tool === "lasso" && drawn.points.length < 3) return surface.refresh();
    return done.stroke(drawn);
  }

  function cancel() {
    stroke = null;
    drag = null;
    surface.lasso = null;
    done.cancelled();
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.focus({ preventScroll: true });
    if (event.pointerType === "touch") {
      touches.set(event.pointerId, surface.place(event));
      if (touches.size === 2) cancel(); // The first finger was not meant to paint.
      if (touches.size > 1) return;
    }
    if (stroke) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const place = surface.place(event);
    const side = surface.side(place);
    if (event.button === 1 || hand.space || hand.tool === "hand") drag = { id: event.pointerId, place };
    else if (side) drag = { id: event.pointerId, place, side, before: surface.frame[side] };
    else if (event.button === 0 || event.button === 5) begin(event);
  });

  canvas.addEventListener("pointermove", (event) => {
    const place = surface.place(event);
    if (event.pointerType === "touch" && touches.size > 1) return pinch(event, place);
    if (drag?.id === event.pointerId) return pull(place);
    if (stroke) go(event);
    hover(event, place);
    return undefined;
  });

  function pull(place) {
    const dx = place[0] - drag.place[0];
    const dy = place[1] - drag.place[1];
    if (!drag.side) {
      surface.move(dx, dy);
      drag.place = place;
      return;
    }
    const outward = { left: -dx, right: dx, top: -dy, bottom: dy }[drag.side];
    done.framed(drag.side, Math.max(0, Math.round(drag.before + outward / surface.view.scale)));
  }

  /** Two fingers move the picture along with them. */
  function pinch(event, place) {
    if (!touches.has(event.pointerId)) return;
    const before = [...touches.values()].slice(0, 2);
    touches.set(event.pointerId, place);
    const after = [...touches.values()].slice(0, 2);
    const middle = ([a, b]) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const width = ([a, b]) => Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1]));
    const [x0, y0] = middle(before);
    const [x1, y1] = middle(after);
    surface.move(x1 - x0, y1 - y0);
    surface.zoom(width(after) / width(before), [x1, y1]);
  }

  /** The brush follows the pointer, where there is one to hover. */
  function hover(event, place) {
    const brush = ["brush", "eraser"].includes(hand.tool) && event.pointerType !== "touch" && !hand.space && !surface.side(place);
    const [x, y] = surface.pixel(place);
    surface.brush = brush ? { x, y, radius: hand.radius * (stroke ? point(event)[2] : 1) } : null;
    canvas.dataset.cursor = hand.space ? "grab" : surface.cursor(place, hand.tool);
    surface.refresh();
  }

  function up(event) {
    touches.delete(event.pointerId);
    if (drag?.id === event.pointerId) drag = null;
    else if (stroke && canvas.hasPointerCapture(event.pointerId)) end();
  }
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", (event) => {
    touches.delete(event.pointerId);
    if (stroke || drag) cancel();
  });
  canvas.addEventListener("pointerleave", () => {
    surface.brush = null;
    surface.refresh();
  });
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("wheel", (event) => {
    // The page scrolls as everywhere else; with Ctrl, as a pinch on a touchpad sends it, the picture is zoomed.
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
    event.preventDefault();
    surface.zoom(Math.exp(-event.deltaY * CLICKS * (event.ctrlKey ? 4 : 1)), surface.place(event));
  }, { passive: false });
}
