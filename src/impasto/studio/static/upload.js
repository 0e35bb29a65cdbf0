// A file is sent to the studio; the answer names it.

import { text } from "./texts.js";

/** Keep a file; `media` is what it must be, 'image/*' where nothing is said. */
export async function upload(file, media = "image/*") {
  const query = new URLSearchParams({ media, title: file.name.slice(0, 200) });
  let answer;
  try {
    answer = await fetch(`/api/files?${query}`, {
      method: "POST", headers: { "content-type": "application/octet-stream" }, body: file,
    });
  } catch {
    throw new Error(text("The studio does not answer, or does not take this file. It takes pictures of up to 64 MB, and weights of up to 200 MB."));
  }
  if (answer.status === 401) location.href = "/login";
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? text("The studio answered {status}.", answer));
  return value;
}
