/**
 * What the package declares: the .d.ts files that the compiler wrote, one for each source file, become one for each entry, with
 * everything that can be reached from what it exports and nothing else. TypeScript 7 has no interface for this yet; the
 * compiler's output is regular enough to be read line by line, and whatever is not understood is an error.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Declaration
 * @property {string} name
 * @property {string} doc     its comment, or nothing
 * @property {string} text    without `export`
 * @property {boolean} isExported
 * @property {string} file
 */
/** @typedef {{ file: string, name: string } | { module: string, name: string }} Site where a name comes from */
/**
 * @typedef {object} Flat one entry
 * @property {string} doc                                what stands above it all
 * @property {Set<string>} exported
 * @property {Declaration[]} declarations                in the order of the sources
 * @property {Map<string, Set<string>>} imports          names by module
 */

const DECLARATION = /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|function|const|enum) ([\w$]+)/;
const ENDS_WITH_BRACE = /^(?:export )?(?:declare )?(?:abstract )?(?:interface|class|enum) /;
const NAMES = /^(?:import|export) (type )?\{([^}]*)\} from '([^']+)';$/;
const STAR = /^export \* from '([^']+)';$/;

/** A text without comments and without what stands in quotes. @param {string} text */
export function codeOf(text) {
  return text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, '').replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

/** How many brackets a line leaves open. @param {string} line */
function depthOf(line) {
  const code = codeOf(line).replaceAll('=>', '');
  return (code.match(/[{([]/g)?.length ?? 0) - (code.match(/[})\]]/g)?.length ?? 0);
}

/** The statements of a file, each with the comment above it. @param {string} text @param {string} file */
function statementsOf(text, file) {
  const statements = [];
  /** @type {string[]} */
  let comment = [];
  /** @type {string[]} */
  let lines = [];
  let inComment = false;
  let inInnerComment = false;
  let depth = 0;
  for (const line of text.split('\n')) {
    if (lines.length === 0 && (inComment || line.startsWith('/*'))) {
      if (!inComment) comment = [];
      comment.push(line);
      inComment = !line.includes('*/');
      if (!inComment && comment.some((one) => one.includes('@packageDocumentation'))) statements.push({ doc: comment.splice(0).join('\n'), text: '' });
      continue;
    }
    if (lines.length === 0 && line.trim() === '') continue;
    lines.push(line);
    // Comments inside a declaration may hold brackets of their own.
    if (!inInnerComment && /^\s*\/\*/.test(line)) inInnerComment = true;
    if (inInnerComment) {
      if (line.includes('*/')) inInnerComment = false;
      continue;
    }
    depth += depthOf(line);
    const end = ENDS_WITH_BRACE.test(lines[0] ?? '') ? /[};]$/ : /;$/;
    if (depth !== 0 || !end.test(line)) continue;
    statements.push({ doc: comment.join('\n'), text: lines.join('\n') });
    comment = [];
    lines = [];
  }
  if (lines.length > 0) throw new Error(`${file}: a declaration has no end: ${lines[0]}`);
  return statements;
}

/** `type A, B as C` -> [['A', 'A'], ['B', 'C']]: the name there, and the name here. @param {string} list */
function namesOf(list) {
  return list.split(',').map((one) => one.trim().replace(/^type /, '')).filter(Boolean)
    .map((one) => one.split(' as '))
    .map(([there = '', here = there]) => /** @type {[string, string]} */ ([there, here]));
}

/** One .d.ts file: what it declares, and what it takes from elsewhere. */
class DeclarationFile {
  doc = '';
  /** @type {Map<string, Declaration[]>} overloads share a name */
  declared = new Map();
  /** @type {Map<string, Site>} */
  imported = new Map();
  /** @type {Map<string, Site>} */
  reexported = new Map();
  /** @type {string[]} */
  stars = [];

  /** @param {string} file @param {string} text */
  constructor(file, text) {
    this.file = file;
    const inlined = text.replace(/import\("([^"]+)"\)\.([\w$]+)/g, (_all, target, name) => {
      this.imported.set(name, this.#site(target, name));
      return name;
    });
    for (const statement of statementsOf(inlined, file)) {
      if (statement.text === '') this.doc = statement.doc;
      else this.#take(statement);
    }
  }

  /** @param {{ doc: string, text: string }} statement */
  #take({ doc, text }) {
    const flat = text.replace(/\s+/g, ' ');
    const [, , list, from = ''] = NAMES.exec(flat) ?? [];
    if (list !== undefined) {
      const table = flat.startsWith('import') ? this.imported : this.reexported;
      for (const [there, here] of namesOf(list)) {
        if (there !== here) throw new Error(`${this.file}: ${there} is renamed to ${here}, which is not supported`);
        table.set(here, this.#site(from, there));
      }
      return;
    }
    const [, star] = STAR.exec(flat) ?? [];
    if (star !== undefined) {
      this.stars.push(/** @type {{ file: string }} */ (this.#site(star, '*')).file);
      return;
    }
    if (flat === 'export {};') return;
    const [, name] = DECLARATION.exec(text) ?? [];
    if (name === undefined) throw new Error(`${this.file}: this is not understood: ${flat.slice(0, 120)}`);
    const others = this.declared.get(name) ?? [];
    const isExported = text.startsWith('export ');
    this.declared.set(name, [...others, { name, doc, text: text.replace(/^export /, ''), isExported, file: this.file }]);
  }

  /** @param {string} target @param {string} name @returns {Site} */
  #site(target, name) {
    if (!target.startsWith('.')) return { module: target, name };
    return { file: path.posix.join(path.posix.dirname(this.file), target.replace(/\.js$/, '.d.ts')), name };
  }
}

/** Reads .d.ts files of one folder, each once. */
class Declarations {
  /** @type {Map<string, DeclarationFile>} */
  #files = new Map();
  #folder;

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /** @param {string} file */
  #open(file) {
    const known = this.#files.get(file) ?? new DeclarationFile(file, readFileSync(path.join(this.#folder, file), 'utf8'));
    this.#files.set(file, known);
    return known;
  }

  /** What an entry exports, by name. @param {string} entry @returns {Map<string, Site>} */
  exportsOf(entry) {
    const file = this.#open(entry);
    const own = [...file.declared].filter(([, all]) => all.some(({ isExported }) => isExported)).map(([name]) => name);
    return new Map([
      ...file.stars.flatMap((star) => [...this.exportsOf(star)]),
      ...own.map((name) => /** @type {[string, Site]} */ ([name, { file: entry, name }])),
      ...[...file.reexported].map(([name, site]) => /** @type {[string, Site]} */ ([name, this.#follow(site)])),
    ]);
  }

  /** Where a name is declared, whoever passes it on. @param {Site} site @returns {Site} */
  #follow(site) {
    if ('module' in site) return site;
    const file = this.#open(site.file);
    if (file.declared.has(site.name)) return site;
    const next = file.reexported.get(site.name) ?? file.imported.get(site.name);
    if (!next) throw new Error(`${site.file} has no ${site.name}`);
    return this.#follow(next);
  }

  /**
   * @param {string} entry `index.d.ts`
   * @param {Map<string, Map<string, Site>>} others what other entries export, by entry: taken from there
   * @returns {Flat}
   */
  flatten(entry, others = new Map()) {
    const exported = this.exportsOf(entry);
    /** @type {Flat} */
    const flat = { doc: this.#open(entry).doc, exported: new Set(exported.keys()), declarations: [], imports: new Map() };
    /** @type {Map<string, string>} where each name that is in use comes from */
    const origins = new Map();
    const take = (/** @type {Site} */ site, /** @type {string} */ asked) => {
      const origin = 'module' in site ? site.module : site.file;
      const known = origins.get(site.name);
      if (known !== undefined && known !== origin) throw new Error(`${entry}: ${site.name} is declared in ${known} and in ${origin}`);
      if (known !== undefined) return;
      origins.set(site.name, origin);
      const other = [...others].find(([, names]) => sameSite(names.get(site.name), site))?.[0];
      const module = 'module' in site ? site.module : other && `./${other.replace(/\.d\.ts$/, '.js')}`;
      if (module) {
        flat.imports.set(module, (flat.imports.get(module) ?? new Set()).add(site.name));
      } else {
        this.#takeDeclared(/** @type {{ file: string, name: string }} */ (site), flat, take, asked);
      }
    };
    for (const [name, site] of exported) take(site, name);
    flat.declarations.sort((one, other) => this.#rank(one) - this.#rank(other));
    return flat;
  }

  /** @param {{ file: string, name: string }} site @param {Flat} flat @param {(site: Site, asked: string) => void} take @param {string} asked */
  #takeDeclared({ file: name, name: declared }, flat, take, asked) {
    const file = this.#open(name);
    const all = file.declared.get(declared);
    if (!all) throw new Error(`${name} has no ${declared}, which ${asked} needs`);
    flat.declarations.push(...all);
    for (const { text } of all) {
      for (const [word] of codeOf(text).matchAll(/[\w$]+/g)) {
        if (file.declared.has(word)) take({ file: name, name: word }, declared);
        else if (file.imported.has(word)) take(this.#follow(/** @type {Site} */ (file.imported.get(word))), declared);
      }
    }
  }

  /** By file in the order in which they were opened, then by place. @param {Declaration} declaration */
  #rank({ file, name }) {
    const place = [...this.#open(file).declared.keys()].indexOf(name);
    return [...this.#files.keys()].indexOf(file) * 10_000 + place;
  }
}

/** @param {Site | undefined} one @param {Site} other */
function sameSite(one, other) {
  return one !== undefined && 'file' in one && 'file' in other && one.file === other.file && one.name === other.name;
}

/** An entry as the text of a .d.ts file. @param {Flat} flat */
export function declarationText({ doc, exported, declarations, imports }) {
  const parts = [];
  if (doc) parts.push(doc);
  const lines = [...imports].sort(([one], [other]) => one.localeCompare(other))
    .map(([module, names]) => `import type { ${[...names].sort().join(', ')} } from '${module}';`);
  if (lines.length > 0) parts.push(lines.join('\n'));
  for (const [module, all] of imports) {
    const names = [...all].filter((name) => exported.has(name));
    if (names.length > 0) parts.push(`export { ${names.sort().join(', ')} } from '${module}';`);
  }
  for (const { name, doc: comment, text } of declarations) {
    parts.push(`${comment && `${comment}\n`}${exported.has(name) ? 'export ' : ''}${text}`);
  }
  // Without it, what is not exported would be.
  parts.push('export {};');
  return `${parts.join('\n\n')}\n`;
}

/**
 * The entries of a folder, in this order: a later one takes from an earlier one what that exports.
 * @param {string} folder @param {readonly string[]} names
 * @returns {Map<string, Flat>} by file
 */
export function flatEntries(folder, names) {
  const declarations = new Declarations(folder);
  const others = new Map();
  const entries = new Map();
  for (const name of names) {
    const file = `${name}.d.ts`;
    entries.set(file, declarations.flatten(file, others));
    others.set(file, declarations.exportsOf(file));
  }
  return entries;
}
