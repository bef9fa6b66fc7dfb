// Compiles web/src with esbuild and imports it, with the WebAssembly module replaced by a fake.

import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = path.join(root, 'web/src');
const output = path.join(root, 'build/web-tests');
// esbuild is a development dependency of web/, not of tests/.
const esbuild = createRequire(path.join(root, 'web/package.json'))('esbuild');

/** One bundle that exports every module of web/src under its file name. */
async function bundleAll() {
  const files = await readdir(source, { recursive: true });
  // What needs React is compiled with it: react_page.mjs.
  const modules = files.filter((file) => file.endsWith('.ts') && !file.startsWith('react'));
  const contents = modules
    .map((file) => `export * as ${path.basename(file, '.ts').replaceAll('-', '_')} from './${file}';`)
    .join('\n');
  const result = await esbuild.build({
    stdin: { contents, resolveDir: source, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    alias: {
      'groupcall-wasm': fileURLToPath(new URL('./fake_module.mjs', import.meta.url)),
      'groupcall-wasm-text': fileURLToPath(new URL('./fake_wasm_text.mjs', import.meta.url)),
    },
    external: ['node:zlib'],
    logLevel: 'warning',
  });
  return result.outputFiles[0].contents;
}

/** Compiles web/src into one file and returns its URL. */
export async function compileSource() {
  const contents = await bundleAll();
  const digest = createHash('sha256').update(contents).digest('hex').slice(0, 16);
  const file = path.join(output, `${digest}.mjs`);
  await mkdir(output, { recursive: true });
  // Renamed into place: test files run in parallel and may compile the same bundle.
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, contents);
  await rename(unfinished, file);
  return pathToFileURL(file).href;
}

/** The modules of web/src: `{ store, engine, peer_link, … }`. */
export async function importSource() {
  return import(await compileSource());
}
