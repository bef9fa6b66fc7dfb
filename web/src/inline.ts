/**
 * The same as `groupcall`, with the WebAssembly and what `exportRecord()` needs inside the script, for pages that cannot
 * serve a second file.
 * Larger on the way, and compiled only when all of it is there. `wasmUrl` has no effect.
 *
 * @packageDocumentation
 */

export * from './index.js';
