-- Forms whose arguments after the head are a body: two columns of indentation.
local M = {}

local body = {
  core = {
    'def', 'defn', 'defmacro', 'fn', 'let', 'do', 'when', 'unless', 'match', 'cond', 'struct', 'enum', 'newtype',
    'typealias', 'define-dispatch', 'define-alias', 'defn-restricted', 'struct-restricted', 'enum-restricted',
    'def-restricted', 'defmacro-restricted', 'foldl', 'for-each',
  },
  test = { 'deftest', 'defprop', 'make-deftest' },
  service = { 'defservice' },
}

--- The full paths, as `lispwords` wants them.
function M.body_forms()
  local out = {}
  for module, names in vim.spairs(body) do
    for _, name in ipairs(names) do
      out[#out + 1] = (':wat::%s::%s'):format(module, name)
    end
  end
  return out
end

return M
