-- :checkhealth wat
local M = {}

local function binary()
  local name = require('wat.commands').binary()
  if vim.fn.executable(name) == 0 then
    vim.health.error(('`%s` is not executable'):format(name), {
      'build wat and put the binary on PATH',
      "or name it: vim.lsp.config('wat', { cmd = { '/path/to/wat', 'lsp' } })",
    })
    return
  end
  local done = vim.system({ name, '--version' }, { text = true }):wait(5000)
  if done.code == 0 then
    vim.health.ok(('%s: %s'):format(vim.fn.exepath(name), vim.trim(done.stdout)))
  else
    vim.health.error(('`%s --version` ended with %d'):format(name, done.code))
  end
end

local function server()
  local clients = vim.lsp.get_clients({ name = 'wat' })
  if #clients == 0 then
    vim.health.info('no language server is running (it starts with the first wat file)')
  end
  for _, client in ipairs(clients) do
    vim.health.ok(('server %d: root %s, position encoding %s'):format(
      client.id,
      client.root_dir or '(single file)',
      client.offset_encoding
    ))
  end
end

function M.check()
  vim.health.start('wat')
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok('Neovim ' .. tostring(vim.version()))
  else
    vim.health.error('Neovim 0.11 or newer is needed')
  end
  binary()
  server()
  local here = vim.fs.root(0, { 'wat.toml', 'wat.edn' })
  vim.health.info(here and ('project: ' .. here) or 'project: none above the current buffer (loose files)')
end

return M
