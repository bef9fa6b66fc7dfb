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

const LITERAL = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|[^`\\])*`|(?<=[(,=:[!&|?{};\n]\s*|\breturn\s+)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//g;

/** The text with comments and literals blanked out; every line keeps its number. */
function codeOnly(text) {
  return text.replace(LITERAL, (found) => found.replace(/[^\n]/g, ' '));
}

// What stands before a brace that opens a function: a keyword and a list of parameters,
// an arrow, or the name and parameters of a method.
const FUNCTION_HEAD = /\bfunction\b[^(]*\(.*\)[^()]*$|=>\s*$|^\s*(?:(?:static|async|get|set|public|private|protected|override|readonly)\s+|[*#])*[\w$]+\s*(?:<[^()]*>)?\(.*\)[^()=]*$/s;
const OTHER_HEAD = /^\s*(?:\}?\s*else\s+)?(?:if|for|while|switch|catch|with)\b/;

/** Every function with a body: { name, line, lines }; an outer one counts the lines of the inner ones. */
export function functionsOf(text) {
  const code = codeOnly(text);
  const functions = [];
  const open = [];
  let headStart = 0;
  for (let at = 0; at < code.length; at += 1) {
    const character = code[at];
    if (character === '{') {
      const head = code.slice(headStart, at);
      open.push({ isFunction: FUNCTION_HEAD.test(head) && !OTHER_HEAD.test(head), head, start: at });
    } else if (character === '}') {
      const block = open.pop();
      if (block?.isFunction) {
        const line = lineAt(code, block.start);
        functions.push({ name: nameIn(block.head), line, lines: lineAt(code, at) - line + 1 });
      }
    }
    if (character === '{' || character === '}' || character === ';') headStart = at + 1;
  }
  return functions;
}

function nameIn(head) {
  return /(?:function\s*\*?\s*|(?:const|let)\s+)([\w$]+)|([\w$]+)\s*(?:<[^()]*>)?\(/.exec(head)?.slice(1).find(Boolean) ?? 'a function';
}
