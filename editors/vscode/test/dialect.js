// Which `.wat` files belong to WebAssembly.
"use strict";

const { isWebAssembly } = require("../src/dialect");

const cases = [
  ["(module)", true],
  ["(module $m (func))", true],
  [";; note\n(; block (; nested ;) ;)\n  (module\n", true],
  ["\ufeff( module $x)", true],
  ["#!/usr/bin/env wasm\n(module)", true],
  ["", false],
  ["(:wat::core::def :a::b 1)", false],
  ["(modules)", false],
  ["(module-x)", false],
  [";; (module)\n(:a::b)", false],
  ["x (module)", false],
];
for (const [text, expected] of cases) {
  const verdict = isWebAssembly(text) === expected ? "ok" : "not ok";
  console.log(`${verdict} ${expected ? "WebAssembly" : "wat"}: ${JSON.stringify(text)}`);
}
