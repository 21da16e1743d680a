if vim.b.did_indent or not require('wat.dialect').is_wat(0) then
  return
end
vim.b.did_indent = 1 -- 'lisp' and 'lispwords' of the ftplugin indent
