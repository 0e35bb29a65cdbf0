// A result over its original, with a slider; what an edit has added around the original is beside it.

import { element } from "../dom.js";
import { text } from "../texts.js";

/** The element for a result. `frame` tells where in it the original lies, where it has become larger around it. */
export function comparison(original, result, frame) {
  const before = element("img", { src: original.picture, alt: text("The original"), class: "before", draggable: "false" });
  const after = element("img", { src: result, alt: text("The result"), class: "after", draggable: "false" });
  const slider = element("input", { type: "range", min: 0, max: 100, value: 50, step: 0.5, "aria-label": text("How much of the original is shown") });
  const root = element("div", { class: "pair" }, after, element("div", { class: "veil" }, before),
    element("span", { class: "tag left" }, text("before")), element("span", { class: "tag right" }, text("after")), slider);
  const place = () => arrange(root, original, after, frame);
  after.addEventListener("load", place);
  slider.addEventListener("input", () => root.style.setProperty("--split", `${slider.value}%`));
  root.addEventListener("pointermove", (event) => {
    if (event.target === slider || (event.pointerType !== "mouse" && !event.buttons)) return;
    const box = root.getBoundingClientRect();
    slider.value = (100 * (event.clientX - box.left)) / box.width;
    slider.dispatchEvent(new Event("input"));
  });
  return root;
}

/** Put the original where it lies in the result. */
function arrange(root, original, after, frame) {
  const { naturalWidth: width, naturalHeight: height } = after;
  if (!width) return;
  root.style.setProperty("--columns", width);
  root.style.setProperty("--rows", height);
  root.classList.toggle("small-pixels", Math.max(width, height) <= 256);
  const before = root.querySelector(".before");
  const { left, top } = frame?.(width, height) ?? { left: 0, top: 0 };
  const grown = left || top || (frame && (width !== original.width || height !== original.height));
  const share = (part, whole) => `${(100 * part) / whole}%`;
  Object.assign(before.style, grown
    ? { left: share(left, width), top: share(top, height), width: share(original.width, width), height: share(original.height, height) }
    : { left: 0, top: 0, width: "100%", height: "100%" });
}
