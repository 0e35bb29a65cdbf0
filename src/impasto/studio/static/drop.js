// A picture that is dropped anywhere, or chosen, brings its settings back; it is read here and not sent anywhere.

import { text } from "./texts.js";
import { requested } from "./viewer.js";

/** Call `take(request, remark)` with what a picture was painted with, or `refuse(sentence)`. */
export function listen(input, take, refuse) {
  const read = async (file) => {
    if (!file) return;
    try {
      const { request, remark } = understood(texts(new DataView(await file.arrayBuffer())), file.name);
      take(request, remark);
    } catch (error) {
      refuse(error.message);
    }
  };
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  });
  input.addEventListener("change", () => {
    read(input.files[0]);
    input.value = "";
  });
}

function understood(found, name) {
  if (found.impasto) return { request: requested(JSON.parse(found.impasto)), remark: "" };
  if (found.parameters) return fromOthers(found.parameters);
  throw new Error(text("{name} holds no recipe: it was not painted by a tool that writes one, or another program saved it again.", { name }));
}

/** What other tools write: the prompt, a line "Negative prompt: …", and a line of "Key: value" pairs. */
function fromOthers(written) {
  const lines = written.split("\n");
  const last = lines.length > 1 && /^\w[\w ]*: /.test(lines.at(-1)) ? lines.pop() : "";
  const start = lines.findIndex((line) => line.startsWith("Negative prompt:"));
  const prompt = lines.slice(0, start < 0 ? lines.length : start).join("\n").trim();
  const pairs = Object.fromEntries([...last.matchAll(/\s*([\w ]+): ("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)/g)].map((one) => [one[1], one[2]]));
  const request = { settings: {} };
  if (prompt) request.prompt = prompt;
  if (/^\d+$/.test(pairs.Seed ?? "")) request.seed = Number(pairs.Seed);
  const unused = Object.keys(pairs).filter((key) => key !== "Seed");
  if (start >= 0) unused.unshift("Negative prompt");
  return { request, remark: text("Another tool painted this. Not used, since it means something else here: {entries}.", { entries: unused.join(", ") || text("nothing") }) };
}

/** The texts in a PNG: those of the chunks tEXt and iTXt that are not compressed. */
function texts(data) {
  if (data.byteLength < 8 || data.getUint32(0) !== 0x89504e47) throw new Error(text("This is not a PNG; recipes are kept in PNG files."));
  const found = {};
  for (let at = 8; at + 8 <= data.byteLength;) {
    const length = data.getUint32(at);
    const kind = String.fromCharCode(...new Uint8Array(data.buffer, at + 4, 4));
    if (at + 8 + length > data.byteLength) break;
    const body = new Uint8Array(data.buffer, at + 8, length);
    const end = body.indexOf(0);
    const key = new TextDecoder("latin1").decode(body.subarray(0, Math.max(0, end)));
    if (kind === "tEXt") found[key] = new TextDecoder("latin1").decode(body.subarray(end + 1));
    if (kind === "iTXt" && body[end + 1] === 0) {
      const language = body.indexOf(0, end + 3);
      const translated = body.indexOf(0, language + 1);
      found[key] = new TextDecoder().decode(body.subarray(translated + 1));
    }
    at += 12 + length;
  }
  return found;
}
