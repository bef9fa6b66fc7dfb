// Compiles what is in web/src/react with esbuild and imports it: modules that need no document, and React on a server.

import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const output = path.join(root, 'build/web-tests');
// esbuild is a development dependency of web/, not of tests/.
const esbuild = createRequire(path.join(root, 'web/package.json'))('esbuild');

/**
 * @param {string} name of the file that is made
 * @param {string} contents a module; its imports are found from web/src/react, React among the packages of the tests
 * @param {Record<string, string>} [instead] files in place of modules
 */
export async function importCompiled(name, contents, instead = {}) {
  const file = path.join(output, `${name}.${process.pid}.cjs`);
  const packages = path.join(root, 'tests/node_modules');
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: path.join(root, 'web/src/react'), loader: 'tsx' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    jsx: 'automatic',
    alias: {
      react: path.join(packages, 'react'),
      'react-dom': path.join(packages, 'react-dom'),
      'groupcall-wasm': fileURLToPath(new URL('./fake_module.mjs', import.meta.url)),
      ...instead,
    },
    logLevel: 'warning',
  });
  await mkdir(output, { recursive: true });
  await writeFile(file, outputFiles[0].contents);
  return createRequire(import.meta.url)(file);
}
