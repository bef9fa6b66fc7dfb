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

/** A call that keeps its record by itself. */
interface RecordKeeper {
  exportRecord(): Promise<Blob>;
}

const keepsRecord = (call: object): call is RecordKeeper => 'exportRecord' in call;

/** What there is to save, and in which form; null for nothing. */
function sourceOf(call: GroupCall): { readonly read: () => Promise<Blob>; readonly ending: string } | null {
  if (keepsRecord(call)) return { read: () => call.exportRecord(), ending: 'jsonl.gz' };
  const { record } = window.groupcallDemo;
  if (record.length === 0) return null;
  return { read: async () => new Blob([`${record.join('\n')}\n`], { type: 'application/x-ndjson' }), ending: 'jsonl' };
}

export function RecordButton({ call }: { readonly call: GroupCall }): ReactElement {
  const [words, setWords] = useState('');
  const source = sourceOf(call);
  if (!source) {
    return (
      <p className="soft">
        To keep a record of the call for <code>tools/replay</code>, open the page with <code>?record</code>.
      </p>
    );
  }
  const save = (): void => {
    const name = `groupcall-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.${source.ending}`;
    source.read().then(
      (content) => {
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
