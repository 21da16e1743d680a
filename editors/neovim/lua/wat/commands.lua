-- :WatCheck, :WatRun and :WatRepl.
local M = {}

--- The wat binary: the first word of the server's command.
function M.binary()
  local cmd = vim.lsp.config.wat and vim.lsp.config.wat.cmd
  return type(cmd) == 'table' and cmd[1] or 'wat'
end

local format = '%f:%l:%c: %t%*[a-z][WAT%n]: %m,%-G%.%#'

--- Checks the files (default: the current one) and fills the quickfix list.
function M.check(args)
  local files = #args.fargs > 0 and args.fargs or { vim.api.nvim_buf_get_name(0) }
  if #args.fargs == 0 and vim.bo.modified then
    vim.cmd.update()
  end
  local command = vim.list_extend({ M.binary(), 'check', '--format', 'short' }, files)
  local ok, problem = pcall(vim.system, command, { text = true }, function(done)
    vim.schedule(function()
      local lines = vim.split(vim.trim(done.stdout or ''), '\n', { trimempty = true })
      vim.fn.setqflist({}, ' ', { title = table.concat(command, ' '), lines = lines, efm = format })
      local found = #vim.fn.getqflist()
      if done.code > 1 and found == 0 then
        vim.notify('wat check: ' .. vim.trim(done.stderr or ''), vim.log.levels.ERROR)
      elseif found == 0 then
        vim.cmd.cclose()
        vim.notify('wat check: no diagnostics')
      else
        vim.cmd('botright copen | wincmd p')
      end
      vim.api.nvim_exec_autocmds('User', { pattern = 'WatCheckDone' })
    end)
  end)
  if not ok then
    vim.notify('wat check: ' .. tostring(problem), vim.log.levels.ERROR)
  end
end

local function terminal(command)
  vim.cmd('botright new')
  vim.fn.jobstart(command, { term = true })
  vim.cmd.startinsert()
end

--- Runs the current file; the arguments belong to the program.
function M.run(args)
  if vim.bo.modified then
    vim.cmd.update()
  end
  local command = { M.binary(), 'run', vim.api.nvim_buf_get_name(0) }
  if #args.fargs > 0 then
    vim.list_extend(command, { '--' })
    vim.list_extend(command, args.fargs)
  end
  terminal(command)
end

--- Opens a REPL; the arguments go to `wat repl`.
function M.repl(args)
  terminal(vim.list_extend({ M.binary(), 'repl' }, args.fargs))
end

return M
