/** The pictures on the page's own buttons: lines in the colour of the text. The parts have theirs with them. */

import type { ReactElement } from 'react';

const PATHS = {
  link: 'M10 13.800a4 4 0 0 0 6 .4l2.800-2.800a4 4 0 0 0-5.700-5.700l-1.500 1.500M14 10.200a4 4 0 0 0-6-.4l-2.800 2.800a4 4 0 0 0 5.700 5.700l1.500-1.500',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  close: 'm6 6 12 12M18 6 6 18',
  diagnostics: 'M3 12.500h4l2.500-7 5 13 2.500-6h4',
  people: 'M12.200 8.500a3.200 3.200 0 1 1-6.400 0 3.200 3.200 0 0 1 6.400 0zM3 19c0-3.300 2.500-5.300 6-5.300s6 2 6 5.300M15.800 5.700a3 3 0 0 1 0 5.600M17.500 14.200c2.200.6 3.500 2.300 3.500 4.800',
  shield: 'M12 3.500 5 6v5.500c0 4.300 2.900 7.600 7 9 4.100-1.400 7-4.700 7-9V6zM12 8.500v4.500M12 15.800v.2',
  save: 'M12 4v11M7.500 11 12 15.500 16.500 11M4.500 19.500h15',
} as const;

/** Decoration only: the words beside it say what it means. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The project's own. */
export function Mark(): ReactElement {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect className="mark-ground" width="32" height="32" rx="9" />
      <path className="mark-first" d="M15.500 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM4.500 24c0-4 3.100-6.500 7-6.500s7 2.500 7 6.500z" />
      <path className="mark-second" d="M24.500 13.500a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM20.200 24h7.300c0-3.600-2.600-5.600-6-5.600-.9 0-1.700.1-2.400.4 1 1.400 1.300 3.200 1.100 5.200z" />
    </svg>
  );
}
