/** Shows one part at a time, in StrictMode, over a fake call. Tests drive it by `window.parts`. */

import './react_parts_page.css';
import { Profiler, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { GroupCallError } from '../../../web/src/index.ts';
import * as groupcall from '../../../web/src/react.ts';
import { inCall, makeFakeCall, other, person, self, status } from './fake_call.js';

const { GroupCallProvider, GroupCallWindow, CallControls, IncomingCall, PreJoin, VideoTile } = groupcall;

/** What the parts told the page. */
const told = [];
const tell =
  (name) =>
  (...values) =>
    void told.push([name, ...values]);

/** How often each tile was rendered, by the name that it asks a text for. */
const renders = {};
const countingTexts = {
  pictureOf: (name) => {
    renders[name] = (renders[name] ?? 0) + 1;
    return `Picture of ${name}`;
  },
};
/** How often React rendered anything inside of a profiled part, by its id. */
const commits = {};
const onRender = (id) => {
  commits[id] = (commits[id] ?? 0) + 1;
};

/** A window whose page joins by itself. */
function Joinable(props) {
  const { join } = groupcall.useCallActions();
  return (
    <>
      <button type="button" onClick={() => void join({ roomId: 'r', groupId: 'g', callType: 'video' })}>
        Join here
      </button>
      <GroupCallWindow {...props} />
    </>
  );
}

const PARTS = {
  window: (props) => <GroupCallWindow onLeave={tell('leave')} {...props} />,
  joinable: (props) => <Joinable {...props} />,
  counted: (props) => <GroupCallWindow texts={countingTexts} {...props} />,
  prejoin: (props) => <PreJoin onJoin={tell('join')} {...props} />,
  incoming: (props) => (
    <>
      <input aria-label="A field of the page" />
      <IncomingCall onDecline={tell('decline')} {...props} />
    </>
  ),
  controls: (props) => <CallControls onLeave={tell('leave')} {...props} />,
  tiles: ({ userIds }) => userIds.map((userId) => (
    <Profiler key={userId} id={userId} onRender={onRender}>
      <VideoTile userId={userId} />
    </Profiler>
  )),
};

const rootElement = document.getElementById('root');
let root;
let fake;

window.parts = {
  inCall,
  other,
  person,
  self,
  status,
  told,
  renders,
  commits,
  get fake() {
    return fake;
  },
  /** Shows a part; a call from before is forgotten. `changes` are made to the snapshot first. */
  show(name, { changes = {}, props = {}, provider = {}, corner = false } = {}) {
    root?.unmount();
    rootElement.classList.toggle('corner', corner);
    fake = makeFakeCall();
    fake.change(changes);
    told.length = 0;
    for (const counts of [renders, commits]) Object.keys(counts).forEach((key) => delete counts[key]);
    root = createRoot(rootElement);
    const Part = PARTS[name];
    const tree = (
      <>
        <h1>Test page</h1>
        <GroupCallProvider call={fake.call} {...provider}>
          <Part {...props} />
        </GroupCallProvider>
      </>
    );
    root.render(<StrictMode>{tree}</StrictMode>);
  },
  /** A form whose join waits until it is cancelled, or `refuse()` says why not. */
  showJoining() {
    const onJoin = () =>
      new Promise((_, reject) => {
        parts.refuse = (code) => reject(new GroupCallError(code));
      });
    parts.show('prejoin', { props: { onJoin, onCancel: () => parts.refuse('aborted') } });
  },
  hide() {
    root?.unmount();
    root = undefined;
  },
};
