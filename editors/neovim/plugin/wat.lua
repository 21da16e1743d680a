if vim.g.loaded_wat then
  return
end
vim.g.loaded_wat = 1

local function command(name, run, opts)
  vim.api.nvim_create_user_command(name, function(args)
    require('wat.commands')[run](args)
  end, opts)
end

command('WatCheck', 'check', { nargs = '*', complete = 'file', desc = 'Check files (default: this one) into the quickfix list' })
command('WatRun', 'run', { nargs = '*', desc = 'Run this file in a terminal; arguments go to the program' })
command('WatRepl', 'repl', { nargs = '*', complete = 'file', desc = 'Open a REPL in a terminal' })

vim.api.nvim_create_autocmd('BufReadCmd', {
  group = vim.api.nvim_create_augroup('wat.builtin', { clear = true }),
  pattern = 'wat-builtin:/*',
  callback = function(event)
    require('wat.builtin').read(event.buf, event.match)
  end,
})

if vim.g.wat_lsp ~= false then
  vim.lsp.enable('wat')
end
