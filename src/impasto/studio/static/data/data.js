// The Data page: files are uploaded one after the other, then a store is prepared of them as a job.

import { Card, cardList } from "../cards.js";
import { active, call, follow, say } from "../dom.js";
import { counted, text } from "../texts.js";

const form = document.querySelector("#import");
const drop = document.querySelector("#drop");
const gathered = document.querySelector("#gathered");
const sending = document.querySelector("#sending");
const refusal = document.querySelector("#refusal");
const waiting = document.querySelector("#waiting");
const WANTED = /\.(jpe?g|jpe|jfif|png|webp|tiff?|bmp|gif|txt|csv|tsv|jsonl?|parquet|zip)$/i;

const LARGEST = 200e6; // bytes of one file

let files = []; // each {name, file}
const watched = new Set(); // jobs that ran while this page was open

function gather(list, source) {
  files = list.filter(({ name }) => WANTED.test(name) && !name.split("/").some((part) => part.startsWith(".")));
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  gathered.textContent = files.length
    ? `${counted(files.length, "1 file", "{count} files")}, ${(bytes / 1e6).toFixed(1)} MB`
    : text("None of these are pictures, texts, tables or zips.");
  if (files.length && !form.elements.name.value) {
    const name = source.replace(/\.[^.]*$/, "").replace(/[^\w .()+,-]/gu, "-").replace(/^[^\w]+/, "");
    form.elements.name.value = `${name || "pictures"}-${form.elements.resolution.value}`;
  }
}

const chosen = (input) => {
  const list = [...input.files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
  // A folder that holds everything says nothing: its name is not a category.
  const top = list[0]?.name.split("/")[0];
  const whole = list.every(({ name }) => name.includes("/") && name.split("/")[0] === top);
  gather(whole ? list.map(({ name, file }) => ({ name: name.slice(top.length + 1), file })) : list, whole ? top : list.length === 1 ? top : "pictures");
};

/** All files in a dropped folder. */
async function inside(entry, path = "") {
  if (entry.isFile) return [{ name: path + entry.name, file: await new Promise((done, failed) => entry.file(done, failed)) }];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await inside(one, `${path}${entry.name}/`)));
  }
}

async function dropped(event) {
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const single = entries.length === 1 ? entries[0] : null;
  let list = (await Promise.all(entries.map((entry) => inside(entry)))).flat();
  if (single?.isDirectory) list = list.map(({ name, file }) => ({ name: name.slice(single.name.length + 1), file }));
  gather(list, single?.name ?? "pictures");
}

async function upload() {
  const large = files.find(({ file }) => file.size > LARGEST);
  if (large) throw new Error(text("{name} has more than {size} MB. Unpack it, and choose the folder instead.", { name: large.name, size: LARGEST / 1e6 }));
  const { id } = await call("POST", "/api/uploads");
  sending.hidden = false;
  const total = files.reduce((sum, { file }) => sum + file.size, 0) || 1;
  let sent = 0;
  for (const { name, file } of files) {
    const answer = await fetch(`/api/uploads/${id}/files?${new URLSearchParams({ name })}`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file });
    if (!answer.ok) throw new Error((await answer.json()).error);
    sent += file.size;
    sending.value = sent / total;
  }
  return id;
}

async function begin() {
  const fields = form.elements;
  const wanted = { name: fields.name.value.trim(), resolution: Number(fields.resolution.value), crop: fields.crop.value, duplicates: fields.duplicates.value, crop_bars: fields.crop_bars.checked };
  if (fields.label.value.trim()) wanted.label = fields.label.value.trim();
  const folder = fields.folder.value.trim();
  if (!folder && files.length === 0) throw new Error(text("Drop or choose some pictures first."));
  if (folder) wanted.folder = folder;
  if (!wanted.name) wanted.name = `${folder.split(/[\\/]/).filter(Boolean).pop() ?? "pictures"}-${wanted.resolution}`;
  if (!folder) wanted.upload = await upload();
  const { job } = await call("POST", "/api/stores", wanted);
  watched.add(job.id);
  files = [];
  fields.name.value = "";
  gathered.textContent = "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  say(refusal, "");
  const button = form.querySelector(".primary");
  button.disabled = true;
  try {
    await begin();
  } catch (error) {
    say(refusal, error.message);
  } finally {
    button.disabled = false;
    sending.hidden = true;
  }
});
for (const input of document.querySelectorAll("#files, #folder-files")) input.addEventListener("change", () => chosen(input));
for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => event.relatedTarget ?? drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  dropped(event).catch((error) => say(refusal, error.message));
});

const show = cardList(waiting, () => new Card());

follow((jobs) => {
  const imports = jobs.filter((job) => job.request.import);
  for (const job of imports) {
    if (active(job)) watched.add(job.id);
    else if (job.state === "done" && watched.delete(job.id)) location.href = `/data/${encodeURIComponent(job.request.import.name)}`;
  }
  show(imports.filter((job) => active(job) || (job.state !== "done" && watched.has(job.id))));
}, (sentence) => say(refusal, sentence));
