// Just enough understanding of C++ text for the checks: what is code and what is
// comment or string, what is included, and where functions begin and end.

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|R"([^\s()\\]{0,16})\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g;

/** The text with comments and the insides of literals blanked out; every line keeps its number. */
export function codeOnly(text) {
  return text.replace(TOKEN, (token, _delimiter, offset) => {
    const isDigitSeparator = token[0] === "'" && /[0-9a-fA-F]/.test(text[offset - 1] ?? '');
    if (isDigitSeparator) return token.replaceAll("'", ' ');
    const isComment = token.startsWith('//') || token.startsWith('/*');
    const blank = token.replace(/[^\n]/g, ' ');
    return isComment ? blank : `"${blank.slice(2)}"`;
  });
}

/** Every #include, in order: { path, line, quoted }. */
export function includesOf(text) {
  const withoutComments = text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
  return [...withoutComments.matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]/gm)].map((match) => ({
    path: match[2],
    quoted: match[1] === '"',
    line: lineAt(withoutComments, match.index),
  }));
}

/** The 1-based number of the line that holds `offset`. */
export function lineAt(text, offset) {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

// What opens before a brace at namespace or class scope is a scope of its own, a
// table of values, or else a function.
function kindOfBlock(head) {
  const plain = head.replace(/\([^()]*(?:\([^()]*\)[^()]*)*\)/g, '()').replace(/\boperator\s*[^\s\w(]+/g, 'operator');
  if (/\b(namespace|extern)\b/.test(plain)) return 'scope';
  if (/\b(class|struct|union|enum)\b/.test(plain) && !plain.includes('()')) return 'scope';
  if (plain.includes('=')) return 'value';
  return 'function';
}

/** Every function with a body: { name, line, lines }, the lines from its first brace to its last. */
export function functionsOf(text) {
  const code = codeOnly(text).replace(/^[ \t]*#[^\n]*(?:\\\n[^\n]*)*/gm, (directive) => directive.replace(/[^\n]/g, ' '));
  const functions = [];
  const open = [];
  let headStart = 0;
  for (let at = 0; at < code.length; at += 1) {
    const character = code[at];
    if (character === '{') {
      const head = code.slice(headStart, at);
      const inBody = open.some((block) => block.kind !== 'scope');
      open.push({ kind: inBody ? 'inner' : kindOfBlock(head), head, start: at });
    } else if (character === '}') {
      const block = open.pop();
      if (block?.kind === 'function') {
        const line = lineAt(code, block.start);
        functions.push({ name: nameIn(block.head), line, lines: lineAt(code, at) - line + 1 });
      }
    }
    if (character === '{' || character === '}' || character === ';') headStart = at + 1;
  }
  return functions;
}

function nameIn(head) {
  return /(operator\s*[^\s\w(]+|[\w:~]+)\s*\(/.exec(head)?.[1] ?? 'a block';
}

/** Every [line of code, 1-based number], comments and literals blanked out. */
export function numberedCodeLines(text) {
  return codeOnly(text).split('\n').map((line, index) => [line, index + 1]);
}
