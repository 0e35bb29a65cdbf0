// A dialog to choose a file that the studio keeps, weights in its folder of models, or a picture of its gallery.

import { call, element, say } from "./dom.js";
import { titleOf } from "./recipe.js";
import { text } from "./texts.js";

const MOST = 24;

/**
 * Open the dialog; `take(file)` is called with the file that is chosen, as the studio describes it. `beside` is the file
 * that has to lie beside it, where there is one.
 */
export async function choose({ media, beside = "" }, take) {
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
  const files = beside ? [] : await call("GET", `/api/files?${new URLSearchParams({ media, count: MOST })}`);
  const isPicture = media === "image/*";
  const kept = files.map((file) => offer(file.thumbnail, file.title || file.file.slice(0, 12), isPicture, () => chosen(() => file)));
  if (!beside) dialog.append(element("h3", {}, text("Uploaded or drawn here")), list(kept, text("Nothing of this kind yet; use Upload.")));
  if (media === "application/x-safetensors") {
    const models = await call("GET", `/api/models?${new URLSearchParams({ beside })}`);
    const offers = models.map((model) => offer("", `${model.title} · ${size(model.bytes)}`, false, () => chosen(() => model)));
    const nothing = beside ? text("Nothing there yet: put the weights, with their {file}, into a folder in “models”, beside “studio”.", { file: beside })
      : text("Nothing there yet: put weights into the folder “models”, beside “studio”.");
    dialog.append(element("h3", {}, text("In the folder “models”")), list(offers, nothing));
  }
  if (isPicture) dialog.append(...gallery(chosen, refusal));
  document.body.append(dialog);
  dialog.showModal();
}

/** Offers, or a sentence where there are none. */
function list(offers, nothing) {
  return offers.length ? element("ul", { class: "offers" }, ...offers) : element("p", { class: "soft" }, nothing);
}

const size = (bytes) => (bytes < 1e9 ? text("{count} MB", { count: Math.max(1, Math.round(bytes / 1e6)) }) : text("{count} GB", { count: (bytes / 1e9).toFixed(1) }));

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
