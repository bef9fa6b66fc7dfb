/** What stands at the foot of a tile. */

import type { ReactElement } from 'react';

import type { MediaStatus, Participant } from '../../index.js';
import { useTexts } from '../texts-context.js';
import { Icon } from './icons.js';
import { deviceWords, gradeOf, isWanted } from './media-words.js';

const BARS = { good: 3, fair: 2, poor: 1 } as const;

/** Bars, and words for those who point at them or listen. */
export function QualityChip({ quality, cause }: { readonly quality: number; readonly cause: Participant['qualityCause'] }): ReactElement {
  const texts = useTexts();
  const grade = gradeOf(quality);
  return (
    <span className="gc-chip gc-tile-quality" data-bars={BARS[grade]} title={texts.qualityDetail(grade, quality, cause)}>
      <span className="gc-bars" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span className="gc-tile-words">{texts.quality(grade)}</span>
    </span>
  );
}

/** The state of a microphone or a camera: a picture, and words where there is room; always for those who listen. */
export function DeviceChip({ device, status }: { readonly device: 'microphone' | 'camera'; readonly status: MediaStatus }): ReactElement {
  const texts = useTexts();
  const on = isWanted(status);
  const words = deviceWords(texts, status, device);
  return (
    <span className={`gc-chip gc-tile-${device}${on ? '' : ' gc-off'}`} title={words}>
      <Icon name={on ? device : `${device}-off`} />
      <span className="gc-tile-words">{words}</span>
    </span>
  );
}
