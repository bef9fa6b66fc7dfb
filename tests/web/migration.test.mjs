/** What web/MIGRATION.md quotes is what the tests run. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const application = path.join(root, 'tests/web/fixtures/chat_app');
const guide = await readFile(path.join(root, 'web/MIGRATION.md'), 'utf8');

/** Code blocks that name their file, with the pieces that a line `// …` parts. */
const quotes = [...guide.matchAll(/^```(\w+)(?: (before)| file=(\S+))?\n([\s\S]*?)^```$/gm)].map(([, language, before, file, text]) => ({ language, before, file, pieces: text.split(/^\/\/ …\n/m) }));

test('every piece of code of the guide says where it is from, but for the command and the outline of what was before', () => {
  assert.equal(quotes.length, [...guide.matchAll(/^```\w/gm)].length);
  assert.deepEqual(quotes.filter(({ file }) => !file).map(({ language, before }) => before ?? language), ['sh', 'before']);
  assert.deepEqual(quotes.flatMap(({ file }) => file ?? []).sort(), [
    'src/chat.css', 'src/component/ByHook.jsx', 'src/component/ByStore.jsx', 'src/component/ByWindow.jsx', 'src/component/Ringing.jsx', 'src/store/useCallStore.js',
  ]);
});

for (const { file, pieces } of quotes.filter((quote) => quote.file)) {
  test(`the guide quotes ${file} as it is`, async () => {
    const source = await readFile(path.join(application, file), 'utf8');
    let from = 0;
    for (const piece of pieces) {
      const at = source.indexOf(piece, from);
      assert.ok(at >= 0, `this is not in ${file}, or not in this order:\n${piece}`);
      from = at + piece.length;
    }
  });
}

test('every name that the guide takes from the package is one', async () => {
  const exported = { 'groupcall/react': 'react.ts', groupcall: 'index.ts', 'groupcall/call-store': 'call-store.ts' };
  for (const [entry, file] of Object.entries(exported)) {
    const source = await readFile(path.join(root, 'web/src', file), 'utf8');
    for (const [, names] of guide.matchAll(new RegExp(`import \\{ ([\\w, ]+) \\} from '${entry}';`, 'g'))) {
      for (const name of names.split(', ')) assert.match(source, new RegExp(`\\b${name}\\b`), `${entry} has no ${name}`);
    }
  }
  const react = await readFile(path.join(root, 'web/src/react.ts'), 'utf8');
  const said = new Set([...guide.matchAll(/`<(\w+)|`(use[A-Z]\w+)\(/g)].map(([, component, hook]) => component ?? hook));
  for (const own of ['StrictMode', 'useEffect']) said.delete(own);
  assert.ok(said.size >= 8);
  for (const name of said) assert.match(react, new RegExp(`\\b${name}\\b`), `groupcall/react has no ${name}`);
});
