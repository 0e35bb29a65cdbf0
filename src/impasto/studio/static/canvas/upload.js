// A file is sent to the studio; the answer names it.

export async function upload(file) {
  let answer;
  try {
    answer = await fetch("/api/canvas/files", {
      method: "POST", headers: { "content-type": "application/octet-stream" }, body: file,
    });
  } catch {
    throw new Error("The studio does not answer, or does not take this file. It takes pictures of up to 64 MB.");
  }
  if (answer.status === 401) location.href = "/login";
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? `The studio answered ${answer.status}.`);
  return value;
}
