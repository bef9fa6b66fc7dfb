/** What a page opened without https can and cannot do, and the ways out. */

import type { ReactElement } from 'react';

import { Icon } from './icons.js';

/** Nothing on a secure page: https, or localhost. */
export function SecureContextNote(): ReactElement | null {
  if (window.isSecureContext) return null;
  const { origin, port } = location;
  return (
    <aside className="secure-note" aria-labelledby="secure-title">
      <Icon name="shield" />
      <div>
        <h2 id="secure-title">Not a secure page: you see and hear the others, they do not see you</h2>
        <p>
          It was opened by <code>{origin}</code>, without https. Browsers give camera, microphone and screen to secure pages only. What works: to join, to see and hear the others, to write messages.
        </p>
        <details>
          <summary>How to be seen and heard</summary>
          <ul>
            <li>
              From the machine that runs the demo: open <code>http://localhost{port && `:${port}`}</code>, which counts as secure.
            </li>
            <li>For good: put a server with a certificate in front, and open the page by https.</li>
            <li>
              A phone with Android on a cable: in Chrome on the computer, <code>chrome://inspect</code>, port forwarding; the phone then opens <code>localhost</code>, too.
            </li>
            <li>
              For a try in Chrome: name <code>{origin}</code> under <code>chrome://flags/#unsafely-treat-insecure-origin-as-secure</code>, and take it out afterwards.
            </li>
          </ul>
        </details>
      </div>
    </aside>
  );
}
