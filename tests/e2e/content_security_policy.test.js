/** The package needs no `unsafe-eval`, no inline script and no foreign host. */

import assert from 'node:assert/strict';

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
