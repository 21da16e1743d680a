-- The plugin and the server in a real Neovim: nvim --headless -u NONE -l run.lua. WAT names the binary.
-- Every wait is for a condition; each check prints `ok NAME` or `not ok NAME`.
local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2)))
local plugin = vim.fs.dirname(here)
local wat = assert(os.getenv('WAT'), 'WAT names the wat binary')
local patience = 30000 -- milliseconds

local failed = false
local function check(name, good, shown)
  io.stdout:write(good and 'ok ' or 'not ok ', name, '\n')
  if not good then
    failed = true
    io.stdout:write('  ', (vim.inspect(shown):gsub('\n', '\n  ')), '\n')
  end
  io.stdout:flush()
end

local function equal(name, found, expected)
  check(name, vim.deep_equal(found, expected), { found = found, expected = expected })
end

local function eventually(name, condition, shown)
  local good = vim.wait(patience, condition, 10)
  check(name, good, shown and shown() or nil)
  return good
end

-- A project of its own, and Neovim as a user has it: plugin on the runtime path, wat on PATH.
local project = vim.fn.tempname()
vim.fn.mkdir(project, 'p')
vim.env.PATH = vim.fs.dirname(wat) .. ':' .. vim.env.PATH
vim.opt.runtimepath:prepend(plugin)
vim.o.swapfile = false
vim.cmd('filetype plugin indent on | syntax on')
vim.cmd.runtime('plugin/wat.lua')
vim.cmd.runtime('ftdetect/wat.lua')
vim.lsp.config('wat', { settings = { wat = { formatOnSave = true } } })

local function file(name, lines)
  local path = vim.fs.joinpath(project, name)
  vim.fn.writefile(lines, path)
  return path
end

local function client_of(buffer)
  return vim.lsp.get_clients({ bufnr = buffer, name = 'wat' })[1]
end

local function request(method, line, column)
  local buffer = vim.api.nvim_get_current_buf()
  local client = assert(client_of(buffer), 'a client is attached')
  vim.api.nvim_win_set_cursor(0, { line + 1, column })
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client:request_sync(method, params, patience, buffer)
  return answer and answer.result
end

local function dialects()
  vim.cmd.edit(file('module.wat', { ';; a module', '(module $m (func))' }))
  equal('a (module file keeps WebAssembly settings', vim.bo.commentstring, '(; %s ;)')
  equal('a (module file is WebAssembly', vim.b.wat_dialect, 'webassembly')
  equal('a (module file has no wat server', #vim.lsp.get_clients({ bufnr = 0 }), 0)
  check('a (module file keeps WebAssembly syntax', vim.fn.hlexists('watInstGeneral') == 1)
end

local spaced = '  [m <- :wat::core::HashMap<wat::core::String, wat::core::i64>]'

local rest = { '  -> :wat::core::i64', '  "The number of entries."', '  (:wat::core::length m))' }

local function diagnostics_and_fix()
  vim.cmd.edit(file('main.wat', { '(:wat::core::defn :demo::pick', spaced, unpack(rest) }))
  local buffer = vim.api.nvim_get_current_buf()
  equal('the filetype is wat', vim.bo.filetype, 'wat')
  equal('the comment string is wat\'s', vim.bo.commentstring, ';; %s')
  equal('the syntax is wat\'s', vim.b.current_syntax, 'wat')
  if not eventually('the server attaches', function()
    return client_of(buffer) ~= nil
  end) then
    return false
  end
  eventually('one diagnostic arrives', function()
    return #vim.diagnostic.get(buffer) == 1
  end, function()
    return vim.diagnostic.get(buffer)
  end)
  local found = vim.diagnostic.get(buffer)[1] or {}
  equal('it is WAT1010', found.code, 'WAT1010')
  local column = assert(spaced:find(', ', 1, true))
  equal('it stands on the blank', { found.lnum, found.col, found.end_lnum, found.end_col }, { 1, column, 1, column + 1 })

  vim.api.nvim_win_set_cursor(0, { 2, column })
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.isPreferred and action.kind == 'quickfix'
    end,
  })
  local fixed = spaced:gsub(', ', ',')
  eventually('the quick fix changes the buffer', function()
    return vim.api.nvim_buf_get_lines(buffer, 1, 2, false)[1] == fixed
  end, function()
    return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  end)
  equal('and nothing else', vim.api.nvim_buf_get_lines(buffer, 0, -1, false), { '(:wat::core::defn :demo::pick', fixed, unpack(rest) })
  eventually('the diagnostic disappears', function()
    return #vim.diagnostic.get(buffer) == 0
  end, function()
    return vim.diagnostic.get(buffer)
  end)
  vim.cmd('silent write')
  return true
end

local program = {
  '(:wat::core::defn :calc::add [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64',
  '  "Adds two numbers."',
  '  (:wat::core::i64::+ a b))',
  '(:wat::core::defn :user::main [] -> :wat::core::nil',
  '  (:wat::kernel::println (:calc::add 1 2)))',
}

local function navigation()
  vim.cmd.edit(file('calc.wat', program))
  local buffer = vim.api.nvim_get_current_buf()
  eventually('the server serves a second file', function()
    return client_of(buffer) ~= nil
  end)
  local hover = request('textDocument/hover', 4, 29)
  check('hover shows the signature and the docstring', hover
    and hover.contents.value:find(':calc::add [a <- :wat::core::i64', 1, true)
    and hover.contents.value:find('Adds two numbers.', 1, true), hover)

  vim.api.nvim_win_set_cursor(0, { 5, 29 })
  vim.lsp.buf.definition()
  eventually('definition jumps to the function', function()
    return vim.api.nvim_get_current_buf() == buffer and vim.api.nvim_win_get_cursor(0)[1] == 1
  end, function()
    return vim.api.nvim_win_get_cursor(0)
  end)

  vim.api.nvim_win_set_cursor(0, { 5, 10 })
  vim.lsp.buf.definition()
  eventually('definition of a built-in opens its document', function()
    return vim.startswith(vim.api.nvim_buf_get_name(0), 'wat-builtin:/')
  end, function()
    return vim.api.nvim_buf_get_name(0)
  end)
  check('the cursor stands on the name there', vim.api.nvim_get_current_line():find(':wat::kernel::println', 1, true), vim.api.nvim_get_current_line())
  equal('the document is read-only wat', { vim.bo.modifiable, vim.bo.readonly, vim.bo.filetype }, { false, true, 'wat' })
  check('the server is attached there', client_of(0) ~= nil)
  local cursor = vim.api.nvim_win_get_cursor(0)
  local inside = request('textDocument/hover', cursor[1] - 1, cursor[2] + 1)
  check('hover works there', inside and inside.contents.value:find(':wat::kernel::println', 1, true), inside)

  vim.cmd.buffer(buffer)
  local symbols = client_of(buffer):request_sync('textDocument/documentSymbol', {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
  }, patience, buffer)
  local names = vim.tbl_map(function(symbol)
    return symbol.name
  end, symbols and symbols.result or {})
  equal('document symbols are the definitions', names, { ':calc::add', ':user::main' })
  vim.bo[buffer].modified = false
end

local ugly = {
  '(:wat::core::do',
  '      (:demo::one   1)',
  '  (:demo::two 2)   )',
  '(:wat::core::def :demo::three',
  '  3)',
}
local neat = {
  '(:wat::core::do',
  '  (:demo::one 1)',
  '  (:demo::two 2))',
  '',
  '(:wat::core::def :demo::three 3)',
}

local function formatting()
  vim.cmd.edit(file('ugly.wat', ugly))
  local buffer = vim.api.nvim_get_current_buf()
  local function lines()
    return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  end
  eventually('the server serves the file to format', function()
    return client_of(buffer) ~= nil
  end)
  vim.api.nvim_win_set_cursor(0, { 2, 20 }) -- on the number
  vim.lsp.buf.format({ timeout_ms = patience })
  equal('vim.lsp.buf.format() gives the one layout', lines(), neat)
  equal('the cursor stays on its token', vim.api.nvim_win_get_cursor(0), { 2, 14 })

  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, ugly)
  vim.api.nvim_win_set_cursor(0, { 5, 0 })
  vim.cmd('silent normal! gqq')
  local expected = vim.list_extend(vim.list_slice(ugly, 1, 3), { neat[5] })
  eventually('gq formats the form under the cursor', function()
    return vim.deep_equal(lines(), expected)
  end, lines)

  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, ugly)
  vim.cmd('silent write')
  equal('a file is formatted when it is saved', vim.fn.readfile(vim.api.nvim_buf_get_name(buffer)), neat)
  check('and the buffer is not modified afterwards', not vim.bo.modified)

  local broken = { '(:demo::one   1', '(:demo::two 2)' }
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, broken)
  vim.cmd('silent write')
  equal('a file with a syntax error is saved as it is', vim.fn.readfile(vim.api.nvim_buf_get_name(buffer)), broken)
end

local function commands()
  vim.cmd.edit(file('bad.wat', { '(:wat::core::defn :demo::f [] -> :wat::core::i64 (:demo::nothing))' }))
  local done = false
  vim.api.nvim_create_autocmd('User', {
    pattern = 'WatCheckDone',
    once = true,
    callback = function()
      done = true
    end,
  })
  vim.cmd.WatCheck()
  eventually(':WatCheck ends', function()
    return done
  end)
  local list = vim.fn.getqflist()
  check(':WatCheck fills the quickfix list', #list == 1 and list[1].lnum == 1 and list[1].nr == 3201, list)
  check(':WatRun and :WatRepl exist', vim.fn.exists(':WatRun') == 2 and vim.fn.exists(':WatRepl') == 2)
  vim.cmd('silent checkhealth wat')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  check(':checkhealth wat finds the binary and the server', report:find('server %d+: root') and not report:find('ERROR'), report)
  vim.cmd('helptags ' .. vim.fn.fnameescape(vim.fs.joinpath(plugin, 'doc')))
  check(':help wat opens', pcall(vim.cmd.help, 'wat.txt'))
  os.remove(vim.fs.joinpath(plugin, 'doc', 'tags'))
end

local function ending()
  local client = vim.lsp.get_clients({ name = 'wat' })[1]
  equal('one server serves all buffers', #vim.lsp.get_clients({ name = 'wat' }), 1)
  local code, signal
  table.insert(client._on_exit_cbs, function(c, s)
    code, signal = c, s
  end)
  client:stop()
  eventually('the server exits', function()
    return code ~= nil
  end)
  equal('with status 0', { code, signal }, { 0, 0 })
end

local good, problem = xpcall(function()
  dialects()
  if diagnostics_and_fix() then
    navigation()
    formatting()
    commands()
    ending()
  end
end, debug.traceback)
if not good then
  check('the script runs to its end', false, problem)
end
vim.fn.delete(project, 'rf')
io.stdout:flush()
os.exit(failed and 1 or 0)
