// A PNG file with the recipe of its picture inside, where `impasto paint --from` finds it.

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, number) => {
  for (let bit = 0; bit < 8; bit++) number = number & 1 ? 0xedb88320 ^ (number >>> 1) : number >>> 1;
  return number;
});

/** The file: rows of red, green and blue bytes, and a text under the keyword 'impasto'. */
export async function png(bytes, width, height, text) {
  const rows = new Uint8Array(height * (1 + 3 * width)); // each row begins with 0: no filter
  for (let row = 0; row < height; row++)
    rows.set(bytes.subarray(3 * width * row, 3 * width * (row + 1)), row * (1 + 3 * width) + 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2], 8); // 8 bits, red green blue
  const stream = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  const words = new TextEncoder().encode(`impasto\0\0\0\0\0${text}`);
  const parts = [chunk("IHDR", header), chunk("iTXt", words), chunk("IDAT", packed), chunk("IEND", new Uint8Array())];
  return new Blob([new Uint8Array(SIGNATURE), ...parts], { type: "image/png" });
}

function chunk(name, content) {
  const whole = new Uint8Array(12 + content.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, content.length);
  whole.set(new TextEncoder().encode(name), 4);
  whole.set(content, 8);
  let sum = 0xffffffff;
  for (const byte of whole.subarray(4, 8 + content.length)) sum = CRC_TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
  view.setUint32(8 + content.length, ~sum);
  return whole;
}
