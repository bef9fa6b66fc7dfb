/** A call with the chat application's former client in it. */

import type { ReactElement, ReactNode } from 'react';

export interface OlderClientLinkProps {
  readonly room: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** Leads into the same room by the older client, in a tab of its own. `tools/demo` serves that page. */
export function OlderClientLink({ room, className = 'gc-button gc-plain', children }: OlderClientLinkProps): ReactElement {
  return (
    <a className={className} href={`/older/?room=${encodeURIComponent(room)}`} target="_blank" rel="noopener">
      {children}<span className="gc-hidden"> in a new tab</span>
    </a>
  );
}
