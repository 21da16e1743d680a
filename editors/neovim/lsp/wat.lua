-- The language server. Change it with vim.lsp.config('wat', { … }); it starts for wat buffers only.
local markers = { 'wat.toml', 'wat.edn', '.git' }

return {
  cmd = { 'wat', 'lsp' },
  filetypes = { 'wat' },
  root_markers = markers,
  settings = { wat = { formatOnSave = false } },
  root_dir = function(bufnr, on_dir)
    local name = vim.api.nvim_buf_get_name(bufnr)
    if name:find('^wat%-builtin:') or not require('wat.dialect').is_wat(bufnr) then
      return
    end
    on_dir(vim.fs.root(bufnr, { { 'wat.toml', 'wat.edn' }, '.git' }))
  end,
}
