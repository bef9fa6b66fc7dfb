#!/usr/bin/env node
// Checks that the core stays what it promises to be: the same events give the same
// reactions on every platform. So no clock, thread, randomness, file, socket, stream,
// locale, mutable global, floating point or exception of its own in core/.
//
// The text is searched for what must not be written, and the object files of the
// native build for what must not be called, however it got there.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { includesOf, numberedCodeLines } from './cpp_source.mjs';
import { finding, runCheck } from './source_tree.mjs';

/** Compiles a third party's code: not ours to change, but it must not reach outside either. */
const THIRD_PARTY = 'core/wire/boost_json.cpp';

const FORBIDDEN_INCLUDES = new Map([
  [/^(iostream|istream|ostream|fstream|sstream|iomanip|cstdio|stdio\.h|filesystem)$/, 'no streams or files in the core'],
  [/^(locale|clocale|regex)$/, 'what depends on a locale differs between platforms'],
  [/^(thread|mutex|shared_mutex|condition_variable|future|atomic|stop_token|semaphore|barrier|latch)$/, 'one thread, without locks'],
  [/^(ctime|time\.h|sys\/time\.h)$/, 'time comes in with events'],
  [/^random$/, 'distributions differ between standard libraries: use core/base/random.h'],
  [/^unordered_(map|set)$/, 'the order of a hash container differs between standard libraries'],
  [/^(unistd\.h|sys\/|netinet\/|arpa\/|pthread\.h)/, 'no system calls in the core'],
]);

const FORBIDDEN_CODE = [
  [/\b(throw|try|catch)\b/, 'no exceptions: return a result'],
  [/\b(rand|srand|random_device|mt19937(_64)?|default_random_engine)\b/, 'randomness comes from the seed: use core/base/random.h'],
  [/\bstd::(shuffle|sample)\b|\w+_distribution\b/, 'differs between standard libraries: use core/base/random.h'],
  [/\b(system|steady|high_resolution)_clock\b/, 'time comes in with events'],
  [/\b(thread_local|volatile)\b/, 'one thread, no hidden state'],
];

/** JSON texts may hold fractions, so the decoders have to name them to refuse them. */
const MAY_NAME_FLOATING_POINT = /^core\/wire\//;
const FLOATING_POINT = /\b(float|double)\b/;

/** Symbols that reach outside, and must not be called by anything linked into the core. */
const REACHES_OUTSIDE = [
  [/^(clock|time|clock_gettime|gettimeofday|timespec_get|localtime|gmtime|nanosleep|usleep|sleep)(_r)?$|^std::chrono::_V2::\w+::now/, 'a clock'],
  [/^(pthread_create|pthread_cond_\w+|fork|vfork|execve?|system)$|^std::(thread|condition_variable|this_thread)\b/, 'a thread or process'],
  [/^(rand|srand|random|srandom|drand48|getrandom|getentropy|arc4random)$|^std::random_device/, 'randomness'],
  [/^(open|openat|fopen|creat|read|write|pread|pwrite|mmap|stat|unlink)(64)?$|^std::(basic_filebuf|basic_[io]?fstream|filesystem)\b/, 'files'],
  [/^(socket|connect|bind|listen|accept|send|recv|sendto|recvfrom|getaddrinfo)$/, 'sockets'],
  [/^(getenv|secure_getenv|setenv)$/, 'the environment'],
];

/** Symbols that our own code has no use for, on top of those. */
const NOT_IN_OUR_CODE = [
  [/^(printf|fprintf|vfprintf|puts|putchar|fputs|fputc|perror|__printf_chk|__fprintf_chk)$/, 'output'],
  [/^std::(cout|cerr|clog|cin|ios_base|basic_ios|basic_ostream|basic_istream|ostream|istream|__ostream_insert)\b/, 'streams'],
  [/^(setlocale|newlocale|uselocale|localeconv)$|^std::locale\b/, 'a locale'],
  [/^(strtod|strtof|atof)$/, 'floating point'],
];

function textFindings(tree, file) {
  const findings = [];
  const text = tree.read(file);
  for (const { path: name, line, quoted } of includesOf(text)) {
    for (const [pattern, why] of FORBIDDEN_INCLUDES) {
      if (!quoted && pattern.test(name)) findings.push(finding(file, line, `<${name}>: ${why}`));
    }
  }
  for (const [code, line] of numberedCodeLines(text)) {
    for (const [pattern, why] of FORBIDDEN_CODE) {
      const found = pattern.exec(code);
      if (found) findings.push(finding(file, line, `'${found[0]}': ${why}`));
    }
    const floating = FLOATING_POINT.exec(code);
    if (floating && !MAY_NAME_FLOATING_POINT.test(file)) {
      findings.push(finding(file, line, `'${floating[0]}': the core counts in integers with units`));
    }
  }
  return findings;
}

/** The object file of each source file of core/ in the native build: [[source, object]]. */
function coreObjects(tree) {
  const buildDir = path.join(tree.root, 'build/native');
  const list = path.join(buildDir, 'compile_commands.json');
  if (!existsSync(list)) throw new Error('build/native is not built: run tools/build --native first');
  const objects = [];
  for (const { file, command, directory } of JSON.parse(readFileSync(list, 'utf8'))) {
    const source = path.relative(tree.root, file);
    if (!source.startsWith('core/')) continue;
    const object = path.resolve(directory, / -o (\S+)/.exec(command)[1]);
    if (!existsSync(object)) throw new Error(`${source} is not compiled: run tools/build --native first`);
    if (existsSync(file) && statSync(file).mtimeMs > statSync(object).mtimeMs) {
      throw new Error(`${source} is newer than its object file: run tools/build --native first`);
    }
    objects.push([source, object]);
  }
  if (objects.length === 0) throw new Error('the native build compiles no file of core/');
  return objects;
}

/** What an object file defines and calls: [{ name, letter, section }]. */
function symbolsOf(object) {
  const output = execFileSync('nm', ['--demangle', '--format=sysv', object], { encoding: 'utf8', maxBuffer: 256 << 20 });
  return output.split('\n').flatMap((line) => {
    // A name may hold '|' (an operator): the six other columns are counted from the right.
    const columns = line.split('|').map((column) => column.trim());
    if (columns.length < 7) return [];
    const [letter, section] = [columns.at(-5), columns.at(-1)];
    return [{ name: columns.slice(0, -6).join('|'), letter, section }];
  });
}

// Constants that hold pointers lie in .data.rel.ro: written by the loader, then closed.
const isWritable = (section) => /^\.(t?bss|t?data)(\.|$)/.test(section) && !/^\.data\.rel\.(ro|local\.DW)/.test(section);
const isBoosts = (name) => /^(guard variable for )?(boost::|std::)/.test(name) && !name.includes('std::__ioinit');

function symbolFindings(source, object) {
  const findings = new Map();
  const isOurs = source !== THIRD_PARTY;
  for (const { name, letter, section } of symbolsOf(object)) {
    const plain = name.replace(/@.*$/, '').replace(/\(.*$/s, '');
    if (letter.toUpperCase() === 'U' && section === '*UND*') {
      const rules = isOurs ? [...REACHES_OUTSIDE, ...NOT_IN_OUR_CODE] : REACHES_OUTSIDE;
      for (const [pattern, what] of rules) {
        if (pattern.test(plain)) findings.set(name, finding(source, 0, `calls ${plain}: ${what} has no place in the core`));
      }
    } else if (isOurs && isWritable(section) && !isBoosts(name)) {
      findings.set(name, finding(source, 0, `${name} is a mutable global (${section})`));
    }
  }
  return [...findings.values()];
}

runCheck('purity', (tree) => [
  ...tree.matching(/^core\/.*\.(h|cpp)$/).filter((file) => file !== THIRD_PARTY).flatMap((file) => textFindings(tree, file)),
  ...coreObjects(tree).flatMap(([source, object]) => symbolFindings(source, object)),
]);
