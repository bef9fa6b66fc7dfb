/** The older client for people: joins the room of the address at once, and has buttons for what that client can do. */

import '/pages/older_client.js';

const { client } = window.callPage;
const element = (id) => document.getElementById(id);
const roomId = new URLSearchParams(location.search).get('room') ?? '';
const userId = `client-${crypto.getRandomValues(new Uint32Array(1))[0].toString(16)}`;

const say = (text) => {
  element('state').textContent = text;
};

/** Presses and releases a button, and does what it stands for. */
function makeSwitch(id, act) {
  element(id).addEventListener('click', () => {
    const on = element(id).getAttribute('aria-pressed') !== 'true';
    element(id).setAttribute('aria-pressed', String(on));
    void act(on);
  });
}

makeSwitch('microphone', (on) => client.toggle('audio', on));
makeSwitch('camera', (on) => client.toggle('video', on));
makeSwitch('screen', (on) => (on ? client.shareScreen() : client.stopScreen()));
element('leave').addEventListener('click', () => {
  client.leave();
  setButtons(false);
  say('You left the call. This tab can be closed.');
});

function setButtons(usable) {
  for (const button of document.querySelectorAll('button')) button.disabled = !usable;
}

if (roomId === '') {
  say('The address names no room: open this page from the demo.');
} else {
  // The group of the demo's calls.
  client.join({ url: location.origin, userId, roomId, groupId: 'demo', video: { width: 640, height: 360, frameRate: 15 } }).then(
    () => {
      setButtons(true);
      say(`In the room ${roomId}.`);
    },
    (error) => say(`It cannot join: ${error.message}`),
  );
}
