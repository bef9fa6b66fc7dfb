/** What `web/build.mjs` puts into the entry `groupcall/inline`: groupcall.wasm as base64 of its raw deflate stream. */
declare const deflated: string;
export default deflated;
