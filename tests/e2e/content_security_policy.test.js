/** The package needs no `unsafe-eval`, no inline script and no foreign host. */

import assert from 'node:assert/strict';
import path from 'node:path';
import { before } from 'node:test';

import { installPackage } from '../web/fixtures/prepare.mjs';
import { callTest } from './call_pages.mjs';

callTest('a call runs under a strict Content-Security-Policy', {}, async (stage) => {
  const response = await fetch(`http://127.0.0.1:${stage.server.port}/pages/module_page.html`);
  const policy = response.headers.get('content-security-policy');
  const [, sources] = /script-src ([^;]*)/.exec(policy);
  assert.deepEqual(sources.split(' ').sort(), ["'self'", "'wasm-unsafe-eval'"]);

  const [alice, bob] = await stage.joinAll(['alice', 'bob']);
  await Promise.all([alice.untilFlowing(['bob']), bob.untilFlowing(['alice'])]);
  await bob.leave();
  assert.deepEqual(await alice.violations(), []);
  assert.deepEqual(await bob.violations(), []);
});

let folder = '';
before(async () => {
  folder = await installPackage();
}, { timeout: 600_000 });

const server = {
  get mounts() {
    return [
      { prefix: '/groupcall', directory: path.join(folder, 'node_modules/groupcall/dist') },
      { prefix: '/plain', directory: path.join(import.meta.dirname, '../web/fixtures/plain') },
    ];
  },
};

callTest('under the strictest one a call runs with the WebAssembly inside the script, and fetches none', { server }, async (stage) => {
  const open = (user, other) => stage.openApplicationPage(user, `/plain/?entry=inline&user=${user}&other=${other}`);
  const [alice, bob] = [await open('alice', 'bob'), await open('bob', 'alice')];
  await Promise.all([alice.untilShown(), bob.untilShown()]);
  for (const page of [alice, bob]) {
    assert.equal(await page.tab.evaluate(() => document.querySelector('meta[http-equiv]').content), "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
    assert.ok(page.fetched.includes('/groupcall/inline.js'));
    assert.equal(page.timesFetchedWasm, 0);
    assert.deepEqual(await page.violations(), []);
  }
});

callTest('a page that breaks the policy is noticed', {}, async (stage) => {
  const alice = await stage.openModulePage('alice', { tolerated: [/unsafe-eval/, /Content Security Policy/] });
  // Later, since the debugger may evaluate what the page may not.
  const refused = await alice.evaluate(
    () =>
      new Promise((resolve) => {
        setTimeout(() => {
          try {
            resolve(String(new Function('return 1')()));
          } catch (error) {
            resolve(error.name);
          }
        });
      }),
  );
  assert.equal(refused, 'EvalError');
  const [broken, ...others] = await alice.tab.evaluate(() => window.brokenRules.splice(0));
  assert.match(broken, /^script-src: eval/);
  assert.deepEqual(others, []);
});
