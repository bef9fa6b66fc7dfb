/** Puts something of ours in the place of something of the browser's, for a while. */

/** @returns how to put it back. What somebody else has put there since stays: it is not ours to remove. */
export function replace(target: object, key: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: before?.enumerable ?? false });
  return () => {
    if (Object.getOwnPropertyDescriptor(target, key)?.value !== value) return;
    if (before) Object.defineProperty(target, key, before);
    else Reflect.deleteProperty(target, key);
  };
}

interface Made {
  readonly WebSocket: WebSocket;
  readonly RTCPeerConnection: RTCPeerConnection;
}

/** Tells of everything that the page makes by a constructor, which otherwise stays what it was, `instanceof` included. */
export function watchMade<Name extends keyof Made>(name: Name, made: (one: Made[Name]) => void): () => void {
  const constructor: new (...given: never[]) => object = globalThis[name];
  const watched = new Proxy(constructor, {
    construct(target, given, newTarget) {
      const one = Reflect.construct(target, given, newTarget) as Made[Name];
      made(one);
      return one;
    },
  });
  return replace(globalThis, name, watched);
}
