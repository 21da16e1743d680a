-- Buffers of the built-in library: the server has the text, the buffer is read-only and navigable.
local M = {}

local timeout = 5000 -- milliseconds

-- A running wat client; the one of the buffer that we came from first.
local function client()
  local here = vim.lsp.get_clients({ name = 'wat', bufnr = vim.fn.bufnr('#') })[1]
  return here or vim.lsp.get_clients({ name = 'wat' })[1]
end

--- Fills `bufnr` with the text of `uri`.
function M.read(bufnr, uri)
  local server = client()
  if not server then
    vim.notify('wat: no language server is running; open a wat file first', vim.log.levels.ERROR)
    return
  end
  local answer, problem = server:request_sync('wat/textDocumentContent', { uri = uri }, timeout, bufnr)
  local result = answer and answer.result
  if not result or not result.text then
    problem = problem or (answer and answer.err and answer.err.message) or 'there is no such document'
    vim.notify(('wat: %s: %s'):format(uri, problem), vim.log.levels.ERROR)
    return
  end
  local lines = vim.split(result.text, '\n', { plain = true })
  if lines[#lines] == '' then
    lines[#lines] = nil
  end
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].swapfile = false
  vim.bo[bufnr].buftype = 'nowrite'
  vim.bo[bufnr].modified = false
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].readonly = true
  vim.b[bufnr].wat_dialect = 'wat'
  vim.bo[bufnr].filetype = 'wat'
  vim.lsp.buf_attach_client(bufnr, server.id)
end

return M
