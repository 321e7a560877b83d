// The constants of SHA-2 (FIPS 180-4, sections 4.2 and 5.3): fractional parts of roots of the first primes, computed
// with integers alone, so that no table has to be trusted.

/** For each of the first `count` primes the first `bits` bits behind the point of its root of that degree, as BigInts. */
export function fractions(count, degree, bits) {
  const found = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (isPrime(candidate)) found.push(fraction(candidate, degree, bits));
  }
  return found;
}

function isPrime(number) {
  for (let factor = 2; factor * factor <= number; factor += 1) if (number % factor === 0) return false;
  return true;
}

// The largest r with r^degree <= number * 2^(bits * degree), less its whole part.
function fraction(number, degree, bits) {
  const target = BigInt(number) << BigInt(bits * degree);
  let low = 0n;
  let high = 1n << BigInt(bits + 8);
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** BigInt(degree) <= target) low = middle;
    else high = middle - 1n;
  }
  return BigInt.asUintN(bits, low);
}
