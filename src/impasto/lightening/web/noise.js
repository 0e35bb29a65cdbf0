// The random numbers of impasto's seeds (impasto.contract.PictureNoise): numpy's SeedSequence turns (seed, picture, call)
// into the seed of a Mersenne Twister, from which torch draws. Only the last bits of logarithms and sines may differ.

const CATEGORY_STREAM = 0x5eedn; // as in impasto.contract.painter

/** Standard normal numbers of a picture, in the order in which torch.randn fills a tensor of 16 or more. */
export function normal(seed, picture, count) {
  if (count < 16) throw new RangeError("torch draws fewer than 16 numbers in another way");
  const twister = new Twister(firstWord([BigInt(seed), BigInt(picture), 0n]));
  const numbers = Float32Array.from({ length: count }, () => twister.uniform());
  for (let start = 0; start + 16 <= count; start += 16) boxMuller(numbers.subarray(start, start + 16));
  if (count % 16) {
    const last = numbers.subarray(count - 16);
    for (let place = 0; place < 16; place++) last[place] = twister.uniform();
    boxMuller(last);
  }
  return numbers;
}

/** Index of the category that is drawn for a picture, by the shares of all categories. */
export function drawnCategory(seed, picture, shares) {
  const draw = new Twister(firstWord([BigInt(seed) ^ CATEGORY_STREAM, BigInt(picture), 0n])).uniform();
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let sum = 0;
  const place = shares.findIndex((share) => draw < (sum += share) / whole);
  return place < 0 ? shares.length - 1 : place;
}

/** Sixteen uniform numbers become normal ones in place (Box & Muller 1958), in single precision. */
function boxMuller(numbers) {
  for (let place = 0; place < 8; place++) {
    const radius = Math.sqrt(-2 * Math.log(1 - numbers[place]));
    const angle = 2 * Math.PI * numbers[place + 8];
    numbers[place] = radius * Math.cos(angle);
    numbers[place + 8] = radius * Math.sin(angle);
  }
}

/** The first 32 bits that numpy.random.SeedSequence gives for integers of 0 or more. */
function firstWord(key) {
  const words = key.flatMap(wordsOf);
  let constant = 0x43b0d7e5;
  const hashed = (value) => {
    const before = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    return folded(Math.imul(before, constant));
  };
  const mixed = (one, other) => folded(Math.imul(one, 0xca01f9dd) - Math.imul(other, 0x4973f715));
  const pool = [0, 1, 2, 3].map((place) => hashed(words[place] ?? 0));
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mixed(pool[to], hashed(pool[from]));
  for (const word of words.slice(4)) for (let to = 0; to < 4; to++) pool[to] = mixed(pool[to], hashed(word));
  return folded(Math.imul(pool[0] ^ 0x8b51f9dd, Math.imul(0x8b51f9dd, 0x58f38ded))) >>> 0;
}

const folded = (value) => value ^ (value >>> 16);

/** An integer as words of 32 bits, the lowest first. */
function wordsOf(value) {
  const words = [Number(value & 0xffffffffn)];
  for (let rest = value >> 32n; rest; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words;
}

/** MT19937 (Matsumoto & Nishimura 1998). */
class Twister {
  constructor(seed) {
    this.state = new Uint32Array(624);
    this.state[0] = seed;
    for (let i = 1; i < 624; i++) {
      const before = this.state[i - 1] ^ (this.state[i - 1] >>> 30);
      this.state[i] = Math.imul(before, 1812433253) + i;
    }
    this.place = 624;
  }

  /** A number in [0, 1) of 24 bits. */
  uniform() {
    if (this.place === 624) this.twist();
    let word = this.state[this.place++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return (word & 0xffffff) / 0x1000000;
  }

  twist() {
    const state = this.state;
    for (let i = 0; i < 624; i++) {
      const bits = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
      state[i] = state[(i + 397) % 624] ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
    }
    this.place = 0;
  }
}
