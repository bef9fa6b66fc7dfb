import assert from 'node:assert/strict';
import { test } from 'node:test';

import { importSource } from './compile_source.mjs';
import { FakeWebSocket } from './fakes.mjs';

const { socket: { SocketPort } } = await importSource();

function makePort(open = (url) => new FakeWebSocket(url)) {
  const events = [];
  const sockets = [];
  const port = new SocketPort((event) => events.push(event), (url) => {
    const socket = open(url);
    sockets.push(socket);
    return socket;
  });
  return { port, events, sockets };
}

test('a socket is opened at its URL, and its life is reported under its number', () => {
  const { port, events, sockets } = makePort();
  port.execute({ type: 'socket.open', socket: 7, url: 'ws://localhost/socket.io/' });
  const [socket] = sockets;
  assert.equal(socket.url, 'ws://localhost/socket.io/');
  socket.open();
  socket.receive('0{"sid":"x"}');
  socket.end(1001, 'going away');
  assert.deepEqual(events, [
    { type: 'socket.opened', socket: 7 },
    { type: 'socket.frame', socket: 7, text: '0{"sid":"x"}' },
    { type: 'socket.closed', socket: 7, code: 1001, reason: 'going away' },
  ]);
});

test('frames go out on the socket that they name', () => {
  const { port, sockets } = makePort();
  port.execute({ type: 'socket.open', socket: 1, url: 'ws://a/' });
  port.execute({ type: 'socket.open', socket: 2, url: 'ws://b/' });
  port.execute({ type: 'socket.send', socket: 2, text: '40' });
  assert.deepEqual(sockets.map(({ sent }) => sent), [[], ['40']]);
});

test('after socket.close nothing of that number is reported any more', () => {
  const { port, events, sockets } = makePort();
  port.execute({ type: 'socket.open', socket: 1, url: 'ws://a/' });
  port.execute({ type: 'socket.close', socket: 1 });
  const [socket] = sockets;
  assert.equal(socket.closed, true);
  socket.open();
  socket.receive('2');
  socket.end(1000);
  assert.deepEqual(events, []);
  port.execute({ type: 'socket.send', socket: 1, text: '3' });
  assert.deepEqual(socket.sent, []);
});

test('a socket that may not even be made is reported as closed', () => {
  const { port, events } = makePort(() => {
    throw new DOMException('forbidden by the policy', 'SecurityError');
  });
  port.execute({ type: 'socket.open', socket: 3, url: 'ws://a/' });
  assert.deepEqual(events, [{ type: 'socket.closed', socket: 3, code: 1006, reason: 'forbidden by the policy' }]);
});

test('of a binary frame the size is told', () => {
  const { port, events, sockets } = makePort();
  port.execute({ type: 'socket.open', socket: 1, url: 'ws://a/' });
  assert.equal(sockets[0].binaryType, 'arraybuffer');
  sockets[0].receive(new ArrayBuffer(4));
  assert.deepEqual(events, [{ type: 'socket.binary', socket: 1, bytes: 4 }]);
});

test('words of the server are cut to what the core takes', () => {
  const { port, events, sockets } = makePort();
  port.execute({ type: 'socket.open', socket: 1, url: 'ws://a/' });
  sockets[0].end(4000, '€'.repeat(2_000));
  assert.ok(new TextEncoder().encode(events[0].reason).length <= 1_024);
});

test('closing the port closes every socket, silently', () => {
  const { port, events, sockets } = makePort();
  port.execute({ type: 'socket.open', socket: 1, url: 'ws://a/' });
  port.execute({ type: 'socket.open', socket: 2, url: 'ws://b/' });
  port.close();
  for (const socket of sockets) {
    assert.equal(socket.closed, true);
    socket.end(1000);
  }
  assert.deepEqual(events, []);
});
