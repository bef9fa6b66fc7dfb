/** Chooses camera, microphone and speaker during a call. */

import { useEffect, useRef, useState, type ReactElement } from 'react';

import type { CallDevice } from '../../index.js';
import { useDevices } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import type { Texts } from '../texts.js';
import { Panel } from './panel.js';
import { Select, type Choice } from './select.js';

/** What a menu offers, and what of it is chosen. */
function choicesOf(texts: Texts, kind: CallDevice['kind'], devices: readonly CallDevice[], inUse: string | null): { readonly options: readonly Choice[]; readonly value: string; readonly usable: boolean } {
  // A device without an id is one that this page may not use yet.
  const usable = devices.filter(({ deviceId }) => deviceId !== '');
  const options: Choice[] = usable.map(({ deviceId, label }, index) => ({ value: deviceId, name: label || texts.device(kind, index + 1) }));
  const known = usable.some(({ deviceId }) => deviceId === inUse);
  // What the browser chooses by itself has no id among those that are listed, or none is in use.
  if (!known) {
    const words = usable.length === 0 ? texts.noDevice(kind) : kind === 'speaker' ? texts.browsersChoice : texts.noneInUse;
    options.unshift({ value: '', name: words, disabled: kind !== 'speaker' });
  }
  return { options, value: known && inUse !== null ? inUse : '', usable: usable.length > 0 };
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

export function DevicesPanel({ id, onClose }: { readonly id: string; readonly onClose: () => void }): ReactElement {
  const texts = useTexts();
  const { microphones, cameras, speakers, selected, select } = useDevices();
  const [status, setStatus] = useState('');
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);
  const choose = (kind: CallDevice['kind'], deviceId: string): void => {
    select(kind, deviceId).then(
      () => setStatus(''),
      // How it goes with a camera or a microphone stands in their state: only a speaker rejects.
      (error: unknown) => setStatus(nameOf(error) === 'NotSupportedError' ? texts.speakerByBrowser : texts.speakerUnusable),
    );
  };
  const menus = [
    ['camera', texts.camera, choicesOf(texts, 'camera', cameras, selected.camera)],
    ['microphone', texts.microphone, choicesOf(texts, 'microphone', microphones, selected.microphone)],
    ['speaker', texts.speaker, choicesOf(texts, 'speaker', speakers, selected.speaker)],
  ] as const;
  // A menu without a choice cannot have the focus.
  const firstUsable = menus.find(([, , { usable }]) => usable)?.[0];
  return (
    <Panel id={id} kind="devices" title={texts.devices} closeName={texts.closeDevices} onClose={onClose}>
      <div className="gc-devices-fields">
        {menus.map(([kind, label, { options, value, usable }]) => (
          <Select
            key={kind}
            label={label}
            value={value}
            options={options}
            disabled={!usable}
            onChange={(deviceId) => choose(kind, deviceId)}
            {...(kind === firstUsable && { selectRef: first })}
          />
        ))}
        <p className="gc-hint" role="status">
          {status}
        </p>
      </div>
    </Panel>
  );
}
