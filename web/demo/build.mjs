/**
 * Builds the demo page into web/dist-demo/: index.html, demo.js with React and the parts in it, demo.css, and the licences of
 * what is inside. The engine and its other entries stay files of the package, under /dist. Needs web/dist (`node build.mjs`).
 */

import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const web = path.join(here, '..');
const dist = path.join(web, 'dist');
const output = path.join(web, 'dist-demo');

/** The packages whose code is in demo.js. */
const INSIDE = ['react', 'react-dom', 'scheduler'];

/** The parts as they are published; whatever they and the page share with others is served, not bundled. */
const published = {
  name: 'published',
  setup(/** @type {import('esbuild').PluginBuild} */ { onResolve }) {
    onResolve({ filter: /^groupcall(\/[\w-]+)?$/ }, ({ path: name }) => {
      const entry = name === 'groupcall' ? 'index' : name.slice('groupcall/'.length);
      return entry === 'react' ? { path: path.join(dist, 'react.js') } : { path: `/dist/${entry}.js`, external: true };
    });
    onResolve({ filter: /^\.\/[\w-]+\.js$/ }, ({ path: name, resolveDir }) =>
      resolveDir === dist ? { path: `/dist/${path.basename(name)}`, external: true } : null,
    );
  },
};

async function bundle() {
  await build({
    absWorkingDir: here,
    entryPoints: ['demo.tsx', 'demo.css'],
    outdir: output,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [published],
    sourcemap: true,
    // Sources are inside the map; paths of this machine are not.
    sourceRoot: '',
    legalComments: 'none',
    logLevel: 'warning',
  });
}

async function writeLicences() {
  const texts = await Promise.all(
    INSIDE.map(async (name) => `${name}\n\n${await readFile(path.join(web, 'node_modules', name, 'LICENSE'), 'utf8')}`),
  );
  await writeFile(path.join(output, 'LICENSES.txt'), texts.join('\n\n'));
}

await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });
await Promise.all([bundle(), writeLicences(), copyFile(path.join(here, 'index.html'), path.join(output, 'index.html'))]);
for (const name of ['demo.js', 'demo.css']) {
  const bytes = await readFile(path.join(output, name));
  console.log(`dist-demo/${name}: ${bytes.length} bytes, brotli ${brotliCompressSync(bytes).length}`);
}
