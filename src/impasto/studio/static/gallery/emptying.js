/* What can be done with all pictures that are listed: save them, show them, and delete those in the bin. */

import { call } from "../dom.js";
import { counted } from "../texts.js";

const dialog = document.querySelector("#emptying");
const button = document.querySelector("#empty-bin");
const confirmed = document.querySelector("#emptied");
let total = 0;

/** Bring the buttons up to date with the filters of the page and the number of pictures that match. */
export function offer(filters, count) {
  total = count;
  const isBin = filters.get("binned") === "true" && filters.size === 1;
  button.hidden = !isBin || total === 0;
  for (const [id, address] of [["#save-these", "/api/pictures/zip"], ["#show-these", "/show"]]) {
    const link = document.querySelector(id);
    if (!link) continue;
    link.href = filters.size ? `${address}?${filters}` : address;
    link.hidden = total === 0;
  }
}

/** Call `done` once the bin was emptied; `attempt` says what goes wrong. */
export function whenEmptied(attempt, done) {
  confirmed.addEventListener("click", () => {
    dialog.close();
    attempt(call("DELETE", `/api/pictures/bin?count=${total}`).then(done));
  });
}

button.addEventListener("click", () => {
  document.querySelector("#emptying-title").textContent = counted(total, "Delete 1 picture for good?", "Delete {count} pictures for good?");
  confirmed.textContent = counted(total, "Delete 1 picture", "Delete {count} pictures");
  dialog.showModal();
});
