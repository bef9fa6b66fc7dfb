/** A panel beside or above the tiles: a title, a button that closes it, and Escape. */

import { useId, useRef, type ReactElement, type ReactNode } from 'react';

import { useFocusKept, type FocusPlace } from './focus.js';
import { Icon } from './icons.js';

export interface PanelProps {
  readonly id: string;
  readonly kind: FocusPlace & ('chat' | 'devices');
  readonly title: string;
  readonly closeName: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The focus goes back to the button that opened it. */
export function Panel({ id, kind, title, closeName, onClose, children }: PanelProps): ReactElement {
  const panel = useRef<HTMLElement>(null);
  const titleId = useId();
  useFocusKept(panel, kind);
  return (
    <section
      ref={panel}
      id={id}
      className={`gc-panel gc-${kind}-panel`}
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className="gc-panel-head">
        <h3 id={titleId}>{title}</h3>
        <button type="button" className="gc-round" aria-label={closeName} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </section>
  );
}
