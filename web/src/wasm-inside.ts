/** In the place of `wasm-source.ts` in the entry `groupcall/inline`: the WebAssembly is in the script itself, and nothing is fetched. */

import deflated from 'groupcall-wasm-text';

/** No address that anything is fetched from; it stands in messages. */
export const defaultAddress = (): string => 'groupcall/inline';

/** @throws whatever went wrong, as the browser tells it */
export async function fetchInstance(
  _url: string,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  const bytes = Uint8Array.from(atob(deflated), (letter) => letter.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return WebAssembly.instantiate(await new Response(inflated).arrayBuffer(), imports);
}
