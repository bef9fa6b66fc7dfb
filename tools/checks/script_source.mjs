// Just enough understanding of TypeScript and JavaScript text for the checks.

import { lineAt } from './cpp_source.mjs';

const IMPORT = /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])([^'"\n]+)\1|\bimport\s*\(?\s*(['"])([^'"\n]+)\3|\bnew URL\(\s*(['"])([^'"\n]+)\5\s*,\s*import\.meta\.url/g;

/** Every module that is imported, re-exported or resolved beside this one: { target, line }. */
export function importsOf(text) {
  const code = withoutComments(text);
  return [...code.matchAll(IMPORT)].map((match) => ({
    target: match[2] ?? match[4] ?? match[6],
    line: lineAt(code, match.index + match[0].length - 1),
  }));
}

/** The text with comments blanked out; strings stay. */
export function withoutComments(text) {
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(token, (found) => (found.startsWith('/') ? found.replace(/[^\n]/g, ' ') : found));
}
