// Ed25519 signatures (RFC 8032, section 5.1), checked with BigInts: a page checks one, so speed is of no account.

import { sha512 } from "./sha512.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

function mod(value) {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base, exponent) {
  let [result, square] = [1n, mod(base)];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n);
const NEUTRAL = [0n, 1n, 1n, 0n]; // extended coordinates X, Y, Z, T (section 5.1.4)

function number(bytes) {
  let value = 0n;
  for (let n = bytes.length - 1; n >= 0; n -= 1) value = (value << 8n) | BigInt(bytes[n]);
  return value;
}

// Section 5.1.3: the point of 32 bytes, or null where there is none.
function point(bytes) {
  const encoded = number(bytes);
  const y = encoded & (2n ** 255n - 1n);
  const sign = encoded >> 255n;
  if (y >= P) return null;
  const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)];
  let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
  const square = mod(v * x * x);
  if (square === mod(-u)) x = mod(x * ROOT_OF_MINUS_1);
  else if (square !== u) return null;
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * t2 * D);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** [m]M + [n]N, both factors bit by bit together. */
function combine(m, M, n, N) {
  const [both, length] = [add(M, N), Math.max(m.toString(2).length, n.toString(2).length)];
  let result = NEUTRAL;
  for (let bit = BigInt(length - 1); bit >= 0n; bit -= 1n) {
    result = add(result, result);
    const [one, other] = [(m >> bit) & 1n, (n >> bit) & 1n];
    if (one || other) result = add(result, one && other ? both : one ? M : N);
  }
  return result;
}

const negative = ([x, y, z, t]) => [mod(-x), y, z, mod(-t)];

const isSame = ([x1, y1, z1], [x2, y2, z2]) => mod(x1 * z2 - x2 * z1) === 0n && mod(y1 * z2 - y2 * z1) === 0n;

const BASE_BYTES = new Uint8Array(32).fill(0x66);
BASE_BYTES[0] = 0x58; // y = 4/5, x even

/** Whether `signature` (64 bytes) is that of `message` under the public key (32 bytes): [S]B - [k]A = R. */
export function verifies(publicKey, message, signature) {
  if (signature.length !== 64 || publicKey.length !== 32) return false;
  const [a, r] = [point(publicKey), point(signature.subarray(0, 32))];
  const s = number(signature.subarray(32));
  if (a === null || r === null || s >= L) return false;
  const hashed = new Uint8Array(64 + message.length);
  hashed.set(signature.subarray(0, 32));
  hashed.set(publicKey, 32);
  hashed.set(message, 64);
  const k = number(sha512(hashed)) % L;
  return isSame(combine(s, point(BASE_BYTES), k, negative(a)), r);
}
