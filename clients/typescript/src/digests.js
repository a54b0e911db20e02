// A digest of what somebody holds: equal digests mean equal records, whatever way they came.

export const NOTHING = "0".repeat(16);

/** Of `[id, version]` pairs: the sum, modulo 2⁶⁴, of the first 8 bytes of SHA-256 of `<id>:<version>`. */
export async function digest(pairs) {
  const weights = await Promise.all([...pairs].map(weight));
  const sum = BigInt.asUintN(64, weights.reduce((total, each) => total + each, 0n));
  return sum.toString(16).padStart(16, "0");
}

async function weight([id, version]) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${id}:${version}`));
  return new DataView(hash).getBigUint64(0);
}
