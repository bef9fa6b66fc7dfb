// The static handler: right types, nothing outside its directories, revalidation.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { parseMount } from '../../tools/server/static.js';
import { serverFor, within } from './test_client.js';

/** A site of two mounts, and a secret beside them. */
async function siteFor(t) {
  const top = await mkdtemp(path.join(tmpdir(), 'groupcall-static-'));
  t.after(() => rm(top, { recursive: true }));
  for (const dir of ['demo/sub', 'dist', 'demo-private']) await mkdir(path.join(top, dir), { recursive: true });
  const files = {
    'demo/index.html': '<!doctype html><title>demo</title>',
    'demo/a b.css': 'body{}',
    'demo/sub/index.html': 'sub',
    'demo/.hidden': 'hidden',
    'demo/odd.xyz': 'odd',
    'dist/index.js': 'export {};',
    'dist/groupcall.wasm': Buffer.from([0, 0x61, 0x73, 0x6d]),
    'secret.txt': 'secret',
    'demo-private/secret.txt': 'secret',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(top, name), content);
  await symlink(path.join(top, 'secret.txt'), path.join(top, 'demo/link.txt'));
  await symlink(path.join(top, 'demo-private/secret.txt'), path.join(top, 'demo/sibling.txt'));
  const mounts = [{ prefix: '/', directory: path.join(top, 'demo') }, { prefix: '/dist', directory: path.join(top, 'dist') }];
  return { top, server: await serverFor(t, { mounts }) };
}

/** The path goes out as it is: fetch would resolve the dots before sending. */
function get(server, rawPath, { method = 'GET', headers = {} } = {}) {
  const answer = new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: server.port, path: rawPath, method, headers }, (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.on('error', reject);
    request.end();
  });
  return within(answer, () => `${method} ${rawPath}`);
}

test('files come with their types, and / with its index', async (t) => {
  const { server } = await siteFor(t);
  for (const [url, type, body] of [
    ['/', 'text/html; charset=utf-8', '<!doctype html><title>demo</title>'],
    ['/?room=x', 'text/html; charset=utf-8', '<!doctype html><title>demo</title>'],
    ['/a%20b.css', 'text/css; charset=utf-8', 'body{}'],
    ['/dist/index.js', 'text/javascript; charset=utf-8', 'export {};'],
    ['/dist/groupcall.wasm', 'application/wasm', '\0asm'],
    ['/odd.xyz', 'application/octet-stream', 'odd'],
  ]) {
    const response = await get(server, url);
    assert.equal(response.status, 200, url);
    assert.equal(response.headers['content-type'], type, url);
    assert.equal(response.body, body, url);
    assert.equal(Number(response.headers['content-length']), body.length, url);
  }
});

test('every answer carries the content security policy and forbids sniffing', async (t) => {
  const { server } = await siteFor(t);
  for (const url of ['/', '/missing', '/sub']) {
    const { headers } = await get(server, url);
    assert.equal(
      headers['content-security-policy'],
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws: wss:; " +
        "img-src 'self' data:; style-src 'self'; media-src 'self' blob:",
    );
    assert.equal(headers['x-content-type-options'], 'nosniff');
  }
});

test('nothing outside the directories can be read', async (t) => {
  const { server } = await siteFor(t);
  for (const url of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/sub/../../secret.txt',
    '/dist/../secret.txt',
    '/dist/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/../demo-private/secret.txt',
    '/link.txt',
    '/sibling.txt',
    '/.hidden',
    '/%00',
    '/index.html%00.txt',
    '/%ff',
    '//secret.txt',
    'http://localhost/../secret.txt',
  ]) {
    const { status, body } = await get(server, url);
    assert.ok(status === 404 || status === 400, `${url}: ${status}`);
    assert.ok(!/secret\b(?!\.)|hidden/.test(body), url);
  }
});

test('a directory without its slash is redirected, on this host', async (t) => {
  const { server } = await siteFor(t);
  const redirect = await get(server, '/sub?x=1');
  assert.deepEqual([redirect.status, redirect.headers.location], [308, '/sub/?x=1']);
  assert.equal((await get(server, '/sub/')).body, 'sub');
  const doubled = await get(server, '//sub');
  assert.ok(!doubled.headers.location?.startsWith('//'), doubled.headers.location);
});

test('a directory without an index, and a file with a slash behind it, are not found', async (t) => {
  const { server } = await siteFor(t);
  for (const url of ['/dist', '/dist/', '/index.html/']) assert.equal((await get(server, url)).status, 404, url);
});

test('an unchanged file is answered with 304, a changed one is sent again', async (t) => {
  const { top, server } = await siteFor(t);
  const first = await get(server, '/dist/index.js');
  assert.equal(first.headers['cache-control'], 'no-cache');
  const ask = (tag) => get(server, '/dist/index.js', { headers: { 'If-None-Match': tag } });
  for (const tag of [first.headers.etag, `W/${first.headers.etag}`, `"other", ${first.headers.etag}`, '*']) {
    const again = await ask(tag);
    assert.deepEqual([again.status, again.body, again.headers.etag], [304, '', first.headers.etag]);
  }
  await writeFile(path.join(top, 'dist/index.js'), 'export { };');
  const changed = await ask(first.headers.etag);
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.etag, first.headers.etag);
});

test('HEAD sends headers only, other methods are not allowed', async (t) => {
  const { server } = await siteFor(t);
  const head = await get(server, '/dist/index.js', { method: 'HEAD' });
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '10']);
  const post = await get(server, '/', { method: 'POST' });
  assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
});

test('/healthz counts rooms, participants and connections', async (t) => {
  const { server } = await siteFor(t);
  const response = await get(server, '/healthz');
  assert.equal(response.headers['content-type'], 'application/json; charset=utf-8');
  assert.deepEqual(JSON.parse(response.body), { rooms: 0, participants: 0, connections: 0 });
});

test('the browser client of socket.io comes from the same port', async (t) => {
  const { server } = await siteFor(t);
  const response = await get(server, '/socket.io/socket.io.esm.min.js');
  assert.equal(response.status, 200);
  assert.match(response.headers['content-type'], /javascript/);
});

test('a static directory that does not exist stops the start with a remedy', async (t) => {
  const mounts = [{ prefix: '/', directory: path.join(tmpdir(), 'groupcall-no-such-directory') }];
  await assert.rejects(serverFor(t, { mounts }), /does not exist: build it first/);
});

test('the --static argument', () => {
  assert.deepEqual(parseMount('/dist=web/dist'), { prefix: '/dist', directory: 'web/dist' });
  assert.deepEqual(parseMount('/=a=b'), { prefix: '/', directory: 'a=b' });
  for (const bad of ['dist=web/dist', '/dist', '/dist=', '']) assert.throws(() => parseMount(bad), /URLPREFIX=DIR/);
});
