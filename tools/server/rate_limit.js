/**
 * Counts admitted connections per address in a sliding window. Refused ones do
 * not count, so a client that waits `retryAfter` always gets in. The caller
 * brings the clock.
 */
export class RateLimit {
  /** @type {Map<string, number[]>} */
  #admitted = new Map();
  #limit;
  #windowMs;

  /** @param {{ limit: number, windowMs: number }} settings  limit 0 means no limit */
  constructor({ limit, windowMs }) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /**
   * @param {string} address
   * @param {number} nowMs
   * @returns {boolean} whether this connection may stay
   */
  admits(address, nowMs) {
    if (this.#limit === 0) return true;
    const recent = (this.#admitted.get(address) ?? []).filter((at) => nowMs - at < this.#windowMs);
    const admitted = recent.length < this.#limit;
    if (admitted) recent.push(nowMs);
    this.#admitted.set(address, recent);
    return admitted;
  }
}
