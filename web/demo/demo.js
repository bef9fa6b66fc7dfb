/** The demo page: from the form into the call and back. */

import { keepScreenOn } from '/dist/devices.js';
import { GroupCallError, createGroupCall } from '/dist/index.js';

import { announce } from './announcer.js';
import { CallView } from './call-view.js';
import { deviceMemory } from './device-menus.js';
import { Prejoin } from './prejoin.js';

const SHORTCUTS = { m: 'microphone', v: 'camera', s: 'screen' };

/** For tests: the present call, and with `?record` its flight record. */
const demo = (window.groupcallDemo = { call: null, record: [] });
const query = new URLSearchParams(location.search);
const records = query.has('record');
/** With `?relay` nobody's address is told: only TURN servers may connect people, and the demo names none. */
const hidden = query.has('relay');

/** A new person at each load: a duplicated tab must not take this one's place in the room. */
const userId = `web-${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;

const caller = (fullname) => ({ self: { userId, fullname }, signalling: { url: location.origin } });

const prejoin = new Prejoin({ join: (choice) => void join(choice), cancel: () => void demo.call?.leave() });
const view = new CallView();

async function join({ name, room, media, start }) {
  prejoin.showProblem(null);
  prejoin.setJoining(true, 'Connecting to the server…');
  try {
    // A join that was cancelled may still be on its way back; this waits for it.
    await demo.call?.leave();
    demo.call?.dispose();
    demo.record.length = 0;
    const call = await createGroupCall({
      ...caller(name),
      deviceMemory,
      ...(hidden && { iceTransportPolicy: 'relay' }),
      ...(records && { record: (line) => demo.record.push(line) }),
    });
    demo.call = call;
    call.subscribe(() => follow(call));
    keepScreenOn(call);
    await call.join({ roomId: room, groupId: 'demo', callType: 'video', media, start });
  } catch (error) {
    failed(error);
  }
}

/** The page is where the snapshot says, whoever made it so. */
function follow(call) {
  const snapshot = call.getSnapshot();
  const inCall = snapshot.phase === 'joined' || snapshot.phase === 'reconnecting';
  if (inCall && !view.shown) {
    prejoin.setJoining(false);
    prejoin.hide();
    view.show(call);
  } else if (inCall) {
    view.draw(snapshot);
  } else if (snapshot.phase === 'idle' && view.shown) {
    backToForm(snapshot.error);
  } else if (snapshot.phase === 'joining') {
    prejoin.setStatus(
      snapshot.signalling.state === 'waiting'
        ? 'The server does not answer. Trying again…'
        : 'Connecting to the server…',
    );
  }
}

/** After a call the devices stay off until asked for: nobody expects the light to go on again. */
function backToForm(error) {
  view.hide();
  prejoin.show();
  prejoin.setJoining(false);
  if (error) prejoin.showProblem(error);
  else prejoin.showLeft();
  prejoin.focus();
  if (error) announce(`The call has ended. ${error.message}`);
}

function failed(error) {
  prejoin.setJoining(false);
  if (error.code === 'aborted') {
    prejoin.setStatus('Joining was cancelled.');
  } else if (error instanceof GroupCallError) {
    prejoin.showProblem(error);
    console.info(`groupcall: ${error.code}: ${error.detail}`);
  } else {
    throw error;
  }
}

document.addEventListener('keydown', (event) => {
  const key = event.key.toLowerCase();
  const device = SHORTCUTS[key];
  const writing = event.target.closest('input, select, textarea, [contenteditable]');
  if (writing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === 'c' && view.shown) {
    event.preventDefault(); // it would be written into the field that gets the focus
    view.toggleChat();
  }
  if (!device) return;
  if (view.shown) view.toggle(device);
  else if (device !== 'screen') prejoin.toggle(device);
});

prejoin.show();
// The module is shared: it loads while the form is filled in. Should it fail, joining tries again and says so.
createGroupCall(caller('')).then((call) => call.dispose(), console.info);
await prejoin.startPreview();
