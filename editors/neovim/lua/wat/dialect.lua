-- Decides whether a `.wat` buffer holds wat or WebAssembly text: WebAssembly begins with `(module`.
local M = {}

-- The text of `line` from the first significant byte on, or nil. `depth` counts open `(; ;)` comments.
local function significant(line, depth)
  while true do
    if depth > 0 then
      local at, stop = line:find('%(;')
      local close, after = line:find(';%)')
      if not at and not close then
        return nil, depth
      elseif at and (not close or at < close) then
        line, depth = line:sub(stop + 1), depth + 1
      else
        line, depth = line:sub(after + 1), depth - 1
      end
    else
      line = line:gsub('^[%s,]+', '')
      if line == '' or line:sub(1, 1) == ';' then
        return nil, 0
      elseif line:sub(1, 2) == '(;' then
        line, depth = line:sub(3), 1
      else
        return line, 0
      end
    end
  end
end

--- True when the first form of the lines starts with `(module`.
function M.is_webassembly(lines)
  local depth, open = 0, false
  for number, line in ipairs(lines) do
    if number == 1 then
      line = line:gsub('^\239\187\191', '')
      if line:sub(1, 2) == '#!' then
        line = ''
      end
    end
    local rest
    repeat
      rest, depth = significant(line, depth)
      if rest and not open then
        if rest:sub(1, 1) ~= '(' then
          return false
        end
        open, line = true, rest:sub(2)
      elseif rest then
        return rest:find('^module%f[^%w_:%-%.!?*+/<>=$&%%\']') ~= nil
      end
    until not rest
  end
  return false
end

--- Looks at the buffer and remembers the answer in `b:wat_dialect`: `wat` or `webassembly`.
function M.detect(bufnr)
  local wasm = M.is_webassembly(vim.api.nvim_buf_get_lines(bufnr, 0, 2000, false))
  vim.b[bufnr].wat_dialect = wasm and 'webassembly' or 'wat'
  return vim.b[bufnr].wat_dialect
end

--- True when the buffer is the wat language.
function M.is_wat(bufnr)
  bufnr = (bufnr == nil or bufnr == 0) and vim.api.nvim_get_current_buf() or bufnr
  return (vim.b[bufnr].wat_dialect or M.detect(bufnr)) == 'wat'
end

return M
