/** Says that one shares one's own screen, and ends it. */

import { useRef, type ReactElement } from 'react';

import type { CallSnapshot } from '../../index.js';
import { useCallActions, useCallSelector, usePicture } from '../hooks.js';
import { useTexts } from '../texts-context.js';
import { useFocusKept } from './focus.js';

const selectSharing = ({ self }: CallSnapshot): string | null => (self.screen.state === 'on' ? self.userId : null);

function ShareBanner({ selfId }: { readonly selfId: string }): ReactElement {
  const texts = useTexts();
  const { setScreenShare } = useCallActions();
  const banner = useRef<HTMLElement>(null);
  const video = usePicture(selfId, 'screen');
  useFocusKept(banner, 'screen');
  return (
    <section ref={banner} className="gc-sharing" aria-label={texts.ownShare}>
      <video ref={video} aria-label={texts.ownSharePicture} autoPlay playsInline muted />
      <p>{texts.ownShareOn}</p>
      <button type="button" className="gc-button gc-danger" onClick={() => setScreenShare(false)}>
        {texts.stopSharing}
      </button>
    </section>
  );
}

export function OwnShare(): ReactElement | null {
  const selfId = useCallSelector(selectSharing);
  return selfId === null ? null : <ShareBanner selfId={selfId} />;
}
