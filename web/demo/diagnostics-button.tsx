/** Opens and closes the diagnostics. */

import type { ReactElement, Ref } from 'react';

import { Icon } from './icons.js';

/** The id of the drawer while it is there. */
export const DIAGNOSTICS_ID = 'diagnostics';

export interface DiagnosticsSwitch {
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly buttonRef: Ref<HTMLButtonElement>;
}

export function DiagnosticsButton({ open, onToggle, buttonRef }: DiagnosticsSwitch): ReactElement {
  return (
    <button ref={buttonRef} type="button" className="gc-button gc-plain diagnostics-button" aria-expanded={open} aria-controls={open ? DIAGNOSTICS_ID : undefined} title="Diagnostics" onClick={onToggle}>
      <Icon name="diagnostics" />
      <span className="compact">Diagnostics</span>
    </button>
  );
}
