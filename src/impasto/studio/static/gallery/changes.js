/* Ratings, tags, albums and the bin: each change can be undone. */

import { call } from "../dom.js";
import { text } from "../texts.js";

const toast = document.querySelector("#toast");
const undone = [];
let listener = () => {};
let closing = 0;

/** Call a function with the pictures that were changed, whenever some were. */
export function whenChanged(called) {
  listener = called;
}

/** Change something about pictures. `back` is what undoes it; `sentence` is shown. */
export async function change(pictures, changes, back, sentence) {
  const changed = await call("PATCH", "/api/pictures", { pictures, ...changes });
  undone.push({ pictures, changes: back });
  announce(sentence);
  listener(changed);
}

/** Undo the last change. */
export async function undo() {
  const last = undone.pop();
  toast.hidden = true;
  if (!last) return;
  listener(await call("PATCH", "/api/pictures", { pictures: last.pictures, ...last.changes }));
}

/** Rate a picture, 1 to 5 stars; the rating that it has takes it away, as 0 does. */
export function rate(picture, stars) {
  const rating = stars === picture.rating ? 0 : stars;
  if (rating === picture.rating) return Promise.resolve();
  const sentence = rating ? text("Rated {rating}", { rating: "★".repeat(rating) }) : text("Rating removed");
  return change([picture.id], { rating }, { rating: picture.rating }, sentence);
}

/** Put a picture into the bin, or take it out. */
export function bin(picture) {
  const binned = !picture.binned;
  return change([picture.id], { binned }, { binned: picture.binned }, binned ? text("In the bin. The file stays where it is.") : text("Out of the bin"));
}

/** Add a tag to a picture. */
export function tag(picture, name) {
  return change([picture.id], { add_tags: [name] }, { remove_tags: [name] }, text("Tag “{name}” added", { name }));
}

/** Remove a tag from a picture. */
export function untag(picture, name) {
  return change([picture.id], { remove_tags: [name] }, { add_tags: [name] }, text("Tag “{name}” removed", { name }));
}

/** Put a picture into an album, given with `id` and `name`. */
export function putInto(picture, { id, name }) {
  return change([picture.id], { add_to_album: id }, { remove_from_album: id }, text("Put into “{name}”", { name }));
}

/** Take a picture out of an album. */
export function takeOut(picture, { id, name }) {
  return change([picture.id], { remove_from_album: id }, { add_to_album: id }, text("Taken out of “{name}”", { name }));
}

function announce(sentence) {
  toast.querySelector("span").textContent = sentence;
  toast.hidden = false;
  clearTimeout(closing);
  closing = setTimeout(() => (toast.hidden = true), 8000);
}

toast.querySelector("button").addEventListener("click", undo);
