// A dialog to choose a file that the studio keeps, or a picture of its gallery.

import { call, element, say } from "./dom.js";
import { titleOf } from "./recipe.js";
import { text } from "./texts.js";

const MOST = 24;

/** Open the dialog; `take(file)` is called with the file that is chosen, as the studio describes it. */
export async function choose(media, take) {
  const refusal = element("p", { class: "problem", role: "alert", hidden: true });
  const dialog = element("dialog", { class: "chooser", "aria-labelledby": "chooser-title", onclose: () => dialog.remove() },
    element("div", { class: "buttons" },
      element("h2", { id: "chooser-title" }, media === "image/*" ? text("Choose a picture") : text("Choose a file")),
      element("button", { type: "button", onclick: () => dialog.close() }, text("Close"))),
    refusal);
  const chosen = async (get) => {
    try {
      take(await get());
      dialog.close();
    } catch (error) {
      say(refusal, error.message);
    }
  };
  const files = await call("GET", `/api/files?${new URLSearchParams({ media, count: MOST })}`);
  const isPicture = media === "image/*";
  const kept = files.map((file) => offer(file.thumbnail, file.title || file.file.slice(0, 12), isPicture, () => chosen(() => file)));
  dialog.append(element("h3", {}, text("Uploaded or drawn here")),
    kept.length ? element("ul", { class: "offers" }, ...kept) : element("p", { class: "soft" }, text("Nothing of this kind yet; use Upload.")));
  if (isPicture) dialog.append(...gallery(chosen, refusal));
  document.body.append(dialog);
  dialog.showModal();
}

/** The newest pictures of the gallery, or those that words find. */
function gallery(chosen, refusal) {
  const list = element("ul", { class: "offers" });
  const nothing = element("p", { class: "soft", role: "status", hidden: true }, text("No picture there."));
  const words = element("input", { type: "search", "aria-label": text("Words to look for"), placeholder: text("Words to look for") });
  const look = async () => {
    try {
      const { pictures } = await call("GET", `/api/pictures?${new URLSearchParams({ words: words.value, limit: MOST })}`);
      list.replaceChildren(...pictures.map(({ id, thumbnail, prompt, painter }) =>
        offer(thumbnail, prompt || titleOf(painter), true, () => chosen(() => call("POST", "/api/files/from-gallery", { picture: id })))));
      nothing.hidden = pictures.length > 0;
    } catch (error) {
      say(refusal, error.message);
    }
  };
  words.addEventListener("change", look);
  look();
  return [element("h3", {}, text("In the gallery")), words, list, nothing];
}

function offer(thumbnail, title, isPicture, onclick) {
  return element("li", {}, element("button", { type: "button", onclick, title },
    isPicture ? element("img", { src: thumbnail, alt: title, loading: "lazy" }) : title));
}
