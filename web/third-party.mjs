/**
 * The licences of what is inside groupcall.wasm and its JavaScript, taken from the packages that the compiler linked it from.
 * What that is, `em++ … -Wl,--trace` tells: libc, libc++, libc++abi, compiler-rt, emmalloc and Boost.JSON.
 */

import { execFileSync } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';

const EMSCRIPTEN_NOTICE = '/usr/share/doc/emscripten/copyright';
const BOOST_NOTICE = '/usr/share/doc/libboost1.81-dev/copyright';
const APACHE_LICENCE = '/usr/share/common-licenses/Apache-2.0';

const RULE = '-'.repeat(78);

/** @param {string} file */
async function read(file) {
  return readFile(file, 'utf8').catch(() => {
    throw new Error(`${file} is missing: it has a licence that the package must name (Debian: apt install emscripten libboost1.81-dev)`);
  });
}

/** Stanzas of a Debian copyright file, each as its text. @param {string} text */
const stanzas = (text) => text.split(/\n{2,}/);

/** A field of a stanza without its indentation; ` .` stands for an empty line. @param {string} stanza @param {string} field */
function fieldOf(stanza, field) {
  const lines = stanza.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`${field}:`));
  if (start < 0) return '';
  const end = lines.findIndex((line, index) => index > start && /^\S/.test(line));
  const rest = lines.slice(start + 1, end < 0 ? lines.length : end);
  return rest.map((line) => line.trim().replace(/^\.$/, '')).join('\n');
}

/** The text of a licence that stands by itself at the end of the file. @param {string} notice @param {string} name */
function licenceText(notice, name) {
  const stanza = stanzas(notice).find((one) => one.startsWith(`License: ${name}\n`));
  if (!stanza) throw new Error(`no text of the licence ${name} was found`);
  return fieldOf(stanza, 'License');
}

/** What a Debian copyright file says of one folder. @param {string} notice @param {string} folder */
function ofFolder(notice, folder) {
  const stanza = stanzas(notice).find((one) => fieldOf(one, 'Files').split('\n').includes(folder));
  if (!stanza) throw new Error(`nothing was found about ${folder}`);
  return { copyright: fieldOf(stanza, 'Copyright'), licence: fieldOf(stanza, 'License') };
}

async function emscriptenRoot() {
  const compiler = execFileSync('sh', ['-c', 'command -v em++'], { encoding: 'utf8' }).trim();
  return path.dirname(await realpath(compiler));
}

/** One part: what it is, whose it is, on which terms. @typedef {{ title: string, copyright: string, text: string }} Part */

/** @returns {Promise<Part[]>} */
async function parts() {
  const [emscripten, boost, apache, root] = await Promise.all([
    read(EMSCRIPTEN_NOTICE), read(BOOST_NOTICE), read(APACHE_LICENCE), emscriptenRoot(),
  ]);
  const musl = await read(path.join(root, 'system/lib/libc/musl/COPYRIGHT'));
  const llvm = ['compiler-rt', 'libcxx', 'libcxxabi'].map((name) => ofFolder(emscripten, `system/lib/${name}/*`));
  const holders = [...new Set(llvm.flatMap(({ copyright }) => copyright.split('\n')))].sort();
  return [
    {
      title: 'Emscripten: its JavaScript runtime, Embind, emmalloc (MIT licence)',
      copyright: ofFolder(emscripten, '*').copyright,
      text: licenceText(emscripten, 'Expat'),
    },
    { title: 'musl: the C library (MIT licence)', copyright: '', text: musl },
    {
      title: 'LLVM: libc++, libc++abi and compiler-rt (Apache License 2.0 with LLVM exception)',
      copyright: holders.join('\n'),
      text: `${llvm[0].licence}\n\n${apache}`,
    },
    {
      title: 'Boost: Boost.JSON and what it needs (Boost Software License 1.0)',
      copyright: 'Boost project contributors; Boost.JSON: Vinnie Falco, Krystian Stasiowski, Dmitry Arkhipov, Peter Dimov and others',
      text: licenceText(boost, 'BSL-1.0'),
    },
  ];
}

/** The whole file THIRD-PARTY-NOTICES.txt. */
export async function thirdPartyNotices() {
  const texts = (await parts()).map(({ title, copyright, text }) => {
    const owners = copyright ? `Copyright:\n${copyright}\n\n` : '';
    return `${RULE}\n${title}\n${RULE}\n\n${owners}${text.trim()}\n`;
  });
  return [
    'groupcall itself is under the licence in the file LICENSE. groupcall.wasm, and the JavaScript that starts it, contain',
    'parts of the following works. Nothing else of others is in this package.',
    '',
    ...texts,
  ].join('\n');
}
