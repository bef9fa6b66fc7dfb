/** Where the WebAssembly comes from: a file beside the script. The entry `groupcall/inline` has `wasm-inside.ts` in its place. */

// A hundred kilobytes even over a bad mobile network.
const FETCH_TIMEOUT_MS = 30_000;

/** Written in this very form, which Vite, webpack and others recognise and rewrite. */
export const defaultAddress = (): URL => new URL('./groupcall.wasm', import.meta.url);

/** @throws whatever went wrong, as the browser tells it */
export async function fetchInstance(
  url: string,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  const response = await fetch(url, {
    credentials: 'same-origin',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  // Browsers compile while they download only what is served under its right MIME type.
  const streamable = response.headers.get('Content-Type')?.toLowerCase() === 'application/wasm';
  return streamable
    ? WebAssembly.instantiateStreaming(response, imports)
    : WebAssembly.instantiate(await response.arrayBuffer(), imports);
}
