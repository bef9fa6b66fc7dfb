/** Fetches and instantiates groupcall.wasm: lazily, once, for all calls of the page. */

import createModule, { type GroupCallModule } from 'groupcall-wasm';

import { GroupCallError } from './errors.js';
import { defaultAddress, fetchInstance } from './wasm-source.js';

const modules = new Map<string, Promise<GroupCallModule>>();

/**
 * @param wasmUrl where groupcall.wasm is; by default beside this script.
 * @throws {GroupCallError} `module-load-failed`; the next call tries anew.
 */
export function loadModule(wasmUrl?: string | URL): Promise<GroupCallModule> {
  const url = String(wasmUrl ?? defaultAddress());
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
