/** Saves the flight record of the call as a file, for `tools/replay`. */

import type { GroupCall } from 'groupcall';
import { useState, type ReactElement } from 'react';

import { Icon } from './icons.js';

function offerFile(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser reads it after this task; by the next click it has.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Not every browser can compress. */
const endingOf = ({ type }: Blob): string => (type === 'application/gzip' ? 'jsonl.gz' : 'jsonl');

export function RecordButton({ call }: { readonly call: GroupCall }): ReactElement {
  const [words, setWords] = useState('');
  const save = (): void => {
    const at = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
    call.exportRecord().then(
      (content) => {
        const name = `groupcall-${at}.${endingOf(content)}`;
        offerFile(content, name);
        setWords(`Saved as ${name}`);
      },
      (error: unknown) => setWords(`The record cannot be saved: ${error instanceof Error ? error.message : String(error)}`),
    );
  };
  return (
    <>
      <button type="button" className="gc-button gc-plain" onClick={save}>
        <Icon name="save" />
        Save record
      </button>
      <p className="soft saved" role="status">
        {words}
      </p>
    </>
  );
}
