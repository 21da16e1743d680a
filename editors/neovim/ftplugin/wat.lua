if vim.b.did_ftplugin or not require('wat.dialect').is_wat(0) then
  return -- WebAssembly text: Neovim's own ftplugin follows
end
vim.b.did_ftplugin = 1

vim.bo.commentstring = ';; %s'
vim.bo.comments = ':;;;,:;;,:;'
vim.bo.iskeyword = "@,48-57,_,:,-,?,!,/,<,>,*,+,=,&,.,$,%,'"
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.bo.lisp = true
vim.bo.autoindent = true
vim.opt_local.formatoptions:remove('t')
vim.bo.suffixesadd = '.wat'
vim.bo.formatexpr = 'v:lua.vim.lsp.formatexpr()'
vim.bo.lispwords = table.concat(require('wat.words').body_forms(), ',')
vim.cmd.compiler({ 'wat', mods = { emsg_silent = true } })

vim.b.undo_ftplugin = 'setlocal commentstring< comments< iskeyword< expandtab< shiftwidth< softtabstop<'
  .. ' lisp< autoindent< formatoptions< formatexpr< suffixesadd< lispwords< makeprg< errorformat<'
