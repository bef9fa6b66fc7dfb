/** Plays everybody else: one audio element each. */

export class RemoteSound {
  #place = document.getElementById('audio');
  /** @type {Map<string, HTMLAudioElement>} */
  #elements = new Map();
  #blocked;
  #isBlocked = false;

  /** @param {(blocked: boolean) => void} blocked the browser wants a gesture first, or got it */
  constructor(blocked) {
    this.#blocked = blocked;
  }

  /** @param {readonly object[]} participants the others */
  draw(participants) {
    const present = new Set(participants.map(({ userId }) => userId));
    for (const userId of this.#elements.keys()) {
      if (!present.has(userId)) this.#remove(userId);
    }
    for (const { userId, streams } of participants) this.#play(userId, streams.microphone);
  }

  /** To be called from a click. */
  async resume() {
    this.#setBlocked(false);
    await Promise.all([...this.#elements.values()].map((audio) => this.#start(audio)));
  }

  clear() {
    for (const userId of [...this.#elements.keys()]) this.#remove(userId);
    this.#setBlocked(false);
  }

  #play(userId, stream) {
    let audio = this.#elements.get(userId);
    if (!audio) {
      audio = new Audio();
      audio.dataset.userId = userId;
      this.#place.append(audio);
      this.#elements.set(userId, audio);
    }
    if (audio.srcObject === stream) return;
    audio.srcObject = stream;
    if (stream) void this.#start(audio);
  }

  async #start(audio) {
    try {
      await audio.play();
    } catch (error) {
      // AbortError: another stream, or the end of the call, overtook it.
      if (error.name === 'NotAllowedError') this.#setBlocked(true);
      else if (error.name !== 'AbortError') throw error;
    }
  }

  #remove(userId) {
    const audio = this.#elements.get(userId);
    this.#elements.delete(userId);
    audio.srcObject = null;
    audio.remove();
  }

  #setBlocked(blocked) {
    if (this.#isBlocked === blocked) return;
    this.#isBlocked = blocked;
    this.#blocked(blocked);
  }
}
