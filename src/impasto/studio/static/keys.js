// The keys of a page, listed under ?.

const TYPED = "textarea, select, input:not([type=range], [type=color], [type=checkbox], [type=radio])";
const help = document.querySelector("#help");

document.querySelector("#help-button").addEventListener("click", () => help.showModal());
help.querySelector("button").addEventListener("click", () => help.close());
document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.target.closest(TYPED) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  help.showModal();
});
