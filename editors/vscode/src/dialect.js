// Which language a `.wat` file holds: WebAssembly text begins with `(module`, everything else is wat.
"use strict";

// Skips what may stand before the first form in either language; returns its offset.
function firstForm(text) {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (text.startsWith("#!", at)) at = lineEnd(text, at);
  let depth = 0;
  while (at < text.length) {
    if (text.startsWith("(;", at)) {
      depth += 1;
      at += 2;
    } else if (depth > 0) {
      if (text.startsWith(";)", at)) {
        depth -= 1;
        at += 2;
      } else at += 1;
    } else if (text[at] === ";") {
      at = lineEnd(text, at);
    } else if (/[\s,]/.test(text[at])) {
      at += 1;
    } else break;
  }
  return at;
}

function lineEnd(text, from) {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** True when the first form of the text starts with `(module`. */
function isWebAssembly(text) {
  const at = firstForm(text);
  return text[at] === "(" && /^module(?![\w:.!?*+/<>=$&%'-])/.test(text.slice(at + 1 + firstForm(text.slice(at + 1))));
}

module.exports = { isWebAssembly };
