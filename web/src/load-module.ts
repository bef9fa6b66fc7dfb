/** Fetches and instantiates groupcall.wasm: lazily, once, for all calls of the page. */

import createModule, { type GroupCallModule } from 'groupcall-wasm';

import { GroupCallError } from './errors.js';

// A hundred kilobytes even over a bad mobile network.
const FETCH_TIMEOUT_MS = 30_000;

const modules = new Map<string, Promise<GroupCallModule>>();

/**
 * @param wasmUrl where groupcall.wasm is; by default beside this script.
 * @throws {GroupCallError} `module-load-failed`; the next call tries anew.
 */
export function loadModule(wasmUrl?: string | URL): Promise<GroupCallModule> {
  // Written in this very form, which Vite, webpack and others recognise and rewrite.
  const url = String(wasmUrl ?? new URL('./groupcall.wasm', import.meta.url));
  let module = modules.get(url);
  if (!module) {
    module = instantiate(url, () => modules.delete(url)).catch((cause: unknown) => {
      modules.delete(url);
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new GroupCallError('module-load-failed', `${url}: ${detail}`, { cause });
    });
    modules.set(url, module);
  }
  return module;
}

function instantiate(url: string, onAbort: () => void): Promise<GroupCallModule> {
  return new Promise((resolve, reject) => {
    createModule({
      onAbort,
      instantiateWasm: (imports, receive) => {
        // Emscripten offers no way to report a failure from here: its promise would hang.
        fetchInstance(url, imports).then(({ instance, module }) => receive(instance, module), reject);
        return {};
      },
    }).then((module) => {
      performance.mark('groupcall:module-ready');
      resolve(module);
    }, reject);
  });
}

async function fetchInstance(
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
